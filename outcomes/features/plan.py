"""What is made of a timeline: which windows, which aggregates in each, which codes are common enough."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from contract.errors import ConfigError
from outcomes.timeline import ALWAYS, DAY, HOUR, Ints

AGGREGATES = (
    "count",
    "first",
    "last",
    "min",
    "max",
    "mean",
    "std",
    "sum",
    "slope",
    "recent",
    "change",
    "span",
    "since",
)
USUAL = "usual"
UNITS = {"h": HOUR, "d": DAY}

Aggregates = Mapping[str, tuple[str, ...]]
"""By window. Windows: `6h`, `365d` back from the prediction; `stay` since admission; `stay24h` its first 24 hours;
`before` admission; `usual`: before admission and of no stay in hospital; `ever`."""


STAY = ("count", "first", "last", "max", "mean", "min", "recent", "since", "slope", "span", "std", "sum")


def values() -> Aggregates:
    """Of what pays, the fewest: chosen by cross-validation on deaths after 48 hours of intensive care and on stays of a
    simulated hospital. What was there before the stay is taken apart: it is the person's own usual value."""
    return {"12h": ("mean",), "24h": ("max", "mean", "min"), "stay": STAY, "usual": ("mean",)}


def counts() -> Aggregates:
    return {"stay": ("count",), "365d": ("count",), "ever": ("count", "since")}


UNREAD = ("RACE//*", "ETHNICITY//*")
"""They stand for how people are treated, which must not be learned as a risk: no model reads them."""
WITHOUT = ("MEDS_BIRTH", "MEDS_DEATH", *UNREAD)
"""Birth is told as age."""


@dataclass(frozen=True)
class Plan:
    values: Aggregates = field(default_factory=values)  # of codes with numbers
    counts: Aggregates = field(default_factory=counts)  # of all others
    shifts: tuple[str, ...] = ("stay",)  # windows whose mean is also told as the difference to the usual one
    min_persons: int = 10
    min_share: float = 0.005  # of the persons in training
    most: int = 3000  # codes of each layer, those of most persons first
    numeric_share: float = 0.5  # of a code's persons with a number in the usual unit: from here on it has values
    most_answers: int = 20  # distinct texts; a code with more is only counted
    winsor: float = 0.005  # of persons, at either end: their extremes are cut off
    without: tuple[str, ...] = WITHOUT  # codes, or what they start with where it ends in *

    def __post_init__(self) -> None:
        for window, aggregates in [*self.values.items(), *self.counts.items()]:
            bounds(window, np.zeros(0, np.int64), np.zeros(0, np.int64))
            if unknown := set(aggregates) - set(AGGREGATES):
                raise ConfigError(
                    f"window {window}: no aggregate {', '.join(sorted(unknown))}; there are {', '.join(AGGREGATES)}"
                )


def bounds(window: str, began: Ints, at: Ints) -> tuple[Ints, Ints]:
    """Of each prediction the first and the last moment that belong to the window."""
    if window == "ever":
        return np.full_like(at, ALWAYS), at
    if window in ("before", USUAL):
        return np.full_like(at, ALWAYS), np.minimum(began - 1, at)
    if window == "stay":
        return began, at
    if found := re.fullmatch(r"(stay)?(\d+)([hd])", window):
        length = int(found[2]) * UNITS[found[3]]
        return (began, np.minimum(began + length, at)) if found[1] else (at - length + 1, at)
    raise ConfigError(f"window {window}: expected ever, before, usual, stay, or a length such as 6h, 7d or stay24h")
