"""What a coder should do next: what the coder may learn from a chart over the minutes that it takes her."""

from collections.abc import Iterable
from dataclasses import dataclass

OPEN, DONE, REOPENED = STATES = ("open", "done", "reopened")


@dataclass(frozen=True)
class Pace:
    """Minutes of a chart. Our own rough guess until timing is on and `seconds` of decisions say better."""

    chart: float = 2.0
    words_a_minute: float = 300.0
    suggestion: float = 0.2


def expected_gain(scores: Iterable[float]) -> float:
    """How many yes or no answers the coder cannot foresee: the variance of each calibrated score, added up."""
    return sum(score * (1.0 - score) for score in scores)


def minutes(words: int, suggestions: int, pace: Pace = Pace()) -> float:
    return pace.chart + words / pace.words_a_minute + pace.suggestion * suggestions


def priority(gain: float, minutes: float) -> float:
    """Blind charts are no exception: drawn by chance, they come at the places that chance gives them."""
    return gain / minutes
