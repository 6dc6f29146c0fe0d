"""Vital signs and laboratory values: when they are taken, and what they show. Becomes observations.csv."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from simulate.arrays import DAY, Floats, Ints, generator, number, pick, seconds, sigmoid, stamps, text
from simulate.config import HospitalConfig
from simulate.encounters import BIOPSY, EMERGENCY, FOLLOW_UP, INPATIENT, SYMPTOM, WELLNESS, Encounters
from simulate.illness import Illness, shift_matrix, spread
from simulate.knowledge import analytes, effects, formulas, places, reasons
from simulate.stays import Stays
from simulate.treatments import Harms

HOUR = 3600
DENSE_DAYS = 14  # of a stay are charted
TAKEN = {  # panel -> chance that it is taken at a visit of each kind
    "vital": {WELLNESS: 1.0, FOLLOW_UP: 1.0, EMERGENCY: 1.0, SYMPTOM: 1.0, BIOPSY: 0.6},
    "body": {WELLNESS: 1.0, FOLLOW_UP: 0.5},
    "cbc": {WELLNESS: 0.5, FOLLOW_UP: 0.45, EMERGENCY: 0.7, SYMPTOM: 0.7},
    "cmp": {WELLNESS: 0.6, FOLLOW_UP: 0.6, EMERGENCY: 0.7, SYMPTOM: 0.9},
    "lipid": {WELLNESS: 0.5, FOLLOW_UP: 0.4, SYMPTOM: 0.5},
    "liver": {FOLLOW_UP: 0.2, EMERGENCY: 0.3},
    "acute": {EMERGENCY: 0.3},
}
EVERY = {"vital": 4 * HOUR, "cbc": DAY, "cmp": DAY, "liver": 2 * DAY, "acute": DAY}  # in hospital
SMOKING = ["Never smoker", "Former smoker", "Current every day smoker"]


@dataclass(frozen=True)
class Moments:
    """When a panel was taken."""

    encounter: Ints
    time: Ints


@dataclass(frozen=True)
class Values:
    encounter: Ints
    analyte: Ints
    time: Ints
    value: Floats


@dataclass(frozen=True)
class World:
    """What values depend on."""

    encounters: Encounters
    illness: Illness
    stays: Stays
    harms: Harms


def _in_hospital(rng: np.random.Generator, config: HospitalConfig, world: World, panel: str) -> Moments:
    e, s = world.encounters, world.stays
    encounter = np.flatnonzero(e.kind == INPATIENT)
    length = np.minimum(e.stop[encounter] - e.start[encounter], DENSE_DAYS * DAY)
    count = 1 + np.maximum(length - HOUR, 0) // EVERY[panel]
    rows = np.repeat(encounter, count)
    step = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
    time = e.start[rows] + HOUR + step * EVERY[panel] + rng.integers(-20, 21, len(rows)) * 60
    severity = s.severity[e.stay[rows]]
    chance = formulas()["measured"][panel]
    logit = np.log(chance / (1 - chance)) + config.missingness * (formulas()["measured"]["severity"] * severity - 1)
    if config.site and panel != "vital":
        logit = logit - 0.4 * (config.site % 3)
    kept = (rng.random(len(rows)) < sigmoid(logit)) & (time < e.stop[rows])
    return Moments(rows[kept], time[kept])


def _at_visits(rng: np.random.Generator, world: World, panel: str) -> Moments:
    e = world.encounters
    chance = np.array([TAKEN[panel].get(kind, 0.0) for kind in range(INPATIENT + 1)])
    encounter = np.flatnonzero(rng.random(len(e.kind)) < chance[e.kind])
    return Moments(encounter, e.start[encounter] + 300)


def _harm_shift(world: World, who: Ints, time: Ints, columns: Ints) -> Floats:
    """Shifts of ten days after the onset of an effect that moves an analyte."""
    out = np.zeros((len(who), len(columns)))
    index = places([a.name for a in analytes()])
    for person, effect, onset in zip(world.harms.who, world.harms.effect, world.harms.onset, strict=True):
        kind = effects()[effect]
        column = np.flatnonzero(columns == index.get(kind.analyte, -1))
        if len(column):
            hit = (who == person) & (time >= onset) & (time < onset + 10 * DAY)
            out[hit, column[0]] += kind.shift * spread(analytes()[index[kind.analyte]])
    return out


def _expected(world: World, moments: Moments, columns: Ints) -> Floats:
    """Own level (diseases within) + reason of the stay, fading over six days + severity + harm."""
    e, s = world.encounters, world.stays
    who, stay = e.who[moments.encounter], e.stay[moments.encounter]
    inside = (stay >= 0)[:, None]
    fading = np.exp(-(moments.time - e.start[moments.encounter]) / (6 * DAY))[:, None]
    reason = shift_matrix([r.shifts for r in reasons()])[s.reason[stay]][:, columns] if len(s.who) else 0.0
    load = np.array([a.severity * spread(a) for a in analytes()])[columns]
    severity = s.severity[stay][:, None] * load if len(s.who) else 0.0
    value = world.illness.level[who][:, columns] + np.where(inside, reason * fading + severity, 0.0)
    return np.asarray(value + _harm_shift(world, who, moments.time, columns))


def _machine(config: HospitalConfig, time: Ints, columns: Ints, values: Floats) -> Floats:
    """Offsets of another site's machines, and the creatinine assay that drifts after the middle date."""
    if config.site:
        offset = generator(config.site, 0, "machines").normal(size=len(analytes()))[columns]
        values = values * (1 + 0.04 * offset)
    creatinine = columns == places([a.name for a in analytes()])["creatinine"]
    late = time > (seconds(config.start) + seconds(config.end)) / 2
    factor = 1 + config.drift.assay * (formulas()["drift"]["assay"] - 1)
    return np.where(late[:, None] & creatinine, values * factor, values)


def _measure(rng: np.random.Generator, config: HospitalConfig, world: World, panel: str, moments: Moments) -> Values:
    columns = np.array([i for i, a in enumerate(analytes()) if a.panel == panel])
    kinds = [analytes()[c] for c in columns]
    values = _expected(world, moments, columns)
    values = values + rng.normal(size=values.shape) * np.array([a.within for a in kinds])
    values = np.where([a.scale == "log" for a in kinds], np.exp(np.minimum(values, 12)), values)
    values = _machine(config, moments.time, columns, values)
    values = np.clip(values, [a.low for a in kinds], [a.high for a in kinds])
    scale = 10.0 ** np.array([a.decimals for a in kinds])
    values = np.round(values * scale) / scale
    if panel == "body":
        values[:, 2] = np.round(values[:, 1] / (values[:, 0] / 100) ** 2, 1)
    width = len(columns)
    return Values(np.repeat(moments.encounter, width), np.tile(columns, len(moments.time)),
                  np.repeat(moments.time, width), values.reshape(-1))  # fmt: skip


def draw_values(config: HospitalConfig, world: World, block: int) -> Values:
    parts = []
    for panel in TAKEN:
        rng = generator(config.seed, block, f"measures {panel}")
        parts.append(_measure(rng, config, world, panel, _at_visits(rng, world, panel)))
        if panel in EVERY:
            parts.append(_measure(rng, config, world, panel, _in_hospital(rng, config, world, panel)))
    joined = Values(*(np.concatenate([getattr(p, n) for p in parts]) for n in Values.__dataclass_fields__))
    order = np.lexsort((joined.analyte, joined.time, joined.encounter))
    return Values(*(getattr(joined, n)[order] for n in Values.__dataclass_fields__))


def observations(values: Values, encounters: Encounters, patient: object, block: int) -> tuple[Ints, pa.Table]:
    """observations.csv: the values, and one smoking status per wellness visit. Returns the person of each row too."""
    well = np.flatnonzero(encounters.kind == WELLNESS)
    place = np.concatenate([values.encounter, well])
    who = encounters.who[place]
    lab = np.concatenate([values.analyte, np.full(len(well), len(analytes()))])
    words = {n: [getattr(a, n) for a in analytes()] for n in ("category", "loinc", "description", "units")}
    last = {"category": "survey", "loinc": "72166-2", "description": "Tobacco smoking status NHIS", "units": None}
    smoking = pick(SMOKING, (encounters.who[well] * 7 + block) % 3)
    numbers = number(values.value, 3)
    columns = {
        "DATE": text(stamps(np.concatenate([values.time, encounters.start[well]]))),
        "PATIENT": text(np.asarray(patient)[who]),
        "ENCOUNTER": text(encounters.ids[place]),
        **{c: pick([*words[n], last[n]], lab) for c, n in  # type: ignore[list-item]
           (("CATEGORY", "category"), ("CODE", "loinc"), ("DESCRIPTION", "description"))},
        "VALUE": pa.concat_arrays([numbers, smoking]),
        "UNITS": pick([*words["units"], ""], lab),
        "TYPE": pick(["numeric", "text"], (lab == len(analytes())).astype(np.int64)),
    }  # fmt: skip
    return who, pa.table(columns)
