"""May a new artifact take the place of the old one? Only where it is not worse on the frozen set."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

FEWEST = 30  # charts; with fewer nothing can be said
MARGIN = 0.01  # of micro-F1: worse by more than this must be unlikely
REPEATS = 1000

Codes = Collection[str]


@dataclass(frozen=True)
class Comparison:
    """Micro-F1 of both on the same charts; the interval is of new minus old, 95 %, paired bootstrap over charts."""

    passed: bool
    old: float
    new: float
    low: float
    high: float
    charts: int

    @property
    def line(self) -> str:
        """For the report."""
        said = f"frozen set of {self.charts} charts: micro-F1 {self.old:.3f} before, {self.new:.3f} now"
        if self.charts < FEWEST:
            return f"{said}; {FEWEST} charts are needed to judge, so the old artifact stays"
        stays = "the new artifact is taken" if self.passed else "the old artifact stays"
        return f"{said} (difference {self.low:+.3f} to {self.high:+.3f}); {stays}"


def compare(gold: Sequence[Codes], old: Sequence[Codes], new: Sequence[Codes], seed: int = 1) -> Comparison:
    """Chart by chart the true codes, and what each artifact says yes to. Passed: F1 is no lower, and the interval
    does not reach below -MARGIN.
    """
    if not gold:
        return Comparison(passed=False, old=0.0, new=0.0, low=0.0, high=0.0, charts=0)
    counts = np.array([[_counts(g, o), _counts(g, n)] for g, o, n in zip(gold, old, new, strict=True)])
    counts = counts.reshape(-1, 2, 3)
    drawn = np.random.default_rng(seed).multinomial(len(gold), np.full(len(gold), 1 / len(gold)), REPEATS)
    before, after = (_f1(counts[:, side].sum(axis=0)) for side in (0, 1))
    spread = [_f1(row) for row in (drawn @ counts[:, 1])], [_f1(row) for row in (drawn @ counts[:, 0])]
    low, high = np.quantile(np.array(spread[0]) - np.array(spread[1]), [0.025, 0.975])
    passed = len(gold) >= FEWEST and after >= before and low >= -MARGIN
    return Comparison(bool(passed), before, after, float(low), float(high), len(gold))


def _counts(gold: Codes, said: Codes) -> tuple[int, int, int]:
    right = len(set(gold) & set(said))
    return right, len(set(gold)), len(set(said))


def _f1(counts: np.ndarray) -> float:
    right, gold, said = counts
    return float(2 * right / (gold + said)) if gold + said else 1.0
