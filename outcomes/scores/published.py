"""NEWS2, HOSPITAL and LACE of each prediction, from what the timeline knew then."""

from collections.abc import Callable

import numpy as np

from outcomes.cohort import Cohort
from outcomes.known import coded, latest
from outcomes.scores import stays
from outcomes.scores.charlson import comorbidity
from outcomes.scores.readings import answered, recent, value
from outcomes.scores.scored import Doubles, Scored, knowledge, points, scored
from outcomes.timeline import Timeline


def news2(timeline: Timeline, cohort: Cohort) -> Scored:
    """Scale 2 where a hypercapnic respiratory failure is known."""
    rule = knowledge("news2")
    values = _values(timeline, cohort, "news2", rule["hours"])
    values["oxygen"] = _oxygen(timeline, cohort)
    values["consciousness"] = _consciousness(timeline, cohort)
    found = scored("news2", values)
    other = latest(timeline, cohort, coded(timeline, tuple(rule["scale_2"]["known"]))) >= 0
    if other.any():
        digits = rule["items"]["saturation"]["digits"]
        air, aided = (points(values["saturation"], rule["scale_2"][name], digits) for name in ("air", "oxygen"))
        second = np.where(values["oxygen"] > 0, aided, air)
        place = found.items.index("saturation")
        found.points[other, place] = second[other]
    return found


def hospital(timeline: Timeline, cohort: Cohort) -> Scored:
    rule = knowledge("hospital")
    values = _values(timeline, cohort, "hospital", None)
    heads, names = tuple(rule["services"]["heads"]), frozenset(rule["services"]["oncology"])
    values["oncology"] = stays.service(timeline, cohort, heads, frozenset(map(str, names)))
    values["procedure"] = stays.during(timeline, cohort, tuple(rule["procedures"]))
    values["urgent"] = stays.urgent(timeline, cohort)
    values["admissions"] = stays.admissions(timeline, cohort, rule["admissions_days"])
    values["days"] = stays.days(timeline, cohort)
    return scored("hospital", values)


def lace(timeline: Timeline, cohort: Cohort) -> Scored:
    values = {
        "days": stays.days(timeline, cohort),
        "acute": stays.urgent(timeline, cohort),
        "comorbidity": comorbidity(timeline, cohort, "lace"),
        "emergency visits": stays.emergencies(timeline, cohort, knowledge("lace")["visits_days"]),
    }
    return scored("lace", values)


def _values(timeline: Timeline, cohort: Cohort, name: str, hours: float | None) -> dict[str, Doubles]:
    """Items that are the last value of a code."""
    return {
        item: value(timeline, cohort, rule["codes"], tuple(rule["plausible"]), hours=hours)
        for item, rule in knowledge(name)["items"].items()
        if "codes" in rule
    }


def _oxygen(timeline: Timeline, cohort: Cohort) -> Doubles:
    """(m,) 1: on oxygen; 0: on air; NaN: nobody says."""
    rule = knowledge("news2")
    hours, said = rule["hours"], rule["oxygen"]
    out = np.full(len(cohort), np.nan)
    for way in (said["share"], said["flow"]):
        found = value(timeline, cohort, way["codes"], tuple(way["plausible"]), hours=hours)
        out = np.where(np.isnan(found), out, np.fmax(out, found > way["air"]))
    ventilated = latest(timeline, cohort, coded(timeline, tuple(said["ventilator"])))
    return np.where(recent(timeline, cohort, ventilated, hours), 1.0, out)


def _consciousness(timeline: Timeline, cohort: Cohort) -> Doubles:
    """(m,) 0: alert; 1: not; NaN: nobody says."""
    rule = knowledge("news2")
    hours, coma, words = rule["hours"], rule["consciousness"]["coma_scale"], rule["consciousness"]["answers"]
    scale = value(timeline, cohort, coma["codes"], tuple(coma["plausible"]), hours=hours)
    by_scale = np.where(np.isnan(scale), np.nan, scale < coma["alert"])
    by_words = answered(timeline, cohort, words["codes"], words["alert"], hours)
    return np.where(np.isnan(by_words), by_scale, by_words)


SCORES: dict[str, Callable[[Timeline, Cohort], Scored]] = {"NEWS2": news2, "HOSPITAL": hospital, "LACE": lace}


def score(name: str, timeline: Timeline, cohort: Cohort) -> Doubles:
    """(m,) for comparison beside a model: missing items count as normal, NaN where most are missing."""
    return SCORES[name](timeline, cohort).usual
