"""Agreement of findings beyond chance: what a report that knows nothing of its study reaches counts as 0.

As Cohen's kappa: (observed - expected) / (1 - expected), where expected is what the same answers reach, shuffled over
the reports. Once by finding, the F1 over reports, and once by report, the share of labels that both have. So a report
that is always the same scores 0 however common a finding is, and a random one 0 but for luck.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.findings import Floats, Label, check, once

SHIFTS = 100  # answers that a report is compared with, to know what chance reaches
NOTHING = 0  # code of a finding that is not there


@dataclass(frozen=True, slots=True)
class Agreed:
    """Gold and answers as codes, one row a report, one column a finding: NOTHING, or which label it is."""

    findings: tuple[str, ...]
    gold: NDArray[np.int64]
    found: NDArray[np.int64]

    def by_finding(self, weights: Floats | None = None) -> Floats:
        """One row a row of `weights` (a weight a report). NaN: neither given nor wanted, or in every report."""
        right, expected, half = self._sums(weights)
        return _beyond(right, expected, half)

    def mean(self, weights: Floats | None = None) -> Floats:
        """Over findings that are given or wanted somewhere, each as much as another; 0 where none is."""
        scores = self.by_finding(weights)
        known = ~np.isnan(scores)
        mean: Floats = np.where(known, scores, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        return mean

    def by_report(self) -> tuple[Floats, Floats]:
        """(reports,) the share of labels that both have (Jaccard; 1 where none is), and what shuffled answers do."""
        shifts = _shifts(len(self.gold))
        others = [self._alike(np.roll(self.found, shift, axis=0)) for shift in shifts]
        own = self._alike(self.found)
        return own, np.mean(others, axis=0) if others else np.zeros_like(own)

    def report_mean(self, weights: Floats | None = None) -> Floats:
        """Over reports, beyond chance; 0 where chance is right everywhere."""
        rows = np.ones((1, len(self.gold))) if weights is None else weights
        own, others = self.by_report()
        return np.nan_to_num(_beyond(rows @ own, rows @ others, rows.sum(axis=1)))

    def score(self, weights: Floats | None = None) -> Floats:
        """The lower of both means: findings added everywhere hide in the first, rare ones left out in the second."""
        return np.minimum(self.mean(weights), self.report_mean(weights))

    def _alike(self, found: NDArray[np.int64]) -> Floats:
        right = ((self.gold == found) & (self.gold != NOTHING)).sum(axis=1)
        every = (self.gold != NOTHING).sum(axis=1) + (found != NOTHING).sum(axis=1) - right
        return np.where(every == 0, 1.0, right / np.maximum(every, 1))

    def _sums(self, weights: Floats | None) -> tuple[Floats, Floats, Floats]:
        """Right labels, those expected by chance, and half of those given and wanted, each (draws, findings)."""
        rows = np.ones((1, len(self.gold))) if weights is None else weights
        many = np.maximum(rows.sum(axis=1, keepdims=True), 1)
        right = rows @ ((self.gold == self.found) & (self.gold != NOTHING))
        half = rows @ ((self.gold != NOTHING).astype(float) + (self.found != NOTHING)) / 2
        expected = np.zeros_like(right)
        for code in range(1, int(max(self.gold.max(initial=0), self.found.max(initial=0))) + 1):
            expected += (rows @ (self.gold == code)) * (rows @ (self.found == code)) / many
        return right, expected, half


def agreed(
    gold: Sequence[Iterable[Label]], found: Sequence[Iterable[Label]], findings: Sequence[str], aspect: str = "all"
) -> Agreed:
    """`aspect`: finding, side, severity, position or all: what must be equal for a label to be right."""
    check(aspect)
    place = {name: at for at, name in enumerate(findings)}
    codes: dict[tuple[str, ...], int] = {}
    many = dict.fromkeys(findings, NOTHING)
    tables = np.zeros((2, len(gold), len(place)), np.int64)
    for table, side in zip(tables, (gold, found), strict=True):
        for row, labels in enumerate(side):
            for name, label in once(labels, place).items():
                seen = label.seen(aspect)
                if seen not in codes:
                    many[name] += 1
                    codes[seen] = many[name]
                table[row, place[name]] = codes[seen]
    return Agreed(tuple(findings), tables[0], tables[1])


def _beyond(right: Floats, expected: Floats, half: Floats) -> Floats:
    """(F1 - E) / (1 - E), with F1 = right / half and E = expected / half."""
    open_ = half - expected
    scores: Floats = np.full(right.shape, np.nan)
    return np.divide(right - expected, open_, out=scores, where=open_ > 1e-9)


def _shifts(many: int) -> NDArray[np.int64]:
    """By how much the answers are moved along the reports: all ways, or SHIFTS of them."""
    every = np.arange(many)
    return every if len(every) <= SHIFTS else np.random.default_rng(1).choice(every, SHIFTS, replace=False)
