"""Which columns go with the time on their own: models that read a table get the strongest of them."""

import numpy as np

from eval.survival import Floats, Kinds
from outcomes.features.matrix import Features
from outcomes.survival.outcome import Outcome
from outcomes.survival.periods import PersonPeriods
from outcomes.survival.table import Table, learned

Places = Kinds


def screened(features: Features, rows: PersonPeriods, causes: int, most: int) -> Table:
    """A table of the training rows that has, of each cause, only the strongest columns."""
    table = learned(features)
    x = table.read(features)
    final = np.r_[np.flatnonzero(np.diff(rows.person)), len(rows.person) - 1]
    names = tuple(str(cause) for cause in range(causes))
    seen = Outcome(names, (rows.period[final] + 1).astype(np.float64), rows.kind[final], rows.person[final])
    return table.narrowed(np.unique([strongest(x, seen, cause + 1, most) for cause in range(causes)]))


def strongest(x: Floats, seen: Outcome, cause: int, most: int) -> Places:
    """(c,) places of the columns whose score test against the hazard without covariates is strongest."""
    order = np.argsort(seen.times, kind="stable")
    left = np.arange(len(order), 0, -1)
    happened = (seen.kinds[order] == cause).astype(np.float64)
    expected = np.empty(len(order))
    expected[order] = np.cumsum(happened / left)
    rest = (seen.kinds == cause) - expected
    spread = np.sqrt(np.maximum((x**2).T @ np.maximum(expected, 0), 1e-12))
    return np.sort(np.argsort(-np.abs(x.T @ rest) / spread, kind="stable")[:most])
