"""Scores to probabilities: how sharp they are, how likely each label, from answers to notes that were held out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.adverse.events.note import Floats

LEAST = 1e-6  # a probability below says no more than this one
RIDGE = 2.0  # how much a calibration is held to saying what the system said


@dataclass(frozen=True)
class Calibration:
    """p ~ exp(sharp log p + bias of the label); after Platt 1999, for any number of labels."""

    sharp: float = 1.0
    bias: tuple[float, ...] = ()

    def __call__(self, scores: Floats) -> Floats:
        said = self.sharp * np.log(np.clip(scores, LEAST, 1.0)) + (np.array(self.bias) if self.bias else 0.0)
        said = np.exp(said - said.max(1, keepdims=True))
        return said / said.sum(1, keepdims=True)  # type: ignore[no-any-return]


def fitted(scores: Floats, gold: Sequence[int]) -> Calibration:
    """Of scores (N, L) of notes that were not learned from."""
    from scipy.optimize import minimize

    rows, which = np.arange(len(gold)), np.asarray(gold)

    def made(x: Floats) -> Calibration:
        return Calibration(float(np.exp(x[0])), tuple(map(float, x[1:])))

    def loss(x: Floats) -> float:
        said = made(x)(scores)[rows, which]
        return float(-np.log(np.clip(said, LEAST, 1.0)).sum() + RIDGE * (x * x).sum())

    return made(minimize(loss, np.zeros(1 + scores.shape[1]), method="L-BFGS-B").x)


def folds(gold: Sequence[int], count: int, seed: int) -> list[np.ndarray]:
    """Places of the notes of each fold; every label is spread over all."""
    chance = np.random.default_rng(seed)
    which = np.asarray(gold)
    order = np.concatenate([chance.permutation(np.flatnonzero(which == one)) for one in np.unique(which)])
    return [order[at::count] for at in range(min(count, len(order)))]


def held_out(
    gold: Sequence[int], labels: int, answers: Callable[[np.ndarray, np.ndarray], Floats], count: int = 5, seed: int = 1
) -> Floats:
    """(N, L): `answers(learn, ask)` to each fold by a system that learned from the others."""
    said = np.full((len(gold), labels), 1.0 / labels)
    for ask in folds(gold, count, seed):
        learn = np.setdiff1d(np.arange(len(gold)), ask)
        if len(np.unique(np.asarray(gold)[learn])) > 1:
            said[ask] = answers(learn, ask)
    return said
