"""How good drafts are: findings read back from the text against the truth, and the metrics of text beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.labeller_gold import known
from bench.reports_given import Given, read_back
from eval.findings import Counts, Floats, Label, counts
from eval.resampling import Estimate, around, draws
from imaging.finding import Finding
from imaging.labeller.labeller import Labeller

ASPECTS = ("finding", "side", "severity", "all")
Labels = Sequence[Sequence[Label]]


@dataclass(frozen=True)
class Judged:
    """`counted`: by aspect, over the same reports. `missed`: of each abnormal study, whether nothing was found."""

    counted: Mapping[str, Counts]
    missed: Floats  # one entry an abnormal study

    def f1(self, aspect: str) -> float:
        """The mean over findings."""
        return float(self.counted[aspect].mean_f1()[0])

    def estimate(self, aspect: str, weights: Floats) -> Estimate:
        return around(self.f1(aspect), self.counted[aspect].mean_f1(weights))

    @property
    def abnormal_missed(self) -> float:
        return float(self.missed.mean()) if len(self.missed) else 0.0


def judged(truth: Labels, found: Labels) -> Judged:
    names = list(known())
    missed = [float(not answer) for labels, answer in zip(truth, found, strict=True) if labels]
    return Judged({aspect: counts(truth, found, names, aspect) for aspect in ASPECTS}, np.array(missed))


def of_texts(given: Given, texts: Sequence[str]) -> Judged:
    return judged(given.truth, [read_back(each) for each in Labeller().label(texts)])


def of_findings(given: Given, found: Sequence[Sequence[Finding]]) -> Judged:
    """Of what heads say before anything is written."""
    return judged(given.truth, [[Label(each.name, each.side, each.severity) for each in one] for one in found])


def less(first: Judged, second: Judged, aspect: str, weights: Floats) -> Estimate:
    """first - second, on the same draws of reports."""
    one, other = first.counted[aspect], second.counted[aspect]
    return around(first.f1(aspect) - second.f1(aspect), one.mean_f1(weights) - other.mean_f1(weights))


def drawn(given: Given) -> Floats:
    return draws(given.uid)
