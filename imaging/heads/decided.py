"""From which probability a finding is stated, doubtful, or said to be absent; and whether a head knows anything."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
NPV = 0.98  # asked of "there is none"
MOST = 0.05  # the probability of one film that is called free of it
RARER = 0.25  # and of those called free of it at most this share of the usual have it: absence says something
CHANCE = 0.001  # that among all heads one that knows nothing speaks
LEAST = 0.3  # of stated: said as a fact it must not be wrong more often, whatever the F measure gains
HINT = 0.1  # of doubtful: doubts of every study would be read by nobody
DOUBT = 2.0  # beta of the F measure of the doubtful band: a missed finding weighs more


@dataclass(frozen=True)
class Bands:
    stated: float
    doubtful: float
    absent: float


SILENT = Bands(np.inf, np.inf, -np.inf)


def bands(chances: Floats, present: Bools) -> Bands:
    """From calibrated probabilities out of fold. `absent` < `doubtful` <= `stated`."""
    stated = max(best_f(chances), LEAST)
    doubtful = min(max(best_f(chances, DOUBT), HINT), stated)
    return Bands(stated, doubtful, min(free(chances, present), np.nextafter(doubtful, -1)))


def best_f(chances: Floats, beta: float = 1.0) -> float:
    """The threshold of the highest expected F measure, chances taken at their word (Lipton, Elkan et al., 2014).

    The best of the labels themselves follows chance where a finding is rare.
    """
    falling = np.sort(chances)[::-1]
    hits = np.cumsum(falling)
    scores = (1 + beta**2) * hits / (np.arange(1, len(falling) + 1) + beta**2 * hits[-1])
    return float(falling[int(np.argmax(scores))])


def free(chances: Floats, present: Bools, npv: float = NPV) -> float:
    """The highest probability up to which the upper bound (Wilson, 95 %) of the share that has it is small enough."""
    order = np.argsort(chances, kind="stable")
    missed, many = np.cumsum(present[order].astype(np.int64)), np.arange(1, len(order) + 1)
    allowed = min(1 - npv, RARER * present.mean())
    good = np.flatnonzero(_upper(missed, many) <= allowed)
    return min(float(chances[order[good[-1]]]), MOST) if len(good) else -np.inf


def _upper(events: Ints, many: Ints, z: float = 1.645) -> Floats:
    share = events / many
    spread = z * np.sqrt(share * (1 - share) / many + z**2 / (4 * many**2))
    return np.asarray((share + z**2 / (2 * many) + spread) / (1 + z**2 / many), np.float64)


def knows(scores: Floats, present: Bools, groups: Ints, heads: int) -> bool:
    """The lower bound of the AUROC is above one half, at CHANCE among all `heads`. `scores`: out of fold.

    Where nothing is known, what study i teaches of study l is what l teaches of i: each pair counts twice, and the
    figure varies by the root of two more than that of one test set.
    """
    area, error = auroc(scores, present, groups)
    return area - NormalDist().inv_cdf(1 - CHANCE / max(heads, 1)) * error * 2**0.5 > 0.5


def auroc(scores: Floats, present: Bools, groups: Ints) -> tuple[float, float]:
    """With its standard error (DeLong 1988), persons as units (Obuchowski 1997)."""
    good, bad = np.sort(scores[present]), np.sort(scores[~present])
    if len(good) < 2 or len(bad) < 2:
        return 0.5, np.inf
    above = (np.searchsorted(bad, scores, "left") + np.searchsorted(bad, scores, "right")) / (2 * len(bad))
    below = 1 - (np.searchsorted(good, scores, "left") + np.searchsorted(good, scores, "right")) / (2 * len(good))
    area = float(above[present].mean())
    parts = np.where(present, (above - area) / len(good), (below - area) / len(bad))
    _, person = np.unique(groups, return_inverse=True)
    return area, float(np.sqrt((np.bincount(person, parts) ** 2).sum()))
