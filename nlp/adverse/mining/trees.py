"""A small boosted model whose answers are probabilities: trees, then a logistic curve fitted to what they never saw."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from nlp.adverse.mining.page import Floats

EDGE = 1e-4


@dataclass(frozen=True)
class Trees:
    """`text` as LightGBM writes it; `slope` and `shift` bend its log-odds (Platt 1999)."""

    text: str = field(repr=False)
    slope: float = 1.0
    shift: float = 0.0

    @cached_property
    def _booster(self) -> Any:
        import lightgbm

        return lightgbm.Booster(model_str=self.text)

    def probabilities(self, features: Floats) -> Floats:
        if not len(features):
            return np.zeros(0)
        return bent(np.asarray(self._booster.predict(features, num_threads=1)), self.slope, self.shift)


@dataclass(frozen=True)
class TreePlan:
    rounds: int = 120
    rate: float = 0.05
    leaves: int = 12
    least: int = 25  # rows of a leaf
    seed: int = 1


def grown(features: Floats, right: Sequence[bool], plan: TreePlan) -> Trees:
    import lightgbm

    settings = {"objective": "binary", "learning_rate": plan.rate, "num_leaves": plan.leaves, "verbose": -1,
                "min_data_in_leaf": plan.least, "feature_fraction": 0.6, "bagging_fraction": 0.7, "bagging_freq": 1,
                "lambda_l2": 2.0, "seed": plan.seed, "deterministic": True, "num_threads": 1}  # fmt: skip
    data = lightgbm.Dataset(features, np.asarray(right, np.float32), params={"verbose": -1})
    return Trees(lightgbm.train(settings, data, plan.rounds).model_to_string())


def crossed(features: Floats, right: Sequence[bool], part: Sequence[int], plan: TreePlan) -> tuple[Trees, Floats]:
    """The model of all rows, bent; and of each row the probability by a model that did not learn from its part."""
    held, truth = np.asarray(part), np.asarray(right, bool)
    raw = np.full(len(truth), float(truth.mean()) if len(truth) else 0.0)
    for chosen in sorted(set(part)):
        rest = held != chosen
        if truth[rest].any() and not truth[rest].all():
            raw[~rest] = grown(features[rest], truth[rest].tolist(), plan).probabilities(features[~rest])
    slope, shift = _curve(raw, truth)
    return Trees(grown(features, truth.tolist(), plan).text, slope, shift), bent(raw, slope, shift)


def bent(probabilities: Floats, slope: float, shift: float) -> Floats:
    found: Floats = 1 / (1 + np.exp(-(slope * odds(probabilities) + shift)))
    return found


def odds(probabilities: Floats) -> Floats:
    """Log-odds, within bounds."""
    inside = np.clip(probabilities, EDGE, 1 - EDGE)
    found: Floats = np.log(inside / (1 - inside))
    return found


def _curve(probabilities: Floats, right: Floats) -> tuple[float, float]:
    from sklearn.linear_model import LogisticRegression

    if right.all() or not right.any():
        return 1.0, 0.0
    model = LogisticRegression(C=100.0).fit(odds(probabilities)[:, None], right)
    slope = float(model.coef_[0, 0])
    return (slope, float(model.intercept_[0])) if slope > 0 else (1.0, 0.0)  # too few rows to tell
