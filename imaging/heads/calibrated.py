"""Scores into probabilities, learned on scores of persons that the heads did not see."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
STEPS, ENOUGH = 50, 1e-9


@dataclass(frozen=True)
class Line:
    """p = 1 / (1 + exp(-(slope x score + shift))) (Platt 1999, his smoothed targets); the slope is never below 0."""

    slope: float
    shift: float

    def __call__(self, scores: Floats) -> Floats:
        return sigmoid(self.slope * scores + self.shift)


def sigmoid(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -50, 50))), np.float64)


def logit(chance: float) -> float:
    return float(np.log(chance / (1 - chance)))


def line(scores: Floats, present: Bools) -> Line:
    positives, n = int(present.sum()), len(present)
    prior = (positives + 1) / (n + 2)
    target = np.where(present, (positives + 1) / (positives + 2), 1 / (n - positives + 2))
    spread = float(scores.std()) or 1.0
    x = np.stack([(scores - scores.mean()) / spread, np.ones(n)], 1)
    weights = _least_loss(x, target, np.array([0.0, logit(prior)]))
    if weights[0] <= 0 or not np.isfinite(weights).all():
        return Line(0.0, logit(prior))
    return Line(float(weights[0] / spread), float(weights[1] - weights[0] * scores.mean() / spread))


def _least_loss(x: Floats, target: Floats, weights: Floats) -> Floats:
    """By Newton's steps on the log loss, each halved until it lowers the loss: whole ones may run away (Lin 2007)."""
    loss = _loss(x @ weights, target)
    for _ in range(STEPS):
        chance = sigmoid(x @ weights)
        bend = (x * (chance * (1 - chance))[:, None]).T @ x + 1e-6 * np.eye(2)
        step = np.linalg.solve(bend, x.T @ (chance - target))
        while (tried := _loss(x @ (weights - step), target)) > loss and np.abs(step).max() >= ENOUGH:
            step = step / 2
        if np.abs(step).max() < ENOUGH:
            break
        weights, loss = weights - step, tried
    return weights


def _loss(logits: Floats, target: Floats) -> float:
    return float((np.logaddexp(0, logits) - target * logits).sum())


def sharpness(scores: Floats, said: npt.NDArray[np.int64], prior: Floats) -> float:
    """t >= 0 of softmax(log prior + t x scores) (n, k) with the least log loss of `said` (n,); 0: nothing is known."""
    grid = np.concatenate([[0.0], np.geomspace(0.02, 200, 80)])
    losses = [-np.log(classes(scores, prior, t)[np.arange(len(said)), said] + 1e-12).sum() for t in grid]
    return float(grid[int(np.argmin(losses))])


def classes(scores: Floats, prior: Floats, sharp: float) -> Floats:
    """(n, k) probabilities; a class of prior 0 has none."""
    logits = np.log(np.maximum(prior, 1e-30)) + sharp * scores
    raised = np.exp(logits - logits.max(1, keepdims=True)) * (prior > 0)
    return np.asarray(raised / raised.sum(1, keepdims=True), np.float64)
