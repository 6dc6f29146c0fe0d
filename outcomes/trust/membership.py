"""Which groups a prediction belongs to, as known then: age band, sex, race, ward, kind of encounter, site."""

from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import yaml

from outcomes.cohort import Cohort, Texts
from outcomes.known import coded, latest
from outcomes.timeline import ALWAYS, DAY, Bools, Floats, Timeline, ordered, places

UNKNOWN = "unknown"
YEAR = 365.2425 * DAY


@cache
def rules() -> dict[str, Any]:
    text = resources.files("outcomes.trust").joinpath("groups.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def columns(timeline: Timeline, cohort: Cohort, site: Texts | str = "") -> dict[str, Texts]:
    """Kind of group -> (m,) group of each prediction. site: one name for all, or (m,), as `sites` reads them."""
    held = {"age": bands(ages(timeline, cohort))}
    for name, rule in rules()["columns"].items():
        held[name] = _ending(timeline, cohort, tuple(rule["codes"]), of_encounter=rule.get("encounter", False))
    if isinstance(site, str):
        site = np.full(len(cohort), site or UNKNOWN, object)
    return {name: group for name, group in {**held, "site": site}.items() if (group != UNKNOWN).any()}


def ages(timeline: Timeline, cohort: Cohort) -> Floats:
    """(m,) years at the prediction; NaN: the birth is not known, or lies after it."""
    birth = latest(timeline, cohort, coded(timeline, ("MEDS_BIRTH",)) & (timeline.time != ALWAYS))
    born = timeline.time[np.maximum(birth, 0)] if len(timeline) else np.zeros(len(cohort), np.int64)
    years = (cohort.at - born) / YEAR
    return np.where((birth >= 0) & (years >= 0), years, np.nan).astype(np.float32)


def bands(years: Floats) -> Texts:
    starts = rules()["ages"]
    names = [f"{low}-{high - 1}" for low, high in pairwise(starts)] + [f"{starts[-1]}+"]
    place = np.clip(np.searchsorted(starts, np.nan_to_num(years), "right") - 1, 0, len(names) - 1)
    return np.where(np.isnan(years), UNKNOWN, np.array(names, object)[place]).astype(object)


def _ending(timeline: Timeline, cohort: Cohort, prefixes: tuple[str, ...], *, of_encounter: bool) -> Texts:
    found = latest(timeline, cohort, coded(timeline, prefixes), of_encounter=of_encounter)
    ends = np.array([code.split("//", 1)[-1] for code in timeline.codes] or [UNKNOWN], object)
    said = ends[timeline.code[np.maximum(found, 0)]] if len(timeline) else np.full(len(cohort), UNKNOWN, object)
    return np.where(found >= 0, said, UNKNOWN).astype(object)


def sites(rows: pa.Table, timeline: Timeline, cohort: Cohort) -> Texts:
    """(m,) source of the last known event of the encounter; `rows` are those that the timeline was read from."""
    if "source" not in rows.column_names:
        return np.full(len(cohort), UNKNOWN, object)
    place, names = places(ordered(rows)["source"])
    said: Bools = place >= 0
    found = latest(timeline, cohort, said, of_encounter=True)
    other = latest(timeline, cohort, said)
    found = np.where(found >= 0, found, other)
    return np.array([names[place[k]] if k >= 0 else UNKNOWN for k in found], object)
