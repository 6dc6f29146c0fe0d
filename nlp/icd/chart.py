"""What a coder has before her, the notes of one encounter, and what is said of them: codes with score and evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

DIAGNOSES, PROCEDURES = "ICD-10-CM", "ICD-10-PCS"
PRE_ACCEPT, REVIEW, HIDDEN = BANDS = ("pre-accept", "review", "hidden")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Characters of a note that speak for a code. `source` names the layer; weight 1 is as strong as it gets."""

    note_id: str
    start: int
    end: int
    source: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Note:
    note_id: str
    text: str = field(repr=False)
    language: str = ""
    kind: str = ""
    author_role: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """One encounter. `gold`: its true codes, in capitals with their dots, and the spans that were marked."""

    encounter_id: str
    notes: tuple[Note, ...]
    gold: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`score`: of a calibrated system the probability that a coder accepts it."""

    code: str
    score: float
    band: str = REVIEW
    evidence: tuple[Evidence, ...] = ()
    flags: tuple[str, ...] = ()


class System(Protocol):
    """A way to code charts. `fit` fixes the threshold on its charts alone: codes at or above it are said yes."""

    name: str
    threshold: float

    def fit(self, charts: Sequence[Chart]) -> None: ...
    def suggest(self, charts: Sequence[Chart]) -> list[list[Suggestion]]:
        """For each chart its codes, best first; at least 200 where the system knows as many."""
