"""Where to cut: probabilities from which a line counts as telling and a pair as related, fixed on training pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eval.relations import kappa
from nlp.adverse.mining.page import Floats, Page, every_line
from nlp.adverse.mining.pairs import Pair

Bools = npt.NDArray[np.bool_]
CUTS = np.arange(0.04, 0.9, 0.01)


@dataclass(frozen=True)
class Outcome:
    """Of candidate pairs: which are right, which stand in lines that tell. Gold pairs, and lines that do not tell."""

    right: Bools
    telling: Bools
    gold: int
    silent: int

    @staticmethod
    def of(pages: Sequence[Page], pairs: Sequence[Pair], right: Sequence[bool]) -> "Outcome":
        telling = [
            pages[pair.page].lines[pair.drug[0]].telling or pages[pair.page].lines[pair.effect[0]].telling
            for pair in pairs
        ]
        silent = sum(not line.telling for line in every_line(pages))
        return Outcome(np.array(right, bool), np.array(telling, bool), sum(len(page.pairs) for page in pages), silent)

    def figures(self, sure: Floats, cut: float) -> dict[str, float]:
        """F1 of relations on lines that tell, on all lines, and false pairs in 1,000 lines that do not."""
        said = sure >= cut
        hits, inside = int((said & self.right).sum()), int((said & self.telling).sum())
        outside = int(said.sum()) - inside
        return {
            "positive": 2 * hits / max(inside + self.gold, 1),
            "natural": 2 * hits / max(inside + outside + self.gold, 1),
            "false": 1000 * outside / max(self.silent, 1),
        }


def related_cut(outcome: Outcome, sure: Floats, most_false: float) -> float:
    """The best sum of both F1 among the cuts with few enough false pairs; where there is none, the strictest."""
    fair: Mapping[float, dict[str, float]] = {
        float(cut): said for cut in CUTS if (said := outcome.figures(sure, cut))["false"] <= most_false
    }
    return max(fair, key=lambda cut: fair[cut]["positive"] + fair[cut]["natural"], default=float(CUTS[-1]))


def known_cut(outcome: Outcome, sure: Floats) -> float:
    """The best F1 among lines that are known to tell."""
    return max((float(cut) for cut in CUTS), key=lambda cut: outcome.figures(sure, cut)["positive"])


def telling_cut(likely: Floats, telling: Sequence[bool]) -> float:
    """The cut with the best Cohen's kappa."""
    truth = np.asarray(telling)
    if truth.all() or not truth.any():
        return 0.5
    said = likely >= CUTS[:, None]
    table = np.stack(
        [(said & truth).sum(1), (~said & truth).sum(1), (said & ~truth).sum(1), (~said & ~truth).sum(1)], 1
    )
    return float(CUTS[kappa(table).argmax()])
