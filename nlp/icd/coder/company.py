"""A candidate beside the others of its chart: which rival is better at its place, who usually comes with it."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
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

    def columns(self, each: Candidates, scores: np.ndarray, mine: frozenset[str] = frozenset()) -> list[np.ndarray]:
        """`mine`: the true codes of a chart that was learned from; it is not counted."""
        order = np.argsort(-scores, kind="stable")
        rank = np.empty(len(scores))
        rank[order] = np.arange(len(scores))
        rivals, family = self._rivals(each, scores), self._family(each, scores)
        best = [(each.codes[at], float(scores[at])) for at in order[:LOOKED_AT]]
        drawn = np.array([self._drawn(code, best, mine) for code in each.codes])
        return [rank, np.full(len(scores), scores.sum()), rivals, scores - rivals, family, drawn]

    def _rivals(self, each: Candidates, scores: np.ndarray) -> np.ndarray:
        """The best score of another code whose best mention touches this one's."""
        best = [each.mentions[code][0] if each.mentions.get(code) else None for code in each.codes]
        at_stem: dict[int, list[int]] = {}
        for number, mention in enumerate(best):
            if mention is not None:
                for stem in range(mention.first, mention.end):
                    at_stem.setdefault(stem, []).append(number)
        tops = {stem: sorted(held, key=lambda n: -scores[n])[:2] for stem, held in at_stem.items()}
        made = np.zeros(len(scores))
        for number, mention in enumerate(best):
            if mention is not None:
                others = (o for stem in range(mention.first, mention.end) for o in tops[stem] if o != number)
                made[number] = max((scores[other] for other in others), default=0.0)
        return made

    def _family(self, each: Candidates, scores: np.ndarray) -> np.ndarray:
        """The best score of another code of the same category."""
        held: dict[str, list[int]] = {}
        for number, code in enumerate(each.codes):
            held.setdefault(code[:3], []).append(number)
        made = np.zeros(len(scores))
        for members in held.values():
            for number in members:
                made[number] = max((scores[other] for other in members if other != number), default=0.0)
        return made

    def _drawn(self, code: str, best: Sequence[tuple[str, float]], mine: frozenset[str]) -> float:
        """How strongly the best candidates draw a code in: pointwise mutual information, weighed by their scores."""
        total = 0.0
        for other, score in best:
            count = self.double.get((min(code, other), max(code, other)), 0) if code != other else 0
            own, others = code in mine, other in mine
            if count - (own and others) >= PAIRED:
                chance = (self.single[code] - own) * (self.single[other] - others)
                total += score * math.log((count - (own and others)) * self.charts / chance)
        return total
