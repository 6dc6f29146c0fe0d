"""Predictions beside true risks: AUROC of both on the same stays, and how far one lies from the other."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from eval.resampling import Estimate, around, draws
from eval.risk import auroc, ece
from outcomes.timeline import Bools, Floats, Ints

Numbers = npt.NDArray[np.float64]
Drawn = tuple[float, Numbers]
RESAMPLES = 300


@dataclass(frozen=True)
class Rows:
    label: Floats  # (m, t)
    risk: Numbers  # (m, t) true
    person: Ints  # (m,)
    group: Ints  # (m,) hospital and moment: judged apart, then averaged

    def take(self, keep: Bools) -> "Rows":
        return Rows(*(getattr(self, field.name)[keep] for field in fields(self)))


@dataclass(frozen=True)
class Judged:
    """Means over groups and targets; intervals of 95 % by bootstrap over persons, paired."""

    best: Estimate  # AUROC of the true risk
    ours: Estimate
    gap: Estimate
    off_truth: Estimate  # mean over ten bins of equally many rows of |mean prediction - mean true risk|
    off_outcomes: Estimate  # the same against what happened: it is not 0 for the true risk either

    def figures(self) -> Mapping[str, Estimate]:
        return {
            "AUROC of the true risk": self.best, "ours": self.ours, "gap": self.gap,
            "ECE against the true risk": self.off_truth, "ECE against outcomes": self.off_outcomes,
        }  # fmt: skip


def judged(rows: Rows, ours: Numbers) -> Judged | None:
    """None where no group has both outcomes of any target."""
    parts = [part for group in np.unique(rows.group) for part in _group(rows, ours, rows.group == group)]
    if not parts:
        return None
    best, own, off_truth, off_outcomes = zip(*parts, strict=True)
    gap = [(a[0] - b[0], a[1] - b[1]) for a, b in zip(best, own, strict=True)]
    return Judged(*(average(one) for one in (best, own, gap, off_truth, off_outcomes)))


def _group(rows: Rows, ours: Numbers, mine: Bools) -> Iterator[tuple[Drawn, Drawn, Drawn, Drawn]]:
    """Of each target that has both outcomes among these rows."""
    held, weights = rows.take(mine), draws(rows.person[mine].astype(str).tolist(), RESAMPLES)
    every = np.vstack([np.ones((1, len(held.person))), weights])
    for at, label in enumerate(held.label.T.astype(np.float64)):
        sure = ~np.isnan(label) & ~np.isnan(held.risk[:, at])
        if len(np.unique(label[sure])) < 2:
            continue
        risk, own, label, weight = held.risk[sure, at], ours[mine][sure, at], label[sure], every[:, sure]
        found = auroc(label, risk, weight), auroc(label, own, weight), ece(risk, own, weight), ece(label, own, weight)
        first, second, third, fourth = ((float(one[0]), one[1:]) for one in found)
        yield first, second, third, fourth


def average(parts: Sequence[Drawn]) -> Estimate:
    """Groups and targets count alike. Persons of different groups are drawn independently."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of few persons, a draw may hold one outcome only everywhere
        drawn = np.nanmean([one for _, one in parts], 0)
    return around(float(np.mean([value for value, _ in parts])), drawn)
