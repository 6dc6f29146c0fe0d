"""Chest and pelvis films: when, and with which true findings."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from simulate.arrays import DAY, Bools, Bytes, Floats, Ints, generator, pick, sigmoid, stamps, text, uuids
from simulate.config import HospitalConfig
from simulate.devices import CRITICAL, OUTSIDE, WARD, Devices, draw_devices
from simulate.encounters import EMERGENCY, FOLLOW_UP, INPATIENT, WELLNESS, Encounters
from simulate.illness import Illness
from simulate.knowledge import diseases, load, places, reasons
from simulate.people import People
from simulate.stays import Stays

CHEST, PELVIS = 0, 1
DEVICE = "device"  # the finding; which devices they are stands in Films.devices
HIP = ("hip_fracture", "hip_surgery")
BODY = [("51185008", "Thoracic structure (body structure)", "399208008"), ("12921003", "Pelvis", "268425006")]


@dataclass(frozen=True)
class Films:
    ids: Bytes
    who: Ints
    encounter: Ints
    time: Ints
    region: Ints
    present: Bools  # film x finding, all false for the pelvis
    left: Bools  # film x finding
    both: Bools
    grade: Ints  # film x finding: 1 mild, 2 moderate, 3 severe; a device has none
    devices: Devices


@cache
def findings() -> dict[str, dict[str, Any]]:
    return dict(load("findings"))


@cache
def place_of_device() -> int:
    return list(findings()).index(DEVICE)


def _causes(illness: Illness, stays: Stays, who: Ints, stay: Ints) -> Floats:
    """Logit of every finding."""
    index = places([d.name for d in diseases()])
    logit = np.tile([f["base"] for f in findings().values()], (len(who), 1)).astype(float)
    for j, row in enumerate(findings().values()):
        for name, size in row["raised_by"].items():
            logit[:, j] += size * illness.has[who, index[name]]
    by_reason = np.array([[r.findings.get(name, 0.0) for name in findings()] for r in reasons()])
    return logit + np.where((stay >= 0)[:, None], by_reason[stays.reason[stay]], 0.0) if len(stays.who) else logit


def _setting(encounters: Encounters, stays: Stays, encounter: Ints) -> Ints:
    """Of each film, as a place in SETTINGS of simulate/devices.py."""
    if not len(stays.who):
        return np.full(len(encounter), OUTSIDE)
    critical = np.array([r.name in load("devices")["critical"] for r in reasons()])
    stay = encounters.stay[encounter]
    inside = np.where(critical[stays.reason[stay]], CRITICAL, WARD)
    return np.where(stay >= 0, inside, OUTSIDE)


def draw_films(config: HospitalConfig, illness: Illness, stays: Stays, encounters: Encounters,
               block: int) -> Films:  # fmt: skip
    rng = generator(config.seed, block, "films")
    e = encounters
    chance = np.zeros(INPATIENT + 1)
    chance[[EMERGENCY, FOLLOW_UP, WELLNESS, INPATIENT]] = 0.3, 0.04, 0.03, 0.65
    chest = np.flatnonzero(rng.random(len(e.kind)) < chance[e.kind])
    hips = np.array([r.name in HIP for r in reasons()])
    inside = (e.kind == INPATIENT) & (hips[stays.reason[e.stay]] if len(stays.who) else False)
    pelvis = np.flatnonzero(inside)
    encounter = np.concatenate([chest, pelvis])
    region = np.concatenate([np.full(len(chest), CHEST), np.full(len(pelvis), PELVIS)])
    delay = np.where(region == CHEST, 1800, np.minimum(DAY, (e.stop - e.start)[encounter] // 2))
    logit = _causes(illness, stays, e.who[encounter], e.stay[encounter])
    shape = logit.shape
    present = (rng.random(shape) < sigmoid(logit)) & (region == CHEST)[:, None]
    both = (rng.random(shape) < 0.2) & np.array([f["sided"] for f in findings().values()])
    grade = 1 + rng.choice(3, shape, p=[0.5, 0.35, 0.15])
    time = np.minimum(e.start[encounter] + delay, e.stop[encounter] - 60)
    return Films(uuids(rng, len(encounter)), e.who[encounter], encounter, time, region, present,
                 rng.random(shape) < 0.5, both, grade, draw_devices(config.seed, block, present[:, place_of_device()],
                 _setting(e, stays, encounter)))  # fmt: skip


def imaging_studies(films: Films, people: People, encounters: Encounters) -> tuple[Ints, pa.Table]:
    uid = [f"1.2.826.0.1.3680043.9.{int(i[:8], 16)}.{int(i[9:13], 16)}" for i in films.ids]
    body = [pick([b[k] for b in BODY], films.region) for k in range(3)]
    same = pa.array([""] * len(uid))
    constant = {
        "MODALITY_CODE": "CR",
        "MODALITY_DESCRIPTION": "Computed Radiography",
        "SOP_CODE": "1.2.840.10008.5.1.4.1.1.1",
        "SOP_DESCRIPTION": "Computed Radiography Image Storage",
    }
    columns = {
        "Id": text(films.ids), "DATE": text(stamps(films.time)), "PATIENT": text(people.ids[films.who]),
        "ENCOUNTER": text(encounters.ids[films.encounter]),
        "SERIES_UID": pa.array([u + ".1" for u in uid], pa.string()),
        "BODYSITE_CODE": body[0], "BODYSITE_DESCRIPTION": body[1],
        "INSTANCE_UID": pa.array([u + ".1.1" for u in uid], pa.string()),
        "PROCEDURE_CODE": body[2], **{k: pa.array([v] * len(same)) for k, v in constant.items()},
    }  # fmt: skip
    return films.who, pa.table(columns)
