"""Ways to train that may help or not: easy rows first, events masked at random, further tasks beside."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from contract.errors import ConfigError
from outcomes.cohort import Cohort
from outcomes.timeline import Floats, Ints

Easy = Literal["none", "length", "loss"]


@dataclass(frozen=True)
class Strategy:
    """All off is plain training."""

    curriculum: Easy = "none"  # by length of the sequence, or by the loss of a logistic regression on the bags
    opening: float = 0.4  # share of the rows, the easiest, that the first epoch is made of
    ramp: int = 5  # epochs until all rows take part
    mask: float = 0.0  # share of the events that a training batch leaves out
    beside: tuple[Cohort, ...] = ()  # further tasks on the same timeline: shared trunk, a head for each target

    def __post_init__(self) -> None:
        if self.curriculum not in ("none", "length", "loss"):
            raise ConfigError(f"curriculum is {self.curriculum!r}; expected none, length or loss.")
        if not 0 <= self.mask < 1:
            raise ConfigError(f"mask is {self.mask}; expected a share from 0 to below 1.")

    def rows(self, easiest: Ints, epoch: int, draw: np.random.Generator) -> Ints:
        """As many rows in each epoch: early ones repeat easy rows. `easiest` lists all rows, easy ones first."""
        if self.curriculum == "none":
            return easiest
        share = min(1.0, self.opening + (1 - self.opening) * epoch / max(self.ramp, 1))
        pool = easiest[: max(1, round(share * len(easiest)))]
        more = draw.choice(pool, len(easiest) - len(pool))
        return np.concatenate([pool, more])


def easiness(loss: Floats, lengths: Ints, by: Easy) -> Ints:
    """All rows, the easiest first: the shortest, or those of the smallest loss."""
    if by == "none":
        return np.arange(len(lengths))
    return np.argsort(loss if by == "loss" else lengths, kind="stable")


def joined(cohort: Cohort, beside: tuple[Cohort, ...]) -> Cohort:
    """One cohort of all targets, its own first. Of further tasks only rows of its own persons; other labels: NaN."""
    persons = np.unique(cohort.subject)
    further = [one.take(np.isin(one.subject, persons)) for one in beside]
    every = [cohort, *further]
    wide = sum(len(one.targets) for one in every)
    labels, place = [], 0
    for one in every:
        label = np.full((len(one), wide), np.nan, np.float32)
        label[:, place : place + len(one.targets)] = one.label
        labels.append(label)
        place += len(one.targets)
    subject, encounter, began, at, until = (
        np.concatenate([getattr(one, name) for one in every])
        for name in ("subject", "encounter", "began", "at", "until")
    )
    targets = tuple(f"{one.task}/{target}" for one in every for target in one.targets)
    return Cohort(cohort.task, targets, subject, encounter, began, at, until, np.concatenate(labels))
