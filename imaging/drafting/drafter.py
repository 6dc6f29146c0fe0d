"""Drafts of studies from what the finding heads read, with phrases of training reports. English only."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

import numpy as np

from contract.errors import InputError
from imaging.draft import Draft
from imaging.drafting.bank import Bank
from imaging.drafting.checked import Prior
from imaging.drafting.draft import UNREAD, drafted
from imaging.drafting.reading import Reading, read_all
from imaging.finding import Finding
from imaging.heads.readings import Readings
from imaging.studies import NONE, Studies


@dataclass
class Drafter:
    """`persons`: of how many persons a sentence must be said before another's draft may use it."""

    persons: int = 3
    bank: Bank = field(default_factory=Bank)

    def fit(self, studies: Studies, reports: Sequence[str], findings: Sequence[Sequence[Finding]]) -> Self:
        """`reports`: the text of each study; `findings`: what is there by its truth or its labels."""
        self.bank = Bank.fit(studies, reports, findings, self.persons)
        return self

    def save(self, folder: Path) -> None:
        self.bank.save(folder)

    @classmethod
    def load(cls, folder: Path) -> "Drafter":
        return cls(bank=Bank.load(folder))

    def write(self, studies: Studies, readings: Readings, priors: Sequence[str | None] | None = None) -> list[Draft]:
        """`priors`: of each study the id of the person's last study before in the timeline; empty: there is none.

        Without `priors` it is the one that `studies` name. A prior that is not among `studies` was not read: nothing
        is compared, and a flag says so.
        """
        if len(studies) != len(readings) or (priors is not None and len(priors) != len(studies)):
            raise InputError(
                f"drafts: {len(studies)} studies, {len(readings)} readings, "
                f"{'no' if priors is None else len(priors)} priors; expected one of each a study."
            )
        every = read_all(readings)
        return [self._one(studies, every, at, prior) for at, prior in enumerate(_priors(studies, priors))]

    def _one(self, studies: Studies, every: Sequence[Reading], at: int, row: int | None) -> Draft:
        """`row`: of the prior study; NONE: there is none; None: there is one that nobody read."""
        read = None if row is None or row == NONE else every[row]
        prior = Prior(str(studies.study_id[row]), read) if read and read.speaks and not read.strange else None
        vector = studies.pooled[at]

        def choose(found: Finding, state: str) -> tuple[str, str] | None:
            phrase = self.bank.choose(found, state, vector)
            return (phrase.text, f"phrase:{phrase.id}") if phrase else None

        draft = drafted(every[at], choose, prior)
        unread = row != NONE and prior is None and bool(draft.sentences)
        return replace(draft, flags=(*draft.flags, UNREAD)) if unread else draft


def _priors(studies: Studies, priors: Sequence[str | None] | None) -> list[int | None]:
    """Rows of the prior studies: of the same person, and not later."""
    if priors is None:
        return [int(row) for row in studies.prior]
    rows = {str(study): at for at, study in enumerate(studies.study_id)}
    found: list[int | None] = []
    for at, prior in enumerate(priors):
        row = rows.get(prior) if prior else NONE
        known = row is not None and row != NONE
        found.append(None if known and not _before(studies, int(row or 0), at) else row)
    return found


def _before(studies: Studies, row: int, at: int) -> bool:
    times = studies.time[[row, at]]
    same = studies.subject_id[row] == studies.subject_id[at] and row != at
    return bool(same and not np.isnat(times).any() and times[0] < times[1])
