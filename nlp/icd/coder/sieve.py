"""Which of a chart's many candidates are worth ranking: logistic regression on a few numbers that cost nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.icd.coder.columns import Columns
from nlp.icd.coder.features import TOLD_LAYERS
from nlp.icd.coder.prior import Prior

KEPT = 150  # candidates of a chart
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


def glance(found: Columns, prior: Prior) -> np.ndarray:
    """Codes x WIDTH: of each layer if it speaks, how much, how weightily; how common the code; the whole text.

    `code` of the columns points into the codes of `prior`.
    """
    layers, number = len(TOLD_LAYERS), len(prior.charts)
    made = np.zeros((number, WIDTH), np.float32)
    told = found.take(found.layer < layers)
    place = (told.code, told.layer)
    np.maximum.at(made[:, :layers], place, told.says.astype(np.float32))
    made[told.code, layers + told.layer] = 1.0
    np.maximum.at(made[:, 2 * layers : 3 * layers], place, told.weight.astype(np.float32))
    made[:, 3 * layers :] = np.column_stack([
        np.log1p(prior.charts), np.log1p(prior.category), prior.ridge, prior.neighbours,
        np.bincount(found.code, minlength=number), made[:, layers : 2 * layers].sum(1),
    ])  # fmt: skip
    return made
