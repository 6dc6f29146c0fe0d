"""Which stretches are mentions: boosting over what speaks for each, then the best that lie apart."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from nlp.pathology.oncology.candidates import Floats, Stretch

if TYPE_CHECKING:
    from lightgbm import Booster

PARAMETERS: dict[str, Any] = {
    "objective": "binary", "learning_rate": 0.05, "num_leaves": 15, "min_child_samples": 20, "bagging_fraction": 0.8,
    "bagging_freq": 1, "feature_fraction": 0.6, "lambda_l2": 5.0, "verbose": -1, "num_threads": 1, "seed": 1,
    "deterministic": True,
}  # fmt: skip
TREES = 150
LEAST = 0.35  # a mention must be as likely as this: one that is missed costs as much as one too many


@dataclass
class Choice:
    """`booster`: null where nothing was held out to teach it; then the networks' own chance stands."""

    booster: "Booster | None" = field(default=None, repr=False)

    def chances(self, found: Sequence[Stretch], numbers: Floats) -> list[float]:
        """That each is a mention."""
        if self.booster is None or not found:
            return [each.chance for each in found]
        return [float(one) for one in np.asarray(self.booster.predict(numbers, num_threads=1))]


def learned(numbers: Sequence[Floats], right: Sequence[Sequence[bool]]) -> Choice:
    """Of each document its stretches: what speaks for them, and whether they were marked."""
    import lightgbm

    truth = np.asarray([one for of in right for one in of], dtype=float)
    if len(set(truth.tolist())) < 2:
        return Choice()
    rows = np.concatenate([of for of in numbers if len(of)])
    return Choice(lightgbm.train(PARAMETERS, lightgbm.Dataset(rows, truth), num_boost_round=TREES))


def chosen(found: Sequence[Stretch], chances: Sequence[float]) -> list[int]:
    """Places of stretches apart from each other whose chances above LEAST make the largest sum; in order."""
    order = sorted(range(len(found)), key=lambda at: (found[at].last, found[at].first))
    ends = [found[at].last for at in order]
    sums, taken = [0.0], [False]
    before = [0]
    for count, at in enumerate(order):
        apart = bisect_left(ends, found[at].first, 0, count)
        worth = sums[apart] + chances[at] - LEAST
        before.append(apart)
        taken.append(worth > sums[-1])
        sums.append(max(worth, sums[-1]))
    picked, count = [], len(order)
    while count:
        if taken[count]:
            picked.append(order[count - 1])
        count = before[count] if taken[count] else count - 1
    return picked[::-1]
