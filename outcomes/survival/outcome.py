"""Who was followed for how long and how it ended; and what every way of predicting that keeps to."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from contract.errors import InputError
from eval.survival import Floats, Kinds
from outcomes.features.matrix import Features
from outcomes.learning.learner import Contribution
from outcomes.timeline import Bools, Ints

Incidence = npt.NDArray[np.float64]
"""(m, k, h): the chance of each cause by each horizon, of m rows."""


@dataclass(frozen=True)
class Outcome:
    """m rows."""

    causes: tuple[str, ...]  # (k,) kind 1 is the first; the first is what is predicted, the others compete
    times: Floats  # (m,) days from the prediction
    kinds: Kinds  # (m,) 0 censored
    persons: Ints  # (m,) rows of one person stay on one side of every split

    def __len__(self) -> int:
        return len(self.times)

    def take(self, rows: Ints | Bools) -> "Outcome":
        return Outcome(self.causes, self.times[rows], self.kinds[rows], self.persons[rows])


class Survival(Protocol):
    """What was learned."""

    @property
    def causes(self) -> tuple[str, ...]: ...
    @property
    def last(self) -> float:
        """The last time that was seen in learning: later horizons are refused."""

    def incidence(self, features: Features, horizons: Sequence[float]) -> Incidence: ...
    def explain(
        self, features: Features, horizon: float, cause: int, most: int
    ) -> list[Sequence[Contribution]]:  # (m,) strongest first; none where a model has no such parts
        ...

    def save(self, folder: Path) -> None:
        """Files without code in them; the learner's `load` reads them."""


class SurvivalLearner(Protocol):
    """A recipe with its parameters as fields."""

    @property
    def name(self) -> str: ...
    def fit(self, features: Features, outcome: Outcome, seed: int) -> Survival: ...
    def load(self, folder: Path) -> Survival: ...


@dataclass(frozen=True)
class Aside:
    """Rows that cannot teach a time, by what is wrong with them."""

    without_time: int  # NaN or infinite
    not_after: int  # zero or negative: it happened before the prediction or with it
    unknown_kind: int

    def __str__(self) -> str:
        return (
            f"{self.without_time} without time, {self.not_after} with a time of zero or less, "
            f"{self.unknown_kind} of an unknown kind"
        )


def usable(outcome: Outcome) -> tuple[Bools, Aside]:
    """The rows that can be learned from, and how many cannot."""
    finite = np.isfinite(outcome.times)
    after = finite & (outcome.times > 0)
    known = np.isin(outcome.kinds, np.arange(len(outcome.causes) + 1))
    return after & known, Aside(int((~finite).sum()), int((finite & ~after).sum()), int((after & ~known).sum()))


def learnable(outcome: Outcome) -> Outcome:
    """The same, refused where there is nothing to learn. Causes that nobody has are no error: their incidence is 0."""
    rows, aside = usable(outcome)
    if not rows.all():
        raise InputError(
            f"of {len(outcome)} rows {aside}; take the others first (outcomes.survival.outcome:usable says which)."
        )
    if not (outcome.kinds == 1).any():
        other = int((outcome.kinds > 0).sum())
        raise InputError(
            f"nobody of {len(outcome)} has {outcome.causes[0]} ({other} have another event, the others are censored). "
            "Expected at least one: a longer follow-up, or another task."
        )
    return outcome


def asked(horizons: Sequence[float], last: float) -> Floats:
    """Horizons as numbers; refused where nobody was seen so long."""
    found = np.atleast_1d(np.asarray(horizons, np.float64))
    late = found[~(found <= last) | ~(found > 0)]
    if len(late):
        raise InputError(
            f"horizons {', '.join(f'{each:g}' for each in late)} are not between 0 and {last:g} days, the longest "
            "follow-up in training. Nothing is said beyond what was seen: ask for an earlier one, or follow longer."
        )
    return found
