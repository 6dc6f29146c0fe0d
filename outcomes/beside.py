"""Scores that clinicians know beside a model, on the very predictions where such a score can be had."""

from collections.abc import Mapping

import numpy as np

from eval.resampling import Estimate, draws
from eval.risk import Floats, auroc, difference, estimate
from outcomes.cohort import Cohort
from outcomes.learning.folds import persons
from outcomes.scores.published import SCORES, score
from outcomes.timeline import Timeline

FEWEST = 20  # predictions of either outcome that have the score


def beside(timeline: Timeline, cohort: Cohort, probability: Floats) -> Mapping[str, Estimate]:
    """AUROC of each score for the first target, and ours less it, paired; none where too few have its items."""
    out: dict[str, Estimate] = {}
    label, whose = cohort.label[:, 0].astype(np.float64), persons(timeline, cohort)
    for name in SCORES:
        points = np.asarray(score(name, timeline, cohort), np.float64)
        rows = ~np.isnan(points) & ~np.isnan(label) & ~np.isnan(probability)
        if min(label[rows].sum(), rows.sum() - label[rows].sum()) < FEWEST:
            continue
        weights = draws([str(person) for person in whose[rows]], 200)
        out[f"{name}, AUROC on {rows.sum():,} predictions that have it"] = estimate(
            auroc, label[rows], points[rows], weights
        )
        out[f"AUROC of the model less {name}, on the same"] = difference(
            auroc, label[rows], probability[rows], points[rows], weights
        )
    return out
