"""What changing a value needs to know: whose it is, secrets, the index of rows, the layers that read text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pyarrow as pa

from nlp.deid.keys import Secret
from nlp.deid.policy.codes import Systems
from nlp.deid.policy.policy import Policy
from nlp.deid.policy.references import Index, Place

Texts = Callable[[Sequence[str], Sequence[int]], Sequence[str | None]]
"""(texts, whose they are) -> texts that name nobody, None for what is withheld. Subject 0: nobody's."""
NOBODY = 0


class Surrogates(Protocol):
    """As nlp.deid.surrogates draws them, of one person."""

    def given(self, value: str, gender: str = "") -> str: ...
    def family(self, value: str) -> str: ...
    def city(self, value: str) -> str: ...
    def line(self, value: str) -> str: ...
    def zip(self, value: str) -> str: ...
    def number(self, value: str) -> str: ...
    def phone(self, value: str) -> str: ...
    def email(self, value: str) -> str: ...


@dataclass
class Reader:
    """A `Texts` that reads each text of a person once."""

    texts: Texts
    _read: dict[tuple[int, str], str | None] = field(default_factory=dict, repr=False)

    def __call__(self, subjects: Sequence[int], texts: Sequence[str]) -> list[str | None]:
        wanted = list(zip(subjects, texts, strict=True))
        new = [key for key in dict.fromkeys(wanted) if key not in self._read]
        if new:
            said = self.texts([text for _, text in new], [subject for subject, _ in new])
            self._read.update(zip(new, said, strict=True))
        return [self._read[key] for key in wanted]


@dataclass
class Owners:
    """Who the rows of one table belong to: `places` (subject, source), and of each row its place in that list."""

    places: list[Place]
    of_row: np.ndarray
    days: np.ndarray  # by how many days dates move, one a place
    earliest: np.ndarray  # no year before it (0: any), one a place

    @property
    def subjects(self) -> list[int | None]:
        return [subject for subject, _ in self.places]

    @property
    def named(self) -> np.ndarray:
        """Places that are a person's."""
        return np.array([subject is not None for subject, _ in self.places], dtype=bool)


@dataclass
class Context:
    policy: Policy
    secrets: Mapping[int, Secret]
    surrogates: Callable[[int], Surrogates]
    index: Index
    texts: Reader
    displays: Reader
    systems: Systems
    numbers: Mapping[int, frozenset[str]] = field(default_factory=dict, repr=False)  # identifiers by person
    genders: Mapping[int, str] = field(default_factory=dict)
    earliest: Mapping[int, int] = field(default_factory=dict)

    def owners(self, rows: pa.Table) -> Owners:
        subjects = (
            rows["subject_id"].combine_chunks()
            if "subject_id" in rows.column_names
            else pa.nulls(len(rows), pa.int64())
        )
        sources = (
            rows["source"].combine_chunks()
            if "source" in rows.column_names
            else pa.array([""] * len(rows), pa.string())
        )
        one, two = subjects.dictionary_encode(), sources.dictionary_encode()
        people, names = one.dictionary.to_pylist(), two.dictionary.to_pylist()
        a = one.indices.fill_null(len(people)).to_numpy(zero_copy_only=False).astype(np.int64)
        b = two.indices.fill_null(len(names)).to_numpy(zero_copy_only=False).astype(np.int64)
        found, of_row = np.unique(a * (len(names) + 1) + b, return_inverse=True)
        places: list[Place] = [
            ([*people, None][x // (len(names) + 1)], [*names, ""][x % (len(names) + 1)]) for x in found.tolist()
        ]
        days = [self.secrets[s].offset.days if s is not None and s in self.secrets else 0 for s, _ in places]
        earliest = [self.earliest.get(s, 0) if s is not None else 0 for s, _ in places]
        return Owners(places, of_row, np.array(days, dtype=np.int64), np.array(earliest, dtype=np.int64))
