"""Boosted trees of LightGBM: many small steps, one thread each, the same trees for the same seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from outcomes.features.matrix import Matrix

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Trees:
    """The recipe; nothing of it was chosen on rows that a bench reports."""

    rounds: int = 300
    rate: float = 0.04
    leaves: int = 24
    least: int = 40  # rows in a leaf
    columns: float = 0.2  # share of features that each tree sees
    rows: float = 0.7  # share of rows
    ridge: float = 10.0
    bins: int = 63
    chance: bool = True  # thresholds are drawn, not searched for (extremely randomised trees)

    def settings(self, seed: int) -> dict[str, object]:
        return {
            "objective": "binary", "learning_rate": self.rate, "num_leaves": self.leaves, "max_bin": self.bins,
            "min_child_samples": self.least, "feature_fraction": self.columns, "bagging_fraction": self.rows,
            "bagging_freq": 1, "lambda_l2": self.ridge, "seed": seed, "num_threads": 1, "deterministic": True,
            "extra_trees": self.chance,
            "force_col_wise": True, "verbose": -1,
        }  # fmt: skip

    def grow(self, values: Matrix, labels: Matrix, seed: int) -> list[str]:
        """LightGBM's own text of the trees of each target. values (m, f) and labels (m, t), NaN: not known."""
        import lightgbm

        said = self.settings(seed)
        data = lightgbm.Dataset(values, np.nan_to_num(labels[:, 0]), params=said).construct()
        texts = []
        for label in labels.T:
            data.set_label(np.nan_to_num(label))
            data.set_weight((~np.isnan(label)).astype(np.float32) if np.isnan(label).any() else None)
            texts.append(str(lightgbm.train(said, data, self.rounds).model_to_string(num_iteration=-1)))
        return texts


def logits(texts: Sequence[str], values: Matrix) -> Floats:
    """(m,) the mean of what several sets of trees say."""
    return _mean(texts, values, {"raw_score": True})


def parts(texts: Sequence[str], values: Matrix) -> Floats:
    """(m, f + 1) exact SHAP of each feature, and last the base; rows sum to the logits."""
    return _mean(texts, values, {"pred_contrib": True})


def _mean(texts: Sequence[str], values: Matrix, how: dict[str, Any]) -> Floats:
    import lightgbm

    said = [lightgbm.Booster(model_str=text).predict(values, num_threads=1, **how) for text in texts]
    return np.asarray(np.mean(np.asarray(said, np.float64), 0))
