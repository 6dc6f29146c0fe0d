"""Which of a chart's many candidates are worth ranking: logistic regression on a few numbers that cost nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.icd.coder.features import TOLD_LAYERS, Prior
from nlp.icd.coder.mentions import Mention

KEPT = 150  # candidates of a chart
PLACE = {layer: at for at, layer in enumerate(TOLD_LAYERS)}
WIDTH = 3 * len(TOLD_LAYERS) + 6


@dataclass
class Sieve:
    weights: tuple[float, ...] = ()
    intercept: float = 0.0

    @staticmethod
    def fit(seen: Sequence[np.ndarray], truth: Sequence[np.ndarray]) -> "Sieve":
        """Of each chart what `glance` gives, and which candidates are true."""
        from sklearn.linear_model import LogisticRegression

        rows, right = np.concatenate(seen), np.concatenate(truth)
        if right.all() or not right.any():
            return Sieve()
        scale = np.maximum(rows.std(0), 1e-6)
        fitted = LogisticRegression(max_iter=300).fit(rows / scale, right)
        return Sieve(tuple(float(weight) for weight in fitted.coef_[0] / scale), float(fitted.intercept_[0]))

    def keep(
        self, codes: Sequence[str], seen: np.ndarray, taught: Collection[str] = ()
    ) -> tuple[list[str], dict[str, float]]:
        """The best KEPT in their order, and of the rest, best first, how probable they look.

        What coders taught is kept whatever training says; all is, where nothing was learned.
        """
        if len(codes) <= KEPT or not self.weights:
            return list(codes), {}
        odds = seen @ np.array(self.weights) + self.intercept
        odds[[code in taught for code in codes]] = np.inf
        order = np.argsort(-odds, kind="stable")
        chance = 1 / (1 + np.exp(-odds))
        left = {codes[at]: float(chance[at]) for at in order[KEPT:].tolist()}
        return [codes[at] for at in np.sort(order[:KEPT]).tolist()], left


def glance(found: Mapping[str, Sequence[Mention]], codes: Sequence[str], prior: Prior) -> np.ndarray:
    """codes x WIDTH: of each layer if it speaks, how much, how weightily; how common the code; the whole text."""
    made = np.zeros((len(codes), WIDTH), np.float32)
    layers = len(TOLD_LAYERS)
    for row, code in zip(made, codes, strict=True):
        for each in found.get(code, ()):
            at = PLACE.get(each.layer)
            if at is not None:
                row[at] = max(row[at], each.says)
                row[layers + at] = 1.0
                row[2 * layers + at] = max(row[2 * layers + at], each.weight)
        row[3 * layers :] = (
            np.log1p(prior.charts(code)), np.log1p(prior.category(code)), prior.ridge(code), prior.neighbours(code),
            len(found.get(code, ())), row[layers : 2 * layers].sum(),
        )  # fmt: skip
    return made
