"""Boosted trees (LightGBM) of the hazards by period: period as one more feature, classes none and each cause."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from eval.survival import Floats
from outcomes.features.matrix import Features
from outcomes.survival.discrete import DiscreteSurvival, Member, crossed, loaded
from outcomes.survival.outcome import Outcome
from outcomes.survival.periods import PersonPeriods

PERIOD = "period"


@dataclass(frozen=True)
class Trees:
    """One booster, as its text."""

    text: str
    periods: int
    causes: int

    @cached_property
    def booster(self) -> Any:
        from lightgbm import Booster

        return Booster(model_str=self.text)

    def hazards(self, features: Features) -> Floats:
        said = self.booster.predict(_every(features, self.periods), num_threads=1)
        return np.asarray(said.reshape(len(features), self.periods, self.causes + 1)[:, :, 1:], np.float64)

    def shap(self, features: Features) -> Floats:
        """The period is part of the base: it is no property of the person."""
        said = np.asarray(self.booster.predict(_every(features, self.periods), pred_contrib=True, num_threads=1))
        each = said.reshape(len(features), self.periods, self.causes + 1, -1)
        against = each[:, :, 1:] - each[:, :, :1]
        base = against[..., -1:] + against[..., -2:-1]
        return np.concatenate([against[..., :-2], base], -1)

    def save(self, folder: Path) -> None:
        (folder / "trees.txt").write_text(self.text, encoding="utf-8")


def _every(features: Features, periods: int) -> Floats:
    """(m * p, f + 1): each row in each period."""
    dense = features.dense()
    period = np.tile(np.arange(periods, dtype=np.float32), len(dense))
    return np.column_stack([np.repeat(dense, periods, axis=0), period])


@dataclass(frozen=True)
class Boosted:
    periods: int = 12
    folds: int = 3
    rounds: int = 300
    rate: float = 0.08
    leaves: int = 12
    least: int = 60  # rows in a leaf
    columns: int = 200  # features that a tree sees
    l2: float = 10.0
    patience: int = 30
    name: str = "boosted"

    def fit(self, features: Features, outcome: Outcome, seed: int) -> DiscreteSurvival:
        causes = len(outcome.causes)

        def one(mine: Features, rows: PersonPeriods, others: Features, held: PersonPeriods) -> Member:
            return self._grown((mine, rows), (others, held), causes, seed)

        return crossed(features, outcome, self.folds, self.periods, one, seed)

    def _grown(
        self, train: tuple[Features, PersonPeriods], held: tuple[Features, PersonPeriods], causes: int, seed: int
    ) -> Trees:
        import lightgbm

        share = min(1.0, self.columns / len(train[0].names))
        settings = {
            "objective": "multiclass", "num_class": causes + 1, "learning_rate": self.rate, "num_leaves": self.leaves,
            "min_data_in_leaf": self.least, "feature_fraction": share, "lambda_l2": self.l2, "max_bin": 63,
            "bagging_fraction": 0.8, "bagging_freq": 1, "seed": seed, "num_threads": 1, "verbosity": -1,
            "deterministic": True, "force_col_wise": True,
        }  # fmt: skip
        data = _data(*train)
        stop = lightgbm.early_stopping(self.patience, verbose=False)
        booster = lightgbm.train(settings, data, self.rounds, [_data(*held, data)], callbacks=[stop])
        return Trees(booster.model_to_string(num_iteration=booster.best_iteration), train[1].periods, causes)

    def load(self, folder: Path) -> DiscreteSurvival:
        import json

        said = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        periods, causes = len(said["edges"]) - 1, len(said["causes"])
        return loaded(folder, lambda path: Trees((path / "trees.txt").read_text(encoding="utf-8"), periods, causes))


def _data(features: Features, rows: PersonPeriods, like: Any = None) -> Any:
    import lightgbm

    x = np.column_stack([features.dense()[rows.person], rows.period.astype(np.float32)])
    return lightgbm.Dataset(x, rows.kind, weight=rows.weight, reference=like, free_raw_data=True)
