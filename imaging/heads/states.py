"""The states that a finding can be in: absent, or there with a side, a severity and a position; and how often."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from imaging.heads.coded import ASPECTS, Coded

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
FEWEST = 5  # studies that say a word, below which it is taken for unsaid
SMOOTH = 10.0  # studies' worth of belief that side, severity and position are told independently
COLUMNS = ("present", "left", "right", "graded", "grade", "placed", "bad")


@dataclass(frozen=True)
class States:
    """s states of one finding; the first is absent. `said`: places in ASPECTS (s, aspects)."""

    said: Ints
    chance: Floats  # (s,) share of studies

    @property
    def kinds(self) -> Floats:
        """(s - 1,) of the states in which it is there, how often each of them is the one."""
        return np.asarray(self.chance[1:] / self.chance[1:].sum(), np.float64)

    @property
    def shares(self) -> Floats:
        """(1 + sides,) of studies: that it is there, and there with each side."""
        sides = np.bincount(self.said[1:, 0], self.chance[1:], len(ASPECTS["side"]))
        return np.concatenate([[self.chance[1:].sum()], sides])

    @property
    def values(self) -> Floats:
        """(s, COLUMNS) what each state adds to a film."""
        there = np.arange(len(self.said)) > 0
        return columns(there, *self.said.T)


def columns(there: npt.NDArray[np.bool_], side: Ints, severity: Ints, position: Ints) -> Floats:
    """(..., COLUMNS): both is left and right; grades in thirds; what is unsaid adds nothing."""
    left, right = (side == 1) | (side == 3), (side == 2) | (side == 3)
    parts = [there, left, right, severity > 0, severity / 3, position > 0, position == 2]
    return np.stack([np.where(there, part, 0) for part in parts], -1).astype(np.float64)


def design(truth: Coded) -> Floats:
    """(n, f x COLUMNS)"""
    return columns(truth.present, *(truth.aspects[name] for name in ASPECTS)).reshape(len(truth.present), -1)


def trimmed(truth: Coded) -> Coded:
    """Words that are said of a finding too rarely to be learned are unsaid."""
    aspects = {}
    for name, said in truth.aspects.items():
        many = np.stack([(said == k).sum(0) for k in range(len(ASPECTS[name]))])
        aspects[name] = np.where(np.take_along_axis(many, said, 0) >= FEWEST, said, 0)
    return Coded(truth.names, truth.present, aspects)


def states(truth: Coded) -> list[States]:
    """Of each finding every combination of words that are said of it."""
    return [_states(truth, j) for j in range(len(truth.names))]


def _states(truth: Coded, column: int) -> States:
    here = truth.present[:, column]
    said = np.stack([truth.aspects[name][here, column] for name in ASPECTS], 1)
    share = (here.sum() + 1) / (len(here) + 2)
    words = [np.unique(each) if len(each) else np.zeros(1, np.int64) for each in said.T]
    every = np.array(list(product(*words)), np.int64)
    free = _independent(said, every)
    seen = np.array([(said == row).all(1).sum() for row in every])
    within = (seen + SMOOTH * free) / (len(said) + SMOOTH)
    return States(np.vstack([np.zeros_like(every[:1]), every]), np.concatenate([[1 - share], share * within]))


def _independent(said: Ints, every: Ints) -> Floats:
    parts: Sequence[Floats] = [
        np.array([(said[:, at] == word).mean() if len(said) else 1.0 for word in every[:, at]])
        for at in range(every.shape[1])
    ]
    return np.asarray(np.prod(parts, 0), np.float64)
