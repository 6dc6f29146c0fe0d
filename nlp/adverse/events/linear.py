"""A linear model over named features that is small, plain to read, and says why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlp.adverse.events.note import Floats
from nlp.adverse.events.reading import Bag

LARGEST = 6000  # features that are kept


@dataclass(frozen=True)
class Linear:
    """`weights`: feature -> one number a label."""

    weights: Mapping[str, Sequence[float]]
    bias: Sequence[float]

    def scores(self, bags: Sequence[Bag]) -> Floats:
        """(N, L), rows sum to 1."""
        said = np.array([self._sum(bag) for bag in bags], np.float64).reshape(len(bags), len(self.bias))
        said = np.exp(said - said.max(1, keepdims=True, initial=-np.inf))
        return said / said.sum(1, keepdims=True)  # type: ignore[no-any-return]

    def _sum(self, bag: Bag) -> Floats:
        total = np.array(self.bias, np.float64)
        for name, value in bag.items():
            if name in self.weights:
                total += value * np.asarray(self.weights[name])
        return total

    def adds(self, name: str, value: float, label: int) -> float:
        """What a feature adds to a label, over the mean of all labels."""
        known = self.weights.get(name)
        return value * (known[label] - float(np.mean(known))) if known is not None else 0.0


@dataclass(frozen=True)
class Fitting:
    strength: float = 4.0  # C of the logistic regression: larger trusts the notes more
    least: int = 2  # notes that a feature must stand in
    balance: float = 0.5  # 0: labels as often as they are; 1: all equally


def fit(bags: Sequence[Bag], gold: Sequence[int], weights: Sequence[float], labels: int, fitting: Fitting) -> Linear:
    """`weights` of notes. A label that no note has is never answered."""
    from sklearn.linear_model import LogisticRegression

    counts = Counter(name for bag in bags for name in bag)
    names = sorted(name for name, count in counts.items() if count >= fitting.least)
    place = {name: at for at, name in enumerate(names)}
    matrix = _matrix(bags, place)
    often = Counter(gold)
    even = [weight * (len(gold) / len(often) / often[one]) ** fitting.balance
            for weight, one in zip(weights, gold, strict=True)]  # fmt: skip
    if len(often) < 2:
        return Linear({}, [0.0 if one in often else -9.0 for one in range(labels)])
    model = LogisticRegression(C=fitting.strength, max_iter=500).fit(matrix, gold, sample_weight=even)
    return _kept(model, names, labels)


def _matrix(bags: Sequence[Bag], place: Mapping[str, int]) -> Any:
    from scipy.sparse import csr_matrix

    cells = [(row, place[name], value) for row, bag in enumerate(bags) for name, value in bag.items() if name in place]
    rows, columns, values = zip(*cells, strict=True) if cells else ((), (), ())
    return csr_matrix((values, (rows, columns)), shape=(len(bags), max(len(place), 1)), dtype=np.float64)


def _kept(model: Any, names: Sequence[str], labels: int) -> Linear:
    coefficients, intercepts = model.coef_, model.intercept_
    if len(coefficients) == 1:  # two labels: one vector that speaks for the second
        coefficients, intercepts = np.vstack([-coefficients, coefficients]) / 2, np.r_[-intercepts, intercepts] / 2
    full, bias = np.zeros((labels, coefficients.shape[1])), np.full(labels, -9.0)
    full[model.classes_], bias[model.classes_] = coefficients, intercepts
    order = np.argsort(-np.abs(full).max(0), kind="stable")[:LARGEST]
    kept = {names[at]: [round(float(one), 4) for one in full[:, at]] for at in sorted(order) if names}
    return Linear(kept, [round(float(one), 4) for one in bias])
