"""How strongly a column goes with a target, alone and beside all the others."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from outcomes.timeline import Floats, Ints

Numbers = npt.NDArray[np.float64]
FOLDS = 5
BINS = 12
PENALTY = 100.0
"""Of the ridge regression, in rows: columns have variance 1."""
TWIN = 0.93
"""Correlation of columns of two codes that say the same."""


def ranked(column: npt.NDArray[np.floating]) -> Numbers:
    """(m,) mid-ranks with mean 0 and variance 1; what is not known is 0."""
    out = np.zeros(len(column))
    known = ~np.isnan(column)
    _, place, count = np.unique(column[known], return_inverse=True, return_counts=True)
    middle = np.cumsum(count) - (count - 1) / 2
    out[known] = middle[place] - (known.sum() + 1) / 2
    deviation = out.std()
    return out / deviation if deviation > 0 else out


def binned(column: npt.NDArray[np.floating]) -> Ints:
    """(m,) place of the quantile bin; what is not known has the last bin for itself."""
    known = ~np.isnan(column)
    inner = np.linspace(0, 1, BINS + 1)[1:-1]
    cuts = np.unique(np.quantile(column[known], inner)) if known.any() else np.zeros(0)
    place = np.full(len(column), len(cuts) + 1)
    place[known] = np.searchsorted(cuts, column[known], side="right")
    low = known & (column == np.min(column[known], initial=np.inf))  # a frequent least value, such as 0: alone
    return np.where(low, 0, place + 1)


def told(bins: Ints, label: Numbers, fold: Ints) -> Numbers:
    """(m,) share of positives of the row's bin, learned from the other folds."""
    size = int(bins.max()) + 1
    cell = fold * size + bins
    every, positive = (
        np.bincount(cell, weight, minlength=FOLDS * size).reshape(FOLDS, size) for weight in (None, label)
    )
    rest, rest_positive = every.sum(0) - every, positive.sum(0) - positive
    shares = (rest_positive + 5 * label.mean()) / (rest + 5)
    return np.asarray(shares.ravel()[cell])


def auroc(score: Numbers, label: Numbers) -> float:
    positives = label.sum()
    negatives = len(label) - positives
    if not positives or not negatives:
        return 0.5
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    middle = np.cumsum(count) - (count - 1) / 2
    return float((middle[place][label == 1].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def auroc_error(auroc: float, label: Numbers) -> float:
    """Hanley and McNeil 1982."""
    positives = max(float(label.sum()), 1.0)
    negatives = max(len(label) - positives, 1.0)
    q1, q2, square = auroc / (2 - auroc), 2 * auroc**2 / (1 + auroc), auroc**2
    spread = auroc * (1 - auroc) + (positives - 1) * (q1 - square) + (negatives - 1) * (q2 - square)
    return float(np.sqrt(max(spread, 1e-9) / (positives * negatives)))


@dataclass(frozen=True)
class Standing:
    """A column z beside all columns of other codes, out of fold.

    alone: correlation of z and the target. unexplained: how much of it is left in what the others do not say of the
    target. within: correlation of z, the target taken out, and what the others say of z: 0 means that nothing but
    the target ties z to the record.
    """

    alone: float
    unexplained: float
    within: float
    others: Numbers  # (m,) the target as the others tell it


class Rest:
    """Ridge regressions out of fold on all columns but those of one code, from one inversion a fold."""

    def __init__(self, design: Floats, what: npt.NDArray[np.object_], fold: Ints) -> None:
        self.what = what
        self.held = [np.flatnonzero(fold == each) for each in range(FOLDS)]
        self.parts = [design[held] for held in self.held]
        grams = [(part.T @ part).astype(np.float64) for part in self.parts]
        penalty = PENALTY * np.eye(design.shape[1])
        self.inverse = [np.linalg.inv(sum(grams) - gram + penalty) for gram in grams]
        self.column_sums = np.stack([part.sum(0) for part in self.parts]).astype(np.float64)

    def block(self, what: str, column: Numbers | None = None) -> Ints:
        """Columns that may not explain those of `what`: its own, marks of the file, and twins of the column."""
        mine = (self.what == what) | (self.what == "time")
        if column is not None:
            z = _standard(column).astype(np.float32)
            related = sum(z[held] @ part for held, part in zip(self.held, self.parts, strict=True)) / len(z)
            mine |= np.abs(related) > TWIN
        return np.flatnonzero(mine)

    def predict(self, targets: Numbers, block: Ints) -> Numbers:
        """(m, t) each row told by a regression that saw neither its fold nor the columns of `block`."""
        out = np.zeros_like(targets)
        own = [targets[held] for held in self.held]
        pairs = zip(self.parts, own, strict=True)
        crossed = [(part.T @ mine.astype(np.float32)).astype(np.float64) for part, mine in pairs]
        for each, (held, inverse) in enumerate(zip(self.held, self.inverse, strict=True)):
            mean = (targets.sum(0) - own[each].sum(0)) / max(len(targets) - len(held), 1)
            sums = self.column_sums.sum(0) - self.column_sums[each]
            weights = inverse @ (np.sum(crossed, 0) - crossed[each] - sums[:, None] * mean)
            if len(block):
                part = np.linalg.solve(inverse[np.ix_(block, block)], weights[block])
                weights = weights - inverse[:, block] @ part
            out[held] = self.parts[each] @ weights.astype(np.float32) + mean
        return out

    def standing(self, column: Numbers, target: Numbers, what: str, *, twins: bool = False) -> Standing:
        """twins: columns of other codes that are all but the same explain nothing either."""
        z, t = _standard(column), _standard(target)
        alone = float(z @ t) / len(z)
        rest = z - alone * t
        if set(np.unique(target)) <= {0.0, 1.0}:
            rest = z - np.where(target == 1, z[target == 1].mean(), z[target == 0].mean())
        predicted = self.predict(np.stack([t, rest], 1), self.block(what, column if twins else None))
        left = float(z @ (t - predicted[:, 0])) / len(z)
        return Standing(alone, left / alone if alone else 0.0, correlation(predicted[:, 1], rest), predicted[:, 0])


def correlation(one: Numbers, other: Numbers) -> float:
    return float((_standard(one) @ _standard(other)) / len(one))


def _standard(column: Numbers) -> Numbers:
    deviation = column.std()
    return np.asarray((column - column.mean()) / (deviation if deviation > 0 else 1.0))
