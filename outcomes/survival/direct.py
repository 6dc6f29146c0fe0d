"""Classifiers that learn the three classes at once, to stand beside those made from the incidence.

Who is censored before the last cut has no class: he is left out, and those like him weigh more (IPCW).
"""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from contract.errors import InputError
from eval.survival import Floats
from eval.survival_classes import Classed, classed
from eval.survival_scores import observed
from outcomes.features.matrix import Features
from outcomes.survival.classes import Cuts
from outcomes.survival.discrete import parted, taken
from outcomes.survival.network import Learning, Net, Training, opened_net, trained
from outcomes.survival.outcome import Outcome, learnable
from outcomes.survival.periods import rows
from outcomes.survival.screening import screened
from outcomes.timeline import Bools


class Classifier(Protocol):
    def probabilities(self, features: Features) -> Floats:
        """(m, 3)"""

    def save(self, folder: Path) -> None: ...


class ClassLearner(Protocol):
    @property
    def name(self) -> str: ...
    def fit(self, features: Features, outcome: Outcome, cuts: Cuts, seed: int) -> Classifier: ...
    def load(self, folder: Path) -> Classifier: ...


@dataclass(frozen=True)
class TreeClasses:
    text: str

    @cached_property
    def booster(self) -> Any:
        from lightgbm import Booster

        return Booster(model_str=self.text)

    def probabilities(self, features: Features) -> Floats:
        return np.asarray(self.booster.predict(features.dense(), num_threads=1), np.float64)

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "trees.txt").write_text(self.text, encoding="utf-8")


@dataclass(frozen=True)
class BoostedClasses:
    rounds: int = 300
    rate: float = 0.08
    leaves: int = 8
    least: int = 40
    columns: int = 200  # features that a tree sees
    patience: int = 30
    name: str = "boosted_classes"

    def fit(self, features: Features, outcome: Outcome, cuts: Cuts, seed: int) -> TreeClasses:
        import lightgbm

        truth, held = known(outcome, cuts), held_out(outcome, seed)
        share = min(1.0, self.columns / len(features.names))
        settings = {
            "objective": "multiclass", "num_class": 3, "learning_rate": self.rate, "num_leaves": self.leaves,
            "min_data_in_leaf": self.least, "feature_fraction": share, "lambda_l2": 10.0, "max_bin": 63,
            "seed": seed, "num_threads": 1, "verbosity": -1, "deterministic": True, "force_col_wise": True,
        }  # fmt: skip
        dense = features.dense()
        mine, rest = (np.flatnonzero(side & (truth.chosen >= 0)) for side in (~held, held))
        data = lightgbm.Dataset(dense[mine], truth.chosen[mine], weight=truth.weight[mine])
        others = lightgbm.Dataset(dense[rest], truth.chosen[rest], weight=truth.weight[rest], reference=data)
        stop = lightgbm.early_stopping(self.patience, verbose=False)
        booster = lightgbm.train(settings, data, self.rounds, [others], callbacks=[stop])
        return TreeClasses(booster.model_to_string(num_iteration=booster.best_iteration))

    def load(self, folder: Path) -> TreeClasses:
        return TreeClasses((folder / "trees.txt").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class NetClasses:
    net: Net

    def probabilities(self, features: Features) -> Floats:
        score = self.net.logits(features)
        odds = np.exp(score - score.max(1, keepdims=True))
        return np.asarray(odds / odds.sum(1, keepdims=True), np.float64)

    def save(self, folder: Path) -> None:
        self.net.save(folder)


@dataclass(frozen=True)
class NetworkClasses:
    training: Training = field(default_factory=Training)

    @property
    def name(self) -> str:
        return f"{self.training.body}_classes"

    def fit(self, features: Features, outcome: Outcome, cuts: Cuts, seed: int) -> NetClasses:
        from models.period_network import classes_loss

        truth, held = known(outcome, cuts), held_out(outcome, seed)
        mine, rest = (np.flatnonzero(side & (truth.chosen >= 0)) for side in (~held, held))
        parts = taken(features, mine), taken(features, rest)
        first, second = ((truth.chosen[each], truth.weight[each].astype(np.float32)) for each in (mine, rest))
        edges = np.r_[0.0, cuts.days, max(float(outcome.times.max()), cuts.middle + 1)]
        table = screened(parts[0], rows(outcome.take(mine), edges), len(outcome.causes), self.training.most)
        learning = Learning(table, 3, classes_loss, self.training, seed)
        return NetClasses(trained(learning, parts, (first, second)))

    def load(self, folder: Path) -> NetClasses:
        return NetClasses(opened_net(folder))


def known(outcome: Outcome, cuts: Cuts) -> Classed:
    seen = learnable(outcome)
    if seen.times.max() < cuts.middle:
        raise InputError(
            f"nobody was followed for {cuts.middle:g} days (the longest is {seen.times.max():g}), so long survival "
            "cannot be told from middle. Give shorter cuts, or follow longer."
        )
    return classed(observed(seen.times, seen.kinds), cuts.days)


def held_out(outcome: Outcome, seed: int, share: int = 5) -> Bools:
    """One person of `share`, with all rows."""
    return parted(outcome, share, seed)[0]
