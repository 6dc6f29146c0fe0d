"""Three classes of survival (after Doppalapudi 2021) and the restricted time, from the incidence of any model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from contract.errors import ConfigError
from eval.survival import Floats
from outcomes.features.matrix import Features
from outcomes.survival.outcome import Incidence


class Said(Protocol):
    """All that is needed of a model here."""

    def incidence(self, features: Features, horizons: Sequence[float]) -> Incidence: ...


STEPS = 100  # of a restricted time


@dataclass(frozen=True)
class Cuts:
    """Days: the cause by the first is short survival, by the second middle, later or never long."""

    short: float
    middle: float

    def __post_init__(self) -> None:
        if not 0 < self.short < self.middle:
            raise ConfigError(f"cuts {self.short:g} and {self.middle:g} days: expected 0 < short < middle.")

    @property
    def days(self) -> Floats:
        return np.array([self.short, self.middle])


def class_probabilities(model: Said, features: Features, cuts: Cuts, cause: int = 1) -> Floats:
    """(m, 3) of short, middle, long"""
    by = model.incidence(features, [cuts.short, cuts.middle])[:, cause - 1]
    return np.stack([by[:, 0], by[:, 1] - by[:, 0], 1 - by[:, 1]], 1)


def restricted_mean(model: Said, features: Features, longest: float, cause: int = 1, steps: int = STEPS) -> Floats:
    """(m,) mean days to the cause within `longest`, which is also the time of who never has it."""
    grid = np.linspace(0, longest, steps + 1)
    return np.asarray(longest - np.trapezoid(_from_zero(model, features, grid, cause), grid, axis=1), np.float64)


def restricted_median(model: Said, features: Features, longest: float, cause: int = 1, steps: int = STEPS) -> Floats:
    """(m,) days by which half have the cause; `longest` where fewer than half have it by then."""
    grid = np.linspace(0, longest, steps + 1)
    half = _from_zero(model, features, grid, cause) >= 0.5
    return np.asarray(np.where(half.any(1), grid[half.argmax(1)], longest), np.float64)


def _from_zero(model: Said, features: Features, grid: Floats, cause: int) -> Floats:
    found = model.incidence(features, _listed(grid[1:]))[:, cause - 1]
    return np.column_stack([np.zeros(len(found)), found])


def _listed(grid: Floats) -> Sequence[float]:
    return [float(each) for each in grid]
