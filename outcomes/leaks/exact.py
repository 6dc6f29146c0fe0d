"""Numbers that were made with the labels of the same rows: class means, shares of positives, scaling by class."""

from collections.abc import Iterator

import numpy as np

from outcomes.leaks.candidates import LEAST, Candidates
from outcomes.leaks.leak import Leak
from outcomes.leaks.stays import Pairs, Stays
from outcomes.leaks.strength import Numbers
from outcomes.timeline import Floats, Ints, Timeline

ASPECTS = ("value", "first", "last", "mean", "max")
GROUPS = 8
"""Different numbers with several rows that a column must have, for their shares to be held against it."""
BELOW = 1e-6
"""Chance that shares of positives lie so near to what the numbers say, by luck."""
PURE = 0.9
NEAR = 1e-3
"""Standard errors between the means of two classes, as no honest number has them."""
WINDOWS = (3, 15)
"""Numbers to either side that a number is compared with."""
SCATTER, MIXED = 12.0, 0.5
"""Standard errors of shares over chance, and how mixed labels of one number are, as a share of chance. Honest: .74."""


def of_values(candidates: Candidates, label: Floats) -> Iterator[Leak]:
    known = ~np.isnan(label)
    y = label[known].astype(float)
    if min(y.sum(), len(y) - y.sum()) < LEAST:
        return
    for j in np.flatnonzero(np.isin(candidates.aspect, ASPECTS)):
        column = candidates.values[known, j]
        there = ~np.isnan(column)
        if there.sum() < 4 * LEAST or not 0 < y[there].mean() < 1:
            continue
        evidence = _made_with(column[there].astype(float), y[there])
        if evidence:
            yield Leak("encoded", candidates.what[j], {"aspect": candidates.aspect[j], **evidence})


def _made_with(value: Numbers, y: Numbers) -> dict[str, float]:
    numbers, place, size = np.unique(value, return_inverse=True, return_counts=True)
    share = np.bincount(place, y) / size
    return (
        _pure(numbers, share, size, y.mean())
        or _shares(numbers, share, size)
        or _apart(share, size)
        or _scaled(value, y.astype(np.float32))
    )


def _pure(numbers: Numbers, share: Numbers, size: Ints, base: float) -> dict[str, float]:
    """A number of many rows, positives all, though the numbers around it are as others."""
    for place in np.flatnonzero((size >= LEAST) & (share >= PURE)):
        near = np.abs(np.arange(len(numbers)) - place) <= 10
        near[place] = False
        around = (share[near] * size[near]).sum() / max(size[near].sum(), 1) if near.any() else base
        around = float(np.clip(max(around, base), 0.02, 0.98))
        if size[place] * np.log(around) < np.log(BELOW) - np.log(len(numbers)) and around < 0.6:
            return {"rows with one and the same number": float(size[place]), "share of positives": float(share[place]),
                    "share of positives around it": around}  # fmt: skip
    return {}


def _shares(numbers: Numbers, share: Numbers, size: Ints) -> dict[str, float]:
    """The share of positives of the rows with a number is that number, to the digit: honest ones differ by chance."""
    from scipy.stats import chi2

    several = size >= 3
    if len(np.unique(share[several])) < GROUPS or size[several].sum() < 0.5 * size.sum():
        return {}
    z, p, n = numbers[several], share[several], size[several]
    middle = np.clip((p * n).sum() / n.sum(), 0.02, 0.98)
    weight = n / (middle * (1 - middle))
    for terms in ([np.ones_like(z), z], [np.ones_like(z), z, 1 / n, z / n]):
        design = np.stack(terms, 1) * np.sqrt(weight)[:, None]
        left = np.sqrt(weight) * p - design @ np.linalg.lstsq(design, np.sqrt(weight) * p, rcond=None)[0]
        freedom = len(z) - len(terms)
        if freedom > 2 and chi2.cdf(float(left @ left), freedom) < BELOW:
            return {"numbers": float(len(z)), "scatter of shares over chance": float(left @ left) / freedom}
    return {}


def _apart(share: Numbers, size: Ints) -> dict[str, float]:
    """Rows with the same number have the same label, over and over: the exact number says which."""
    several = size >= 2
    rows = size[several].sum()
    if several.sum() < 2 * GROUPS or rows < 4 * LEAST:
        return {}
    for window in WINDOWS:
        around = _around(share, size, window)[several]
        n, chance = size[several], around * (1 - around)
        excess = (share[several] * n - n * around) ** 2 - n * chance
        errors = float(excess.sum() / np.sqrt((2 * n * (n - 1) * chance**2).sum()))
        mixed = float((share[several] * (1 - share[several]) * n).sum() / (chance * (n - 1)).sum())
        if errors > SCATTER and mixed < MIXED:
            return {"numbers shared by rows": float(several.sum()), "mixing of labels over chance": mixed}
    return {}


def _around(share: Numbers, size: Ints, window: int) -> Numbers:
    """Share of positives of the numbers next to each, itself left out."""
    order = np.arange(len(size))
    positive = share * size
    summed, counted = np.cumsum(np.r_[0, positive]), np.cumsum(np.r_[0, size])
    low, high = np.maximum(order - window, 0), np.minimum(order + window + 1, len(size))
    near = (summed[high] - summed[low] - positive) / np.maximum(counted[high] - counted[low] - size, 1)
    return np.asarray(np.clip(near, 0.01, 0.99))


def of_events(timeline: Timeline, stays: Stays, label: Floats) -> Iterator[Leak]:
    """Codes whose numbers were scaled by class: over the events before the index time, or over those of the stay."""
    both = Pairs(np.r_[stays.inside.row, stays.future.row], np.r_[stays.inside.event, stays.future.event])
    for pairs in (stays.inside, both):
        known = pairs.where(~np.isnan(label[pairs.row]) & ~np.isnan(timeline.value[pairs.event]))
        code, value = timeline.code[known.event], timeline.value[known.event].astype(np.float64)
        count = np.bincount(code, minlength=len(timeline.codes))
        order = np.argsort(code, kind="stable")
        ends = np.cumsum(count)
        for place in np.flatnonzero(count >= 4 * LEAST):
            mine = order[ends[place] - count[place] : ends[place]]
            evidence = _scaled(value[mine], label[known.row[mine]])
            if evidence:
                yield Leak("encoded", timeline.codes[place], evidence)


def _scaled(value: Numbers, y: Floats) -> dict[str, float]:
    """Both classes have the same mean and the same spread, far nearer than chance allows."""
    one, other = value[y == 1], value[y == 0]
    if min(len(one), len(other)) < LEAST or not other.std() or not one.std():
        return {}
    error = np.sqrt(one.var() / len(one) + other.var() / len(other))
    apart = abs(one.mean() - other.mean()) / error
    wider = abs(one.std() / other.std() - 1) * np.sqrt(2 * len(one))
    if apart < NEAR and wider < 10 * NEAR and len(np.unique(value)) > 2 * LEAST:
        return {"standard errors between the means of the classes": float(apart)}
    return {}
