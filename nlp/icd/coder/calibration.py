"""From raw scores to probabilities, by how often a code was seen in training; and the bands of a coder's page."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

BANDS = (0, 1, 5)  # charts of training that have the code, from which each band of frequency begins
SURE = 0.98  # precision that pre-accept had on training charts, each held out
LEAST = 200  # codes that pre-accept must have held there, so that the precision says something
SEEN = 0.1  # probability below which a code is hidden


@dataclass(frozen=True)
class Line:
    """Logistic regression on the log-odds of a score (Platt 1999)."""

    slope: float = 1.0
    intercept: float = 0.0

    def __call__(self, scores: np.ndarray) -> np.ndarray:
        return np.asarray(1 / (1 + np.exp(-(self.slope * logit(scores) + self.intercept))))


@dataclass(frozen=True)
class Calibration:
    lines: tuple[Line, ...] = (Line(),) * len(BANDS)
    threshold: float = 0.5  # of the best micro-F1
    sure: float = 1.01  # from here a code is pre-accepted; above 1: none is

    @staticmethod
    def fit(scores: np.ndarray, charts: np.ndarray, truth: np.ndarray, gold: int) -> "Calibration":
        """All candidates of all training charts, scored by models that had not seen the chart; `gold`: true codes."""
        bands = band(charts)
        lines = tuple(_line(scores[bands == each], truth[bands == each]) for each in range(len(BANDS)))
        said = Calibration(lines).probabilities(scores, charts)
        return Calibration(lines, _best(said, truth, gold), _sure(said, truth))

    def probabilities(self, scores: np.ndarray, charts: np.ndarray) -> np.ndarray:
        bands = band(charts)
        made = np.empty(len(scores))
        for each, line in enumerate(self.lines):
            made[bands == each] = line(scores[bands == each])
        return made

    def as_json(self) -> dict[str, object]:
        return asdict(self)

    @staticmethod
    def from_json(said: dict[str, object]) -> "Calibration":
        lines = tuple(Line(**line) for line in said["lines"])  # type: ignore[attr-defined]
        return Calibration(lines, said["threshold"], said["sure"])  # type: ignore[arg-type]


def band(charts: np.ndarray) -> np.ndarray:
    return np.asarray(np.searchsorted(BANDS, charts, side="right") - 1)


def logit(scores: np.ndarray) -> np.ndarray:
    held = np.clip(scores, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(held / (1 - held)))


def _line(scores: np.ndarray, truth: np.ndarray) -> Line:
    from sklearn.linear_model import LogisticRegression

    if truth.sum() < 20 or (~truth).sum() < 20:
        return Line()
    fitted = LogisticRegression(C=10.0).fit(logit(scores)[:, None], truth)
    return Line(float(fitted.coef_[0, 0]), float(fitted.intercept_[0]))


def _best(said: np.ndarray, truth: np.ndarray, gold: int) -> float:
    order = np.argsort(-said, kind="stable")
    if not len(order):
        return 0.5
    right = np.cumsum(truth[order])
    f1 = 2 * right / (np.arange(1, len(order) + 1) + gold)
    return float(said[order[int(np.argmax(f1))]])


def _sure(said: np.ndarray, truth: np.ndarray) -> float:
    order = np.argsort(-said, kind="stable")
    precision = np.cumsum(truth[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(precision[LEAST:] >= SURE)
    return float(said[order[LEAST + int(enough[-1])]]) if len(enough) else 1.01


def banded(score: float, calibration: Calibration, names: Sequence[str]) -> str:
    pre_accept, review, hidden = names
    return pre_accept if score >= calibration.sure else review if score >= SEEN else hidden
