"""How good drafts are against references: by what both say of findings, never by their words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from contract.errors import InputError
from eval.chance import Agreed, agreed
from eval.findings import ASPECTS, Floats, Label, counts
from eval.resampling import Estimate, around, draws
from imaging.finding import stated
from imaging.labeller.labeller import Labeller

FEWEST = 5  # references that state a finding, for a figure of its own


@dataclass(frozen=True, slots=True)
class ReportScore:
    """Means over findings; `score` is the one that no gaming wins: beyond chance, all equal, by finding and by report.

    `abnormal_missed`: of references that state a finding, how many drafts state none; NaN where there is none.
    `by_finding`: beyond chance, all equal, and how many references state it.
    """

    reports: int
    score: Estimate
    finding_f1: Estimate
    side_f1: Estimate
    severity_f1: Estimate
    position_f1: Estimate
    all_f1: Estimate
    abnormal_missed: Estimate
    by_finding: dict[str, tuple[Estimate, int]]


def labels(texts: Sequence[str], labeller: Labeller | None = None) -> list[list[Label]]:
    """What each report says is there."""
    read = (labeller or Labeller()).one
    return [
        [Label(each.name, each.side, each.severity, each.position) for each in stated(read(text))] for text in texts
    ]


def score(references: Sequence[str], drafts: Sequence[str]) -> ReportScore:
    """Of texts, the same place the same study."""
    if len(references) != len(drafts):
        raise InputError(f"{len(references):,} references and {len(drafts):,} drafts; expected one draft a reference.")
    labeller = Labeller()
    return judged(labels(references, labeller), labels(drafts, labeller))


def judged(gold: Sequence[Sequence[Label]], found: Sequence[Sequence[Label]]) -> ReportScore:
    """Of labels; intervals of 95 % by bootstrap over reports."""
    names = sorted({label.finding for side in (gold, found) for labels in side for label in labels})
    weights = draws([str(place) for place in range(len(gold))])
    said = {aspect: counts(gold, found, names, aspect) for aspect in ASPECTS}
    f1 = {aspect: around(each.mean_f1()[0], each.mean_f1(weights)) for aspect, each in said.items()}
    best = agreed(gold, found, names)
    return ReportScore(
        len(gold), around(best.score()[0], best.score(weights)), f1["finding"], f1["side"], f1["severity"],
        f1["position"], f1["all"], _missed(gold, found, weights), _each(best, weights),
    )  # fmt: skip


def _missed(gold: Sequence[Sequence[Label]], found: Sequence[Sequence[Label]], weights: Floats) -> Estimate:
    abnormal = np.array([bool(labels) for labels in gold], float)
    missed = abnormal * np.array([not labels for labels in found], float)
    total = weights @ abnormal
    drawn = np.divide(weights @ missed, total, out=np.full(len(total), np.nan), where=total > 0)
    return around(float(missed.sum() / abnormal.sum()) if abnormal.any() else float("nan"), drawn)


def _each(best: Agreed, weights: Floats) -> dict[str, tuple[Estimate, int]]:
    values, drawn = best.by_finding()[0], best.by_finding(weights)
    wanted = (best.gold != 0).sum(axis=0)
    return {
        name: (around(values[at], drawn[:, at]), int(wanted[at]))
        for at, name in enumerate(best.findings)
        if wanted[at] >= FEWEST
    }
