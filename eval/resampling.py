"""Intervals by bootstrap over documents; of differences too, on the same draws.

Percentiles of how far draws lie from their mean, laid around the figure: draws of documents hold fewer rare labels than
all documents do, so that a mean over labels is higher in each of them than it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.coding import Measure
from eval.coding_sheet import Floats, Sheet


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval of 95 %."""

    value: float
    low: float
    high: float


def draws(whose: Sequence[str], resamples: int = 500, seed: int = 1) -> Floats:
    """Weights, one row a resample: documents of one name (two languages of a text) are drawn together."""
    names, place = np.unique(np.asarray(whose), return_inverse=True)
    chosen = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), resamples)
    return chosen[:, place].astype(np.float64)


def estimate(measure: Measure, sheet: Sheet, weights: Floats) -> Estimate:
    return around(measure(sheet, np.ones((1, sheet.documents)))[0], measure(sheet, weights))


def difference(measure: Measure, first: Sheet, second: Sheet, weights: Floats) -> Estimate:
    """first - second, document by document the same."""
    ones = np.ones((1, first.documents))
    value = measure(first, ones)[0] - measure(second, ones)[0]
    return around(value, measure(first, weights) - measure(second, weights))


def around(value: float, drawn: Floats) -> Estimate:
    if np.isnan(value) or np.isnan(drawn).all():
        return Estimate(float(value), float("nan"), float("nan"))
    low, high = np.nanpercentile(drawn - np.nanmean(drawn), [2.5, 97.5])
    return Estimate(float(value), float(value + low), float(value + high))
