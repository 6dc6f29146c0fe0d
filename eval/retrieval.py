"""How well a search brings what is alike to the front: average precision, and its mean by finding.

A finding is a column of a truth table. For a query with the finding, relevant is every other document that has it. The
mean is first over the queries of a finding, then over findings, so that a rare one counts as much as a common one.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


def average_precision(relevant: Bools, there: Ints | None = None) -> Floats:
    """(q,) of rankings (q, n), best first, without interpolation. `there`: how many relevant ones there are in all, for
    rankings that were cut off. NaN where there is none.
    """
    hits = np.cumsum(relevant, axis=1)
    many = relevant.sum(axis=1) if there is None else there
    total = (hits * relevant / np.arange(1, relevant.shape[1] + 1)).sum(axis=1)
    scores: Floats = np.divide(total, many, out=np.full(len(relevant), np.nan), where=many > 0)
    return scores


def by_finding(rankings: Ints, queries: Ints, truth: Bools) -> Floats:
    """(q, f) average precision of each query for each finding; NaN where it does not have it or nothing else has.

    `rankings` (q, n): rows of `truth` best first, the query itself not among them, -1 after the last.
    """
    scores: Floats = np.full((len(rankings), truth.shape[1]), np.nan)
    for finding, has in enumerate(truth.T):
        mine = np.flatnonzero(has[queries])
        relevant = has[rankings[mine]] & (rankings[mine] >= 0)
        scores[mine, finding] = average_precision(relevant)
    return scores


def mean_by_finding(scores: Floats, weights: Floats | None = None) -> Floats:
    """(d,) of the scores of by_finding, one for each row of `weights` (d, q); a finding without a query counts not."""
    rows = np.ones((1, len(scores))) if weights is None else weights
    known = ~np.isnan(scores)
    many = rows @ known
    means = np.divide(rows @ np.where(known, scores, 0.0), many, out=np.full(many.shape, np.nan), where=many > 0)
    there = ~np.isnan(means)
    mean: Floats = np.where(there, means, 0.0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    return mean
