"""A simulated coder works through charts in some order; after every batch the small coder is trained and judged."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bench.icd_learning_pool import Floats, Pool, Rows
from nlp.icd.learning.worklist import expected_gain, minutes

THRESHOLD = 0.5  # codes at or above it are said; not tuned
Rank = Callable[[Floats, Rows], Floats]  # scores and lengths of the charts that are left -> what comes first


def by_gain(scores: Floats, lengths: Rows) -> Floats:
    """Where every chart costs the same."""
    return np.array([expected_gain(row[row > 0]) for row in scores]) + 0 * lengths


def by_priority(scores: Floats, lengths: Rows) -> Floats:
    """As the worklist does: gain over minutes."""
    return by_gain(scores, lengths) / minutes_of(scores, lengths)


def minutes_of(scores: Floats, lengths: Rows) -> Floats:
    each = zip(lengths.tolist(), (scores > 0).sum(axis=1).tolist(), strict=True)
    return np.array([minutes(words, suggestions) for words, suggestions in each])


ORDERS: dict[str, Rank | None] = {"random": None, "gain": by_gain, "priority": by_priority}


@dataclass(frozen=True)
class Curve:
    """After each batch: charts and minutes worked, and of every test chart codes right, true and said."""

    charts: Rows
    minutes: Floats
    counts: Rows  # batches, test charts, 3


def work(pool: Pool, order: str, train: Rows, test: Rows, seed: int, batch: int) -> Curve:
    """All charts of `train`, a batch a night; the first batch is drawn, whatever the order."""
    left = np.random.default_rng(seed).permutation(train)
    done, left = left[:batch], left[batch:]
    spent = float(minutes_of(np.zeros((len(done), 1)), pool.lengths[done]).sum())
    charts, cost, counts = [], [], []
    while True:
        learned = pool.learn(done)
        counts.append(judge(pool.gold[test], pool.scores(learned, test)))
        charts.append(len(done))
        cost.append(spent)
        if not len(left):
            return Curve(np.array(charts), np.array(cost), np.stack(counts))
        scores, rank = pool.scores(learned, left), ORDERS[order]
        worth = rank(scores, pool.lengths[left]) if rank else np.zeros(len(left))
        first = np.argsort(-worth, kind="stable")[:batch]
        spent += float(minutes_of(scores[first], pool.lengths[left[first]]).sum())
        done, left = np.concatenate([done, left[first]]), np.delete(left, first)


def judge(gold: np.ndarray, scores: Floats) -> Rows:
    said = scores >= THRESHOLD
    return np.stack([(gold & said).sum(axis=1), gold.sum(axis=1), said.sum(axis=1)], axis=1)


def f1(counts: np.ndarray) -> np.ndarray:
    """Micro-F1 of sums (right, true, said) in the last axis."""
    found: np.ndarray = 2 * counts[..., 0] / np.maximum(counts[..., 1] + counts[..., 2], 1)
    return found


def needed(curve: Floats, costs: Floats, goal: float) -> float:
    """The cost at which the curve first reaches the goal, between two batches by a straight line; nan: never."""
    at = np.flatnonzero(curve >= goal)
    if not len(at):
        return float("nan")
    if at[0] == 0:
        return float(costs[0])
    low, high = curve[at[0] - 1], curve[at[0]]
    share = (goal - low) / (high - low)
    return float(costs[at[0] - 1] + share * (costs[at[0]] - costs[at[0] - 1]))


@dataclass(frozen=True)
class Needed:
    """Charts, or minutes, with the interval of 95 %: bootstrap over test charts."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.0f} ({self.low:.0f} to {self.high:.0f})"


def summed(curves: Sequence[Curve], weights: Floats | None = None) -> Floats:
    """F1 after each batch: counts of all test charts, of repeats too, in one sum."""
    length = min(len(curve.charts) for curve in curves)
    total = sum(
        (curve.counts[:length] if weights is None else curve.counts[:length] * weights[None, at, None]).sum(axis=1)
        for curve, at in zip(curves, _places(curves), strict=True)
    )
    return f1(np.asarray(total))


def _places(curves: Sequence[Curve]) -> list[slice]:
    ends = np.cumsum([curve.counts.shape[1] for curve in curves])
    return [slice(int(end) - curve.counts.shape[1], int(end)) for end, curve in zip(ends, curves, strict=True)]
