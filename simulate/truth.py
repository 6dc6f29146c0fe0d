"""What is true and in no raw file: diseases, risks, effects, findings. The pipeline never reads these tables."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from simulate.arrays import DAY, Bools, Bytes, Ints, pick, seconds, text
from simulate.block import Block
from simulate.devices import kinds, sided
from simulate.films import CHEST, findings, place_of_device
from simulate.knowledge import Disease, Reason, diseases, drugs, effects, icd10, reasons
from simulate.records import Rows
from simulate.risk import death_from, death_within, long_stay_from
from simulate.treatments import effect_matrix

LONG_STAY = 7.0  # days


def time(values: Ints, present: object | None = None) -> pa.Array:
    mask = None if present is None else ~np.asarray(present)
    return pa.array(values.astype("datetime64[s]").astype("datetime64[us]"), pa.timestamp("us"), mask=mask)


def maybe(ids: Bytes, index: Ints) -> pa.Array:
    """ids[index]; null for -1."""
    if not len(ids):
        return pa.nulls(len(index), pa.string())
    return text(ids[index], index >= 0)


def _codes(rows: Sequence[Disease | Reason], left: Bools, when: Ints) -> pa.Array:
    """ICD-10-CM by side and edition."""
    parts = zip(rows, left.tolist(), when.tolist(), strict=True)
    return pa.array([icd10(d.icd10[-1] if side else d.icd10[0], at) for d, side, at in parts], pa.string())


def latent(block: Block) -> Rows:
    who, disease = np.nonzero(block.illness.has)
    at = block.diagnosed[who, disease]
    when = np.where(at >= 0, block.encounters.stop[at], block.illness.onset[who, disease])
    icd = _codes([diseases()[j] for j in disease], block.people.left[who], when)
    return who, pa.table({
        "patient_id": text(block.people.ids[who]), "disease": pick([d.name for d in diseases()], disease),
        "snomed": pick([d.snomed for d in diseases()], disease), "icd10cm": icd,
        "onset": time(block.illness.onset[who, disease]), "encounter_id": maybe(block.encounters.ids, at),
        "recorded": time(block.encounters.start[at], at >= 0),
    })  # fmt: skip


def stays(block: Block) -> Rows:
    s, e = block.stays, block.encounters
    at = stay_encounters(block)
    end = seconds(block.config.end) + DAY
    seen = s.stop < end
    names = [r.name for r in reasons()]
    readmission = pa.array(s.readmission, mask=s.died)
    icd = _codes([reasons()[r] for r in s.reason], block.people.left[s.who], s.stop)
    return s.who, pa.table({
        "patient_id": text(block.people.ids[s.who]), "encounter_id": maybe(e.ids, at), "number": s.number,
        "reason": pick(names, s.reason), "icd10cm": icd,
        "admitted": time(s.start), "discharged": time(s.stop, seen), "days": s.days,
        "age": block.people.age(s.who, s.start),
        "severity": s.severity, "treated": s.treated, "treatment_chance": s.propensity,
        "died": pa.array(s.died, mask=~seen), "death_risk": s.hazard.death,
        "death_risk_24h": pa.array(death_from(s.hazard, 1.0), mask=s.days < 1),
        "long_stay_risk_24h": pa.array(long_stay_from(s.hazard, 1.0, LONG_STAY), mask=s.days < 1),
        "long_stay": pa.array(s.days > LONG_STAY, mask=~seen),
        "readmission_risk": readmission, "readmitted": pa.array(s.readmitted, mask=s.died | (s.stop + 30 * DAY > end)),
        "is_readmission": s.unplanned,
    })  # fmt: skip


def stay_encounters(block: Block) -> Ints:
    """The encounter of each stay."""
    out = np.full(len(block.stays.who), -1)
    inside = np.flatnonzero(block.encounters.stay >= 0)
    out[block.encounters.stay[inside]] = inside
    return out


def daily_risk(block: Block) -> Rows:
    """For every whole day in hospital: the chance to die within the next day, and within the stay."""
    s = block.stays
    days = np.ceil(s.days).astype(np.int64)
    stay = np.repeat(np.arange(len(days)), days)
    day = (np.arange(len(stay)) - np.repeat(np.cumsum(days) - days, days)).astype(float)
    hazard = type(s.hazard)(s.hazard.death[stay], s.hazard.death_median[stay], s.hazard.stay_median[stay])
    at = stay_encounters(block)[stay]
    return s.who[stay], pa.table({
        "patient_id": text(block.people.ids[s.who[stay]]), "encounter_id": maybe(block.encounters.ids, at),
        "time": time(s.start[stay] + (day * DAY).astype(np.int64)), "death_next_day": death_within(hazard, day, 1.0),
        "death_in_stay": death_from(hazard, day),
    })  # fmt: skip


def harm_events(block: Block) -> Rows:
    h, c = block.harms, block.courses
    start = c.start[h.course] if len(c.who) else h.onset
    codes = [icd10(effects()[k].icd10, at) for k, at in zip(h.effect.tolist(), h.onset.tolist(), strict=True)]
    return h.who, pa.table({
        "patient_id": text(block.people.ids[h.who]), "effect": pick([e.name for e in effects()], h.effect),
        "effect_snomed": pick([e.snomed for e in effects()], h.effect),
        "icd10cm": pa.array(codes, pa.string()),
        "drug": pick([d.name for d in drugs()], h.drug), "rxnorm": pick([d.rxnorm for d in drugs()], h.drug),
        "course_id": maybe(c.ids, h.course), "exposed_from": time(start, h.course >= 0), "onset": time(h.onset),
        "encounter_id": maybe(block.encounters.ids, block.seen),
    })  # fmt: skip


def exposures(block: Block) -> Rows:
    c, b = block.courses, block
    shown = (b.prescribed >= 0) & (c.start < b.last[c.who])
    return c.who[shown], pa.table({
        "patient_id": text(b.people.ids[c.who]), "course_id": text(c.ids),
        "drug": pick([d.name for d in drugs()], c.drug),
        "rxnorm": pick([d.rxnorm for d in drugs()], c.drug), "start": time(c.start), "stop": time(c.stop),
        "encounter_id": maybe(b.encounters.ids, b.prescribed),
    }).filter(pa.array(shown))  # fmt: skip


def image_findings(block: Block) -> Rows:
    """One row per finding present; a chest film without a row is normal."""
    f = block.films
    film, which = np.nonzero(f.present & (f.region == CHEST)[:, None])
    sided = np.array([x["sided"] for x in findings().values()])[which]
    side = np.where(~sided, -1, np.where(f.both[film, which], 2, f.left[film, which].astype(np.int64)))
    return f.who[film], pa.table({
        "patient_id": text(block.people.ids[f.who[film]]), "study_id": text(f.ids[film]),
        "encounter_id": text(block.encounters.ids[f.encounter[film]]), "finding": pick(list(findings()), which),
        "side": pick(["right", "left", "both"], side),
        "severity": pick(["mild", "moderate", "severe"],
                         np.where(which == place_of_device(), -1, f.grade[film, which] - 1)),
    })  # fmt: skip


def image_devices(block: Block) -> Rows:
    """One row per device on a film: what the finding `device` of that film is."""
    f, d = block.films, block.films.devices
    film, which = np.nonzero(d.present)
    return f.who[film], pa.table({
        "patient_id": text(block.people.ids[f.who[film]]), "study_id": text(f.ids[film]),
        "encounter_id": text(block.encounters.ids[f.encounter[film]]), "kind": pick(list(kinds()), which),
        "side": pick(["right", "left"], np.where(sided()[which], d.left[film, which].astype(np.int64), -1)),
        "position": pick(["good", "bad"], d.bad[film, which].astype(np.int64)),
    })  # fmt: skip


def pairs() -> pa.Table:
    """Every planted drug and effect pair; chance 0 is a negative control."""
    chance = effect_matrix()
    rows = [(d, e) for e, effect in enumerate(effects()) for d, drug in enumerate(drugs()) if drug.name in effect.drugs]
    return pa.table({
        "drug": [drugs()[d].name for d, _ in rows], "rxnorm": [drugs()[d].rxnorm for d, _ in rows],
        "effect": [effects()[e].name for _, e in rows], "effect_snomed": [effects()[e].snomed for _, e in rows],
        "chance": [float(chance[d, e]) for d, e in rows],
        "background_a_year": [effects()[e].background for _, e in rows],
        "control": [chance[d, e] == 0 for d, e in rows],
    })  # fmt: skip
