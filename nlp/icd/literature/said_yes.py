"""From which score on a code is said yes."""

import numpy as np
from numpy.typing import NDArray


def best_of(scores: NDArray[np.float64], right: NDArray[np.bool_], wanted: int) -> float:
    """The score at which saying yes has the highest micro-F1, of `wanted` true pairs; 1 where nothing was right."""
    if not right.any():
        return 1.0
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(right[order])
    f1 = 2 * hits / (np.arange(1, len(hits) + 1) + wanted)
    f1[:-1][scores[order][:-1] == scores[order][1:]] = 0  # equal scores are said yes together
    return float(scores[order][int(f1.argmax())])
