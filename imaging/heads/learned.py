"""Heads learned from vectors and coded findings: out of fold what calibrates and decides, then once on all."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imaging.heads.aspects import Aspect, directions, priors, sharpnesses
from imaging.heads.calibrated import line, logit, sigmoid
from imaging.heads.coded import ASPECTS, Coded
from imaging.heads.decided import SILENT, Bands, bands, knows
from imaging.heads.discriminant import SHRINKAGES, Covariance, covariance, means
from imaging.heads.folds import folds

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Learned:
    """f heads; k classes of an aspect."""

    weights: Floats  # (width, f)
    shift: Floats  # (f,)
    bands: tuple[Bands, ...]
    speaks: Bools  # (f,)
    aspects: dict[str, Aspect]

    def presence(self, vectors: Floats) -> Floats:
        return sigmoid(vectors @ self.weights + self.shift)


@dataclass(frozen=True)
class Unseen:
    """Scores of studies by heads of the other folds, for each shrinkage."""

    presence: Floats  # (shrinkages, n, f)
    aspects: dict[str, Floats]  # (n, f, k), with the middle shrinkage


def learn(vectors: Floats, truth: Coded, groups: Ints, seed: int = 1) -> Learned:
    fold = folds(groups, seed=seed)
    unseen = _unseen(vectors, truth, fold)
    losses = [_loss(scores, truth.present) for scores in unseen.presence]
    best = int(np.argmin(losses))
    shrinkage, scores = SHRINKAGES[best], unseen.presence[best]
    seen = covariance(vectors)
    lines = [line(scores[:, j], truth.present[:, j]) for j in range(len(truth.names))]
    speaks = np.array([knows(scores[:, j], truth.present[:, j], groups, len(lines)) for j in range(len(lines))], bool)
    slopes = np.array([each.slope for each in lines]) * speaks
    weights, offset = _directions(vectors, truth.present, seen, shrinkage)
    chances = [each(scores[:, j]) for j, each in enumerate(lines)]
    prior = (truth.present.sum(0) + 1) / (len(vectors) + 2)
    return Learned(
        weights * slopes,
        np.where(speaks, [each.shift - each.slope * offset[j] for j, each in enumerate(lines)], [*map(logit, prior)]),
        tuple(bands(chances[j], truth.present[:, j]) if speaks[j] else SILENT for j in range(len(lines))),
        speaks,
        {name: _aspect(name, vectors, truth, unseen, seen) for name in ASPECTS},
    )  # fmt: skip


def _directions(vectors: Floats, present: Bools, seen: Covariance, shrinkage: float) -> tuple[Floats, Floats]:
    """(width, f) and the score half way between those with and those without: (f,)."""
    with_, without = means(vectors, present), means(vectors, ~present)
    found = seen.solve(with_ - without, shrinkage)
    return found, (found * (with_ + without) / 2).sum(0)


def _unseen(vectors: Floats, truth: Coded, fold: Ints) -> Unseen:
    n, f = truth.present.shape
    presence = np.zeros((len(SHRINKAGES), n, f))
    aspects = {name: np.zeros((n, f, len(values))) for name, values in ASPECTS.items()}
    for each in np.unique(fold):
        train, test = np.flatnonzero(fold != each), np.flatnonzero(fold == each)
        given, said = vectors[train], truth.take(train)
        seen = covariance(given)
        for at, shrinkage in enumerate(SHRINKAGES):
            found, offset = _directions(given, said.present, seen, shrinkage)
            presence[at, test] = vectors[test] @ found - offset
        for name, values in ASPECTS.items():
            ways, offsets = directions(given, said, name, len(values), seen, SHRINKAGES[len(SHRINKAGES) // 2])
            aspects[name][test] = np.einsum("nw,fwk->nfk", vectors[test], ways) - offsets
    return Unseen(presence, aspects)


def _loss(scores: Floats, present: Bools) -> float:
    """Mean log loss over findings, calibrated."""
    total = 0.0
    for j in range(scores.shape[1]):
        chance = np.clip(line(scores[:, j], present[:, j])(scores[:, j]), 1e-9, 1 - 1e-9)
        total -= float(np.log(np.where(present[:, j], chance, 1 - chance)).mean())
    return total


def _aspect(name: str, vectors: Floats, truth: Coded, unseen: Unseen, seen: Covariance) -> Aspect:
    k = len(ASPECTS[name])
    prior = priors(truth, name, k)
    scores = [unseen.aspects[name][truth.present[:, j], j] for j in range(len(truth.names))]
    ways, offsets = directions(vectors, truth, name, k, seen, SHRINKAGES[len(SHRINKAGES) // 2])
    return Aspect(ways, offsets, prior, sharpnesses(scores, truth, name, prior))
