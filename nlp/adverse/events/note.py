"""A note that is asked for an event, spans of it that speak, and what can answer: the protocol of all systems."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EventNote:
    """`kind` and `language` are empty where nobody said."""

    text: str = field(repr=False)
    kind: str = ""
    language: str = ""
    note_id: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Characters of a note; `weight` is what they add to the answer that was given."""

    start: int
    end: int
    weight: float


class System(Protocol):
    """Answers one event's question of a note. Seeded: the same notes, the same answers."""

    def fit(self, notes: Sequence[EventNote], labels: Sequence[str]) -> None: ...

    def scores(self, notes: Sequence[EventNote]) -> Floats:
        """(N, L): calibrated probabilities, in the order of the event's labels; rows sum to 1."""

    def evidence(self, notes: Sequence[EventNote]) -> list[list[Evidence]]:
        """Of each note what speaks for its likeliest label, strongest first."""
