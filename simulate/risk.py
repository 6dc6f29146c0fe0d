"""The true risks: logits and log-logistic times whose numbers stand in data/formulas.yaml. Pure functions."""

from dataclasses import dataclass

import numpy as np

from simulate.arrays import Floats, sigmoid
from simulate.knowledge import formulas


@dataclass(frozen=True)
class Hazard:
    """One stay's fate: probability of death in hospital, and the two log-logistic clocks (medians in days)."""

    death: Floats
    death_median: Floats
    stay_median: Floats


def loglogistic(day: Floats | float, median: Floats, shape: float) -> Floats:
    """P(T <= day)."""
    with np.errstate(divide="ignore"):
        ratio = (np.asarray(day, float) / median) ** shape
    return np.asarray(ratio / (1 + ratio))


def loglogistic_draw(uniform: Floats, median: Floats, shape: float) -> Floats:
    return np.asarray(median * (uniform / (1 - uniform)) ** (1 / shape))


def death_logit(age: Floats, severity: Floats, treated: Floats, known: Floats) -> Floats:
    """known: the sum of the diseases' and the reason's own logits, with the drift in years added."""
    f = formulas()["death_logit"]
    logit = f["base"] + f["age"] * (age - f["centre"]) / 10 + f["severity"] * severity + f["treated"] * treated
    return np.asarray(logit + known)


def readmission_logit(age: Floats, severity: Floats, days: Floats, prior: Floats, known: Floats) -> Floats:
    f = formulas()["readmission_logit"]
    logit = f["base"] + f["age"] * (age - f["centre"]) / 10 + f["severity"] * severity
    logit = logit + f["day"] * np.minimum(days, f["days_cap"]) + f["prior"] * np.minimum(prior, f["prior_cap"])
    return np.asarray(logit + known)


def _inside(hazard: Hazard, day: Floats | float) -> tuple[Floats, Floats]:
    """Probabilities of being still in hospital at `day` and going to die there, and going to leave alive."""
    dying = hazard.death * (1 - loglogistic(day, hazard.death_median, formulas()["death_day"]["shape"]))
    leaving = (1 - hazard.death) * (1 - loglogistic(day, hazard.stay_median, formulas()["stay_day"]["shape"]))
    return dying, leaving


def death_from(hazard: Hazard, day: Floats | float) -> Floats:
    """P(dies in this stay | in hospital at `day`)."""
    dying, leaving = _inside(hazard, day)
    return dying / (dying + leaving)


def death_within(hazard: Hazard, day: Floats, horizon: float) -> Floats:
    """P(dies in the next `horizon` days | in hospital at `day`)."""
    dying, leaving = _inside(hazard, day)
    later, _ = _inside(hazard, day + horizon)
    return (dying - later) / (dying + leaving)


def long_stay_from(hazard: Hazard, day: float, limit: float) -> Floats:
    """P(still in hospital at `limit` days | in hospital at `day`); a death before the limit is not a long stay."""
    dying, leaving = _inside(hazard, day)
    dying_later, leaving_later = _inside(hazard, limit)
    return (dying_later + leaving_later) / (dying + leaving)


def treatment_chance(severity: Floats, confounding: float) -> Floats:
    return sigmoid(formulas()["treatment_logit"]["base"] + confounding * severity)
