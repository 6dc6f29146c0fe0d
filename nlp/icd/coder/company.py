"""A candidate beside the others of its chart: which rival is better at its place, who usually comes with it."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

import numpy as np

from nlp.icd.coder.features import Candidates

PAIRED = 3  # charts that two codes share before it says anything
AMONG = ("score", "rank", "total", "rival", "lead", "relative", "drawn")
LOOKED_AT = 12  # of the best candidates, whose company counts


@dataclass
class Company:
    """How many charts have each code, and each pair of codes in the order of their names."""

    charts: int = 0
    single: dict[str, int] = field(default_factory=dict)
    double: dict[tuple[str, str], int] = field(default_factory=dict)

    @staticmethod
    def of(gold: Sequence[frozenset[str]]) -> "Company":
        single = Counter(code for codes in gold for code in sorted(codes))
        double = Counter(pair for codes in gold for pair in combinations(sorted(codes), 2))
        return Company(len(gold), dict(single), {pair: n for pair, n in double.items() if n >= PAIRED})

    def columns(self, each: Candidates, scores: np.ndarray) -> list[np.ndarray]:
        order = np.argsort(-scores, kind="stable")
        rank = np.empty(len(scores))
        rank[order] = np.arange(len(scores))
        rivals, family = _rivals(each, scores), _family(each, scores)
        best = [(each.codes[at], float(scores[at])) for at in order[:LOOKED_AT].tolist()]
        drawn = self._drawn(each.codes, best)
        return [rank, np.full(len(scores), scores.sum()), rivals, scores - rivals, family, drawn]

    def _drawn(self, codes: Sequence[str], best: Sequence[tuple[str, float]]) -> np.ndarray:
        """How strongly the best candidates draw a code in: pointwise mutual information, weighed by their scores."""
        total, places = np.zeros(len(codes)), {code: at for at, code in enumerate(codes)}
        for other, score in best:
            for code, together in self._partners.get(other, {}).items():
                if code in places:
                    chance = self.single[code] * self.single[other]
                    total[places[code]] += score * math.log(together * self.charts / chance)
        return total

    @cached_property
    def _partners(self) -> dict[str, dict[str, int]]:
        """Of a code, those that come with it and in how many charts."""
        found: dict[str, dict[str, int]] = {}
        for (one, two), count in self.double.items():
            found.setdefault(one, {})[two] = count
            found.setdefault(two, {})[one] = count
        return found


def _rivals(each: Candidates, scores: np.ndarray) -> np.ndarray:
    """The best score of another code whose best mention touches this one's."""
    number = np.repeat(np.arange(len(scores)), each.end - each.first)
    stem = np.concatenate([np.zeros(0, np.int64), *map(np.arange, each.first.tolist(), each.end.tolist())])
    made = np.zeros(len(scores))
    np.maximum.at(made, number, _best_other(stem, scores[number]))
    return made


def _family(each: Candidates, scores: np.ndarray) -> np.ndarray:
    """The best score of another code of the same category."""
    return _best_other(np.unique([code[:3] for code in each.codes], return_inverse=True)[1], scores)


def _best_other(group: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Of each row the best score of another of its group; 0 where there is none."""
    order = np.lexsort((-scores, group))
    begins = np.flatnonzero(np.diff(group[order], prepend=-1))
    sizes = np.diff(begins, append=len(order))
    best = order[begins]
    second = np.where(sizes > 1, scores[order[np.minimum(begins + 1, max(len(order) - 1, 0))]], 0.0)
    made = np.empty(len(scores))
    made[order] = np.repeat(scores[best], sizes)
    made[best] = second
    return made
