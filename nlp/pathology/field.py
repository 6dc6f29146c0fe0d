"""What a reader says of one report: fields with values, codes and the words that decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets in characters, end exclusive. `weight`: the strongest is 1. `source`: which system points at it."""

    start: int
    end: int
    weight: float = 1.0
    source: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a report. `system` and `code` where its value has one; `score` is calibrated.

    `specimen`: the label that a report of several specimens gives it, such as A.
    """

    name: str
    value: str
    score: float
    spans: Sequence[Span] = ()  # strongest first
    system: str | None = None
    code: str | None = None
    specimen: str | None = None


class Reader(Protocol):
    """`languages`: BCP 47, of reports that it was taught to read."""

    @property
    def name(self) -> str: ...
    @property
    def languages(self) -> Sequence[str]: ...
    @property
    def artifact(self) -> str:
        """Name and digest of what it was loaded from."""

    def read(self, reports: Sequence[str]) -> list[list[Field]]:
        """Of each report; a field that it says nothing of is left out."""
