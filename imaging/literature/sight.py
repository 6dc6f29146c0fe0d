"""What the networks see of an image: how likely each finding is, by a reading of its vector that is learned first.

So the convolutional nets of Wu and Liu learned labels before any word. Here the reading stays as it is: a network that
may bend it while it learns words learns the noise of each training image by heart instead.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from contract.errors import InputError
from imaging.heads.forward import best_ridge, forward
from imaging.studies import Studies, Vectors

FOLDS = 5
STEPS, BELIEF = 40, 2.0  # of Newton's kind; studies' worth of belief that a score tells nothing
LEAST = 0.1  # deviation below which a finding's chances are not stretched to 1
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Sight:
    """`offset` (seen,): log-odds of labels where a vector is the mean; empty: no labels, coordinates as they are."""

    mean: Vectors  # (width,)
    axes: Vectors  # (width, seen)
    offset: Vectors
    stretch: Vectors  # (seen,)

    @classmethod
    def of(cls, vectors: Vectors, labels: Floats, fold: Ints) -> "tuple[Sight, Tensor]":
        """And what it sees of these vectors themselves (n, seen): of each by what was learned of other folds."""
        mean = vectors.mean(0)
        if not labels.shape[1] or len(np.unique(fold)) < FOLDS:
            return cls._plain(vectors, mean)
        exact = (vectors - mean).astype(np.float64)
        ridge = best_ridge(exact, labels, fold)
        blind = np.zeros_like(labels)
        for each in np.unique(fold):
            blind[fold == each] = exact[fold == each] @ _axes(exact[fold != each], labels[fold != each], ridge)
        weights, bias = _log_odds(blind, labels)
        chances = _sigmoid(blind @ weights + bias)
        stretch = 1 / np.maximum(chances.std(0), LEAST)
        axes = _axes(exact, labels, ridge) @ weights
        sight = cls(mean, axes.astype(np.float32), bias.astype(np.float32), stretch.astype(np.float32))
        return sight, torch.from_numpy((chances * stretch).astype(np.float32))

    @classmethod
    def _plain(cls, vectors: Vectors, mean: Vectors) -> "tuple[Sight, Tensor]":
        axes = np.diag(1 / np.maximum(vectors.std(0), 1e-6)).astype(np.float32)
        sight = cls(mean, axes, np.zeros(0, np.float32), np.ones(len(mean), np.float32))
        return sight, sight.see(vectors)

    def __call__(self, studies: Studies) -> Tensor:
        """(n, seen)"""
        if studies.width != len(self.mean):
            raise InputError(
                f"Vectors of width {studies.width}; this system learned from vectors of width {len(self.mean)}."
            )
        return self.see(studies.pooled)

    def see(self, vectors: Vectors) -> Tensor:
        seen = torch.from_numpy((vectors - self.mean) @ self.axes)
        if len(self.offset):
            seen = (seen + torch.from_numpy(self.offset)).sigmoid() * torch.from_numpy(self.stretch)
        return seen


def _axes(vectors: Floats, labels: Floats, ridge: float) -> Floats:
    """(width, labels) the directions in which labels change vectors, against what else changes them."""
    film = forward(vectors, labels, ridge)
    axes = film.whitening @ film.effects.T
    return np.asarray(axes / np.maximum((vectors @ axes).std(0), 1e-6), np.float64)


def _log_odds(scores: Floats, labels: Floats) -> tuple[Floats, Floats]:
    """Logistic regression of every label on all scores: weights (labels, labels), bias (labels,)."""
    given, truth = torch.from_numpy(scores), torch.from_numpy(labels)
    weights = torch.zeros(labels.shape[1], labels.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(labels.shape[1], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights, bias], max_iter=STEPS, line_search_fn="strong_wolfe")

    def wrong() -> Tensor:
        optimizer.zero_grad()
        lost = nn.functional.binary_cross_entropy_with_logits(given @ weights + bias, truth, reduction="sum")
        loss = (lost + BELIEF * (weights**2).sum()) / len(given)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(wrong)  # type: ignore[no-untyped-call]
    return weights.detach().numpy(), bias.detach().numpy()


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-values)), np.float64)
