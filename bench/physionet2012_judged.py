"""Each learner on stays it was not trained on, at 12, 24 and 48 hours: figures, intervals, paired differences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bench.physionet2012_stays import Stays
from eval import risk
from eval.resampling import Estimate, draws
from outcomes.learning.calibrate import calibrated
from outcomes.learning.folds import folds, persons
from outcomes.learning.learner import Learner
from outcomes.timeline import Ints

HOURS = (12, 24, 48)
HEADLINE = 48
FOLDS, SEED = 5, 1
PAIRED = ("auroc", "auprc")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Scored:
    """(n,) rows of all hours. Folds have thresholds of their own: what is judged is how far a score lies above."""

    hours: Ints
    persons: Ints
    labels: Floats
    scores: Floats
    above: Floats  # score - threshold

    def at(self, hour: int) -> "Scored":
        rows = np.flatnonzero(self.hours == hour)
        rows = rows[np.argsort(self.persons[rows])]  # the same order for every learner
        return Scored(*(getattr(self, name)[rows] for name in ("hours", "persons", "labels", "scores", "above")))


def held_out(learner: Learner, train: Stays, test: Stays) -> Scored:
    """One model for all hours; the threshold of an hour is that of training rows of the hour, scored out of fold."""
    model = calibrated(learner, train.timeline, train.cohort, SEED)
    scores = model.scores(test.timeline, test.cohort)[:, 0]
    assert model.out_of_fold is not None
    threshold = np.empty(len(scores))
    for hour in np.unique(test.hours):
        mine = train.hours == hour
        label = train.cohort.label[mine, 0].astype(np.float64)
        threshold[test.hours == hour] = risk.balanced_threshold(label, model.out_of_fold[mine, 0])
    labels = test.cohort.label[:, 0].astype(np.float64)
    return Scored(test.hours, persons(test.timeline, test.cohort), labels, scores, scores - threshold)


def crossed(learner: Learner, stays: Stays) -> Scored:
    """Five folds of persons; all that is learned, thresholds too, is learned anew in each."""
    fold = folds(persons(stays.timeline, stays.cohort), stays.cohort.label[:, 0] == 1, FOLDS, SEED)
    parts = [held_out(learner, stays.take(fold != at), stays.take(fold == at)) for at in range(FOLDS)]
    names = ("hours", "persons", "labels", "scores", "above")
    return Scored(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def figures(scored: Scored) -> dict[str, Estimate]:
    weights = draws([str(person) for person in scored.persons])
    labels, scores = scored.labels, scored.scores
    measures = {"auroc": risk.auroc, "auprc": risk.auprc, "ece": risk.ece}
    found = {name: risk.estimate(measure, labels, scores, weights) for name, measure in measures.items()}
    return found | {"min_se_ppv": risk.estimate(risk.min_se_ppv(0.0), labels, scored.above, weights)}


def paired(one: Scored, default: Scored) -> dict[str, Estimate]:
    """one - default, by persons."""
    weights = draws([str(person) for person in one.persons])
    measures = {"auroc": risk.auroc, "auprc": risk.auprc}
    return {name: risk.difference(measures[name], one.labels, one.scores, default.scores, weights) for name in PAIRED}


def told(found: Mapping[str, Estimate]) -> dict[str, float]:
    return {name: round(found[name].value, 4) for name in ("auroc", "auprc", "min_se_ppv", "ece")}


def table(one: Scored, default: Scored) -> dict[str, object]:
    """Of one learner: at the headline's hour with intervals, and by hours."""
    at = {hour: figures(one.at(hour)) for hour in HOURS}
    gain = paired(one.at(HEADLINE), default.at(HEADLINE))
    return {
        **told(at[HEADLINE]),
        "interval": {name: _limits(found) for name, found in at[HEADLINE].items()},
        "difference": {name: [round(found.value, 4), *_limits(found)] for name, found in gain.items()},
        "by_hours": {str(hour): told(found) for hour, found in at.items()},
    }


def _limits(found: Estimate) -> Sequence[float]:
    return [round(found.low, 4), round(found.high, 4)]
