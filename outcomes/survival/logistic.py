"""Hazards by period from one multinomial logistic regression: a start for each period, one line of covariates."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.survival import Floats
from outcomes.features.matrix import Features
from outcomes.survival.discrete import DiscreteSurvival, Member, crossed, loaded
from outcomes.survival.outcome import Outcome, learnable
from outcomes.survival.periods import PersonPeriods, cuts
from outcomes.survival.screening import screened
from outcomes.survival.table import Table, opened

LEAST = 1e-6
FIRM = 1.0  # events that hold a period's start near its share: else one that saw none would say never


@dataclass(frozen=True)
class Lines:
    table: Table
    start: Floats  # (p, k)
    weights: Floats  # (c, k)

    def hazards(self, features: Features) -> Floats:
        each = self.table.read(features)[:, :, None] * self.weights  # no matrix product: a row is the same alone
        score = each.sum(1)[:, None] + self.start
        odds = np.exp(np.clip(score, -50, 50))
        return np.asarray(odds / (1 + odds.sum(2, keepdims=True)), np.float64)

    def parts(self, features: Features) -> Floats:
        """(m, k, f) of the log odds of each cause, in every period the same; 0 for what is as in the mean."""
        each = self.table.read(features)[:, None] * self.weights.T
        own = len(self.table.kept)
        out = np.zeros((len(each), self.weights.shape[1], len(self.table.names)))
        out[:, :, self.table.kept] = each[:, :, :own]
        out[:, :, self.table.absent] += each[:, :, own:]
        return out

    def shap(self, features: Features) -> Floats:
        parts = self.parts(features)[:, None]
        shape = (len(parts), *self.start.shape)
        base = np.broadcast_to(self.start, shape)[..., None]
        return np.concatenate([np.broadcast_to(parts, (*shape, parts.shape[-1])), base], -1)

    def save(self, folder: Path) -> None:
        self.table.save(folder / "table.json")
        np.savez(folder / "lines.npz", start=self.start, weights=self.weights)


def opened_lines(folder: Path) -> Lines:
    with np.load(folder / "lines.npz", allow_pickle=False) as held:
        return Lines(opened(folder / "table.json"), held["start"], held["weights"])


@dataclass(frozen=True)
class Logistic:
    periods: int = 12
    folds: int = 3
    ridges: tuple[float, ...] = (0.01, 0.1, 1.0)  # weight, a person; the best on the persons held out
    most: int = 200  # columns, of each cause
    cut: tuple[float, ...] = ()  # times between two periods in any case: there incidences are nearest to what is seen
    name: str = "logistic"

    def fit(self, features: Features, outcome: Outcome, seed: int) -> DiscreteSurvival:
        causes = len(outcome.causes)

        def one(mine: Features, rows: PersonPeriods, others: Features, held: PersonPeriods) -> Member:
            return self._best((mine, rows), (others, held), causes)

        edges = cuts(learnable(outcome), self.periods, self.cut)
        return crossed(features, outcome, self.folds, edges, one, seed)

    def _best(self, train: tuple[Features, PersonPeriods], held: tuple[Features, PersonPeriods], causes: int) -> Lines:
        table = screened(*train, causes, self.most)
        x, rows = table.read(train[0]), train[1]
        found = [_fitted(table, x, rows, causes, ridge * len(x)) for ridge in self.ridges]
        return min(found, key=lambda lines: _lost(lines, *held))

    def load(self, folder: Path) -> DiscreteSurvival:
        return loaded(folder, opened_lines)


def _lost(lines: Lines, features: Features, rows: PersonPeriods) -> float:
    said = lines.hazards(features)[rows.person, rows.period]
    every = np.column_stack([1 - said.sum(1), said])
    return float(-rows.weight @ np.log(np.maximum(every[np.arange(len(every)), rows.kind], 1e-12)))


def _starts(rows: PersonPeriods, happened: Floats) -> Floats:
    """(p, k) log odds of each period's shares, with one person more who is as all periods together."""
    begun = np.bincount(rows.period, rows.weight, rows.periods)
    first = np.stack([np.bincount(rows.period, each, rows.periods) for each in happened.T], 1)
    share = first.sum(0) / begun.sum()
    none = begun[:, None] - first.sum(1, keepdims=True) + 1 - share.sum()
    return np.asarray(np.log(np.maximum((first + share) / np.maximum(none, LEAST), LEAST)), np.float64)


def _fitted(table: Table, x: Floats, rows: PersonPeriods, causes: int, ridge: float) -> Lines:
    """By L-BFGS on persons and periods at once: the rows are never made."""
    from scipy.optimize import minimize

    periods, width = rows.periods, x.shape[1]
    happened = np.stack([rows.kind == cause for cause in range(1, causes + 1)], 1).astype(np.float64)
    begin = _starts(rows, happened)

    def lost(theta: Floats) -> tuple[float, Floats]:
        start = theta[: periods * causes].reshape(periods, causes)
        weights = theta[periods * causes :].reshape(width, causes)
        score = (x @ weights)[rows.person] + start[rows.period]
        top = np.maximum(score.max(1, keepdims=True), 0)
        raised = np.exp(score - top)
        total = np.exp(-top[:, 0]) + raised.sum(1)
        value = rows.weight @ (top[:, 0] + np.log(total)) - (happened * score).sum() + ridge / 2 * (weights**2).sum()
        apart = start - begin
        value += FIRM / 2 * (apart**2).sum()
        rest = rows.weight[:, None] * raised / total[:, None] - happened
        by_period = np.stack([np.bincount(rows.period, each, periods) for each in rest.T], 1) + FIRM * apart
        by_person = np.stack([np.bincount(rows.person, each, len(x)) for each in rest.T], 1)
        slope = np.r_[by_period.ravel(), (x.T @ by_person + ridge * weights).ravel()]
        return float(value) / len(x), slope / len(x)

    found = minimize(
        lost, np.r_[begin.ravel(), np.zeros(width * causes)], jac=True, method="L-BFGS-B", options={"maxiter": 300}
    )
    cut = periods * causes
    return Lines(table, found.x[:cut].reshape(periods, causes), found.x[cut:].reshape(width, causes))
