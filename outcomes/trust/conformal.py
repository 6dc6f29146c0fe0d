"""Decisions that know when to say nothing: yes, no, or abstain, with a stated error for each class.

Split conformal prediction, class by class (Mondrian; Vovk, Gammerman and Shafer 2005): a label is possible unless it
is stranger than all but a share `error` of the calibration rows that bear it. Of those to whom it happens, at most that
share is told no; of the others, at most that share yes. This holds for new rows exchangeable with the calibration
rows, which must not have taught the model (out of fold, or tuning): not under drift, which `coverage` notices.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from contract.errors import ConfigError, InputError
from eval.risk import Floats
from outcomes.cohort import Texts
from outcomes.timeline import Ints

WARNING = (
    "The error level holds while patients are as those of the calibration were. Inputs or calibration have drifted "
    "since: decisions may be wrong more often than stated. Look at outcome_drift, and train again."
)


@dataclass(frozen=True)
class Conformal:
    """yes is possible from `yes_from` on, no up to `no_to`. Where neither is, `split` parts the two."""

    error: float
    yes_from: float
    no_to: float
    split: float
    positives: int
    negatives: int

    def decide(self, scores: Floats) -> Texts:
        """(m,) yes, no or abstain. Where no label is possible, either is an error already counted: the likelier one."""
        scores = np.asarray(scores, np.float64)
        yes, no = scores >= self.yes_from, scores <= self.no_to
        neither, likelier = ~yes & ~no, scores >= self.split
        said = np.full(len(scores), "abstain", object)
        said[(yes & ~no) | (neither & likelier)] = "yes"
        said[(no & ~yes) | (neither & ~likelier)] = "no"
        said[np.isnan(scores)] = "abstain"
        return said

    def written(self) -> str:
        return json.dumps(asdict(self), indent=1) + "\n"


def read(text: str) -> Conformal:
    """As `Conformal.written` wrote it."""
    try:
        return Conformal(**json.loads(text))
    except (TypeError, ValueError) as error:
        raise InputError(
            f"conformal levels cannot be read ({type(error).__name__}); expected the JSON of error, yes_from, no_to, "
            "split, positives, negatives. Train the artifact again."
        ) from error


def fit(labels: Floats, scores: Floats, error: float = 0.1) -> Conformal:
    """From rows that did not teach the model; NaN labels are left out. One row a person: see `one_each`."""
    if not 0 < error < 0.5:
        raise ConfigError(f"error is {error}; expected a share above 0 and below 0.5, such as 0.1.")
    known = ~np.isnan(labels) & ~np.isnan(scores)
    yes, no = np.sort(scores[known & (labels == 1)]), np.sort(scores[known & (labels == 0)])
    yes_from = _bound(yes, error)
    no_to = -_bound(-no[::-1], error)
    return Conformal(error, yes_from, no_to, _split(yes, no, (no_to, yes_from)), len(yes), len(no))


def _bound(scores: Floats, error: float) -> float:
    """The least score (sorted, rising) at which the label stays possible; -inf: too few rows to exclude it."""
    place = math.floor(error * (len(scores) + 1) + 1e-9)
    return float(scores[place - 1]) if place else -math.inf


def _split(yes: Floats, no: Floats, gap: tuple[float, float]) -> float:
    """Where in the gap the p-value of yes overtakes that of no."""
    low, high = gap
    if not low < high or math.isinf(low) or math.isinf(high):
        return 0.5
    tried = np.linspace(low, high, 201)
    for_yes = (np.searchsorted(yes, tried, "right") + 1) / (len(yes) + 1)
    for_no = (len(no) - np.searchsorted(no, tried, "left") + 1) / (len(no) + 1)
    return float(tried[np.argmax(for_yes >= for_no)]) if (for_yes >= for_no).any() else high


def one_each(persons: Ints, seed: int = 1) -> npt.NDArray[np.int64]:
    """Rows, one drawn of each person: rows of one person are alike, so that many count as few."""
    shuffled = np.random.default_rng(seed).permutation(len(persons))
    _, first = np.unique(persons[shuffled], return_index=True)
    return np.sort(shuffled[first])


@dataclass(frozen=True)
class Coverage:
    """How often each class was told the contrary, with the exact interval of 99 %; and how often nobody dared."""

    missed: float  # of positives
    missed_interval: tuple[float, float]
    alarmed: float  # of negatives
    alarmed_interval: tuple[float, float]
    abstained: float
    holds: bool  # neither is more than chance makes of exchangeable rows, once in 200
    warning: str


def coverage(conformal: Conformal, labels: Floats, scores: Floats) -> Coverage:
    """On rows that neither taught nor calibrated the model."""
    known = ~np.isnan(labels)
    labels, said = labels[known], conformal.decide(scores[known])
    rates: Mapping[str, Any] = {
        name: (int(((labels == label) & (said == wrong)).sum()), int((labels == label).sum()))
        for name, label, wrong in (("missed", 1, "no"), ("alarmed", 0, "yes"))
    }
    missed, alarmed = (exact(*rates[name]) for name in ("missed", "alarmed"))
    sizes = (conformal.positives, conformal.negatives)
    holds = all(_by_chance(rates[name], size, conformal.error) for name, size in zip(rates, sizes, strict=True))
    return Coverage(
        _share(*rates["missed"]), missed, _share(*rates["alarmed"]), alarmed,
        _share(int((said == "abstain").sum()), len(said)), holds, "" if holds else WARNING,
    )  # fmt: skip


def _by_chance(seen: tuple[int, int], calibrated: int, error: float) -> bool:
    """Whether so many errors are to be expected of exchangeable rows: beta-binomial, since calibration is drawn too."""
    from scipy.stats import betabinom

    place = math.floor(error * (calibrated + 1) + 1e-9)
    if not place or not seen[1]:
        return seen[0] == 0
    return bool(seen[0] <= betabinom.ppf(0.995, seen[1], place, calibrated + 1 - place))


def _share(hits: int, of: int) -> float:
    return hits / of if of else math.nan


def exact(hits: int, of: int, level: float = 0.99) -> tuple[float, float]:
    """Clopper and Pearson 1934."""
    from scipy.stats import beta

    tail = (1 - level) / 2
    low = float(beta.ppf(tail, hits, of - hits + 1)) if hits else 0.0
    return low, float(beta.ppf(1 - tail, hits + 1, of - hits)) if hits < of else 1.0
