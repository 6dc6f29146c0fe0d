"""A trained writer of drafts as a folder: finding heads, phrases, and what kind of images taught them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from imaging.draft import Draft
from imaging.drafting.drafter import Drafter
from imaging.finding import Finding
from imaging.heads.heads import Heads, Readings
from imaging.readable import Expected
from imaging.studies import Studies
from models import folder as folders

KIND = "imaging"
HEADS, DRAFTER, PERSONS = "heads", "drafter", "persons.npy"


@dataclass(frozen=True)
class Reporter:
    """What `System` of imaging/draft.py asks for, and what a night needs to know before it lets it read."""

    heads: Heads
    drafter: Drafter
    expected: Expected

    @classmethod
    def taught(
        cls, studies: Studies, reports: Sequence[str], findings: Sequence[Sequence[Finding]], expected: Expected,
        seed: int = 1,
    ) -> Self:  # fmt: skip
        heads = Heads.fit(studies, findings, seed=seed)
        return cls(heads, Drafter().fit(studies, reports, findings), expected)

    def read(self, studies: Studies) -> Readings:
        return self.heads.read(studies)

    def drafts(self, studies: Studies, readings: Readings | None = None) -> list[Draft]:
        return self.drafter.write(studies, self.read(studies) if readings is None else readings)

    def save(self, folder: Path) -> None:
        """Parts only; `finish` of models/folder.py makes it an artifact."""
        for name, part in ((HEADS, self.heads), (DRAFTER, self.drafter)):
            (folder / name).mkdir()
            part.save(folder / name)

    def said(self) -> Mapping[str, Any]:
        return {name: list(each) if isinstance(each, tuple) else each for name, each in vars(self.expected).items()}


def load(folder: Path) -> Reporter:
    said = folders.opened(folder, KIND)
    expected = Expected(said["encoder"], said["width"], tuple(said["modalities"]), tuple(said["body_parts"]))
    return Reporter(Heads.load(folder / HEADS), Drafter.load(folder / DRAFTER), expected)


def persons(subjects: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """Digests of who taught it: they prove nothing of its quality."""
    return np.array(
        sorted(
            int.from_bytes(hashlib.sha256(str(each).encode()).digest()[:8], "big") for each in set(subjects.tolist())
        ),
        np.uint64,
    )
