"""Boosted trees that judge candidates: is this one right? One set of trees a field, kept as text."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from nlp.pathology.breast.candidates import FAR

Row = tuple[Mapping[str, float], frozenset[str]]
"""Features by name, and the words around."""
Floats = np.ndarray[Any, np.dtype[np.float64]]
LEAST, MOST = 12, 90  # documents a word must stand in; words of a field that are kept
NEVER = -9.0  # log-odds of a field that nothing was learned of
SURE = 1e-4  # no probability is nearer to 0 or 1


@dataclass(frozen=True)
class Grown:
    rounds: int = 110
    leaves: int = 15
    rate: float = 0.09
    seed: int = 1
    words: bool = True


@dataclass
class Trees:
    """`scale` turns the trees' log-odds to calibrated ones: a * x + b."""

    names: list[str]
    vocabulary: list[str]
    model: str = field(repr=False)
    scale: tuple[float, float] = (1.0, 0.0)

    @staticmethod
    def grow(rows: Sequence[Row], right: Sequence[bool], plan: Grown) -> "Trees":
        import lightgbm

        if len(set(right)) < 2:
            return Trees([], [], "")  # nothing to tell apart: it never says yes
        names = sorted({name for said, _ in rows for name in said})
        vocabulary = _vocabulary(rows, right) if plan.words else []
        made = Trees(names, vocabulary, "")
        data = lightgbm.Dataset(made.matrix(rows), np.asarray(right, dtype=float), free_raw_data=True)
        said = {"objective": "binary", "num_leaves": plan.leaves, "learning_rate": plan.rate, "verbose": -1,
                "min_data_in_leaf": 15, "feature_fraction": 0.4, "bagging_fraction": 0.8, "bagging_freq": 1,
                "lambda_l2": 2.0, "num_threads": 1, "seed": plan.seed, "deterministic": True,
                "max_bin": 63}  # fmt: skip
        made.model = lightgbm.train(said, data, plan.rounds).model_to_string()
        return made

    def matrix(self, rows: Sequence[Row]) -> Floats:
        """rows x (features and words); a distance that is not known is far."""
        made = np.zeros((len(rows), len(self.names) + len(self.vocabulary)))
        for column, name in enumerate(self.names):
            missing = FAR if name.startswith("anchor_") else 0.0
            made[:, column] = [said.get(name, missing) for said, _ in rows]
        places = {word: len(self.names) + at for at, word in enumerate(self.vocabulary)}
        for at, (_, words) in enumerate(rows):
            made[at, [places[word] for word in words if word in places]] = 1.0
        return made

    def odds(self, rows: Sequence[Row]) -> Floats:
        """Log-odds as the trees give them."""
        if not rows or not self.model:
            return np.full(len(rows), NEVER)
        return np.asarray(self._booster.predict(self.matrix(rows), raw_score=True, num_threads=1))

    def sure(self, odds: Floats) -> Floats:
        """Calibrated probabilities."""
        a, b = self.scale
        return np.clip(1 / (1 + np.exp(-(a * odds + b))), SURE, 1 - SURE)

    @cached_property
    def _booster(self) -> Any:
        import lightgbm

        return lightgbm.Booster(model_str=self.model)

    def said(self) -> dict[str, Any]:
        return {"names": self.names, "vocabulary": self.vocabulary, "model": self.model, "scale": list(self.scale)}

    @staticmethod
    def of(said: Mapping[str, Any]) -> "Trees":
        return Trees(list(said["names"]), list(said["vocabulary"]), said["model"], tuple(said["scale"]))


def fitted(odds: Floats, right: Sequence[bool]) -> tuple[float, float]:
    """Platt's scale and shift; none where there is nothing to learn them from."""
    from sklearn.linear_model import LogisticRegression

    truth = np.asarray(right)
    if len(truth) < 30 or min(truth.sum(), (~truth).sum()) < 4:
        return 1.0, 0.0
    found = LogisticRegression(C=1.0).fit(odds[:, None], truth)
    return float(max(0.1, found.coef_[0][0])), float(found.intercept_[0])


def _vocabulary(rows: Sequence[Row], right: Sequence[bool]) -> list[str]:
    """The words that tell right from wrong best, by chi squared."""
    total, good = Counter[str](), Counter[str]()
    for (_, words), true in zip(rows, right, strict=True):
        total.update(words)
        if true:
            good.update(words)
    share = sum(right) / max(1, len(rows))
    scored = {
        word: (good[word] - share * count) ** 2 / (share * (1 - share) * count + 1e-9)
        for word, count in total.items()
        if count >= LEAST
    }
    return sorted(sorted(scored, key=lambda word: (-scored[word], word))[:MOST])
