"""Agreement of two who label the same things, beyond what chance gives: Cohen's kappa (Cohen 1960)."""

from collections.abc import Sequence

import numpy as np

from eval.coding_sheet import Floats
from eval.resampling import Estimate


def kappa(gold: Sequence[object], said: Sequence[object], weights: Floats | None = None) -> Floats:
    """(D,): one a row of `weights` (D, N), or one in all. 1 where both always say one and the same label."""
    names = sorted({str(one) for one in (*gold, *said)})
    first, second = (np.array([names.index(str(one)) for one in each], np.int64) for each in (gold, said))
    draws = np.ones((1, len(first))) if weights is None else weights
    counts = draws @ np.eye(len(names) ** 2)[first * len(names) + second]  # (D, L * L)
    table = counts.reshape(len(draws), len(names), len(names)) / np.maximum(counts.sum(1), 1e-12)[:, None, None]
    agreed = np.trace(table, axis1=1, axis2=2)
    chance = (table.sum(2) * table.sum(1)).sum(1)
    return np.where(chance < 1 - 1e-12, (agreed - chance) / np.maximum(1 - chance, 1e-12), 1.0)


def estimate(gold: Sequence[object], said: Sequence[object], weights: Floats) -> Estimate:
    """With the interval of 95 % over draws of what was labelled."""
    return _around(float(kappa(gold, said)[0]), kappa(gold, said, weights))


def difference(gold: Sequence[object], first: Sequence[object], second: Sequence[object], weights: Floats) -> Estimate:
    """first - second, on the same draws."""
    value = float(kappa(gold, first)[0] - kappa(gold, second)[0])
    return _around(value, kappa(gold, first, weights) - kappa(gold, second, weights))


def _around(value: float, drawn: Floats) -> Estimate:
    low, high = np.percentile(drawn - drawn.mean(), [2.5, 97.5])
    return Estimate(value, value + float(low), value + float(high))
