"""Who and where, as raw rows: patients, encounters, claims, payer transitions."""

import numpy as np
import pyarrow as pa

from simulate.arrays import BLOCK, DAY, Ints, dates, generator, number, pick, stamps, text, uuids
from simulate.block import Block
from simulate.encounters import INPATIENT, kinds
from simulate.knowledge import Disease, Reason, diseases, reasons
from simulate.people import MARITAL, RACES, load_places
from simulate.records import Rows, encounter_reason


def patients(block: Block) -> Rows:
    p, towns = block.people, load_places()["towns"]
    adult = p.age(np.arange(BLOCK), p.enter) >= 18
    prefix = np.where(adult, np.where(p.male, 0, 1 + (p.marital != 0)), -1)
    wed = (p.marital == 0) & ~p.male & adult
    town = [pick([str(t[k]) for t in towns], p.town) for k in range(7)]
    last = block.last
    return np.arange(BLOCK), pa.table({
        "Id": text(p.ids), "BIRTHDATE": text(dates(p.birth)),
        "DEATHDATE": text(dates(np.minimum(block.death, last)), block.death < last + 1),
        "SSN": pa.array(p.ssn), "DRIVERS": _only(p.drivers, adult), "PASSPORT": _only(p.passport, p.town % 2 == 0),
        "PREFIX": pick(["Mr.", "Mrs.", "Ms."], prefix),
        "FIRST": pa.array([f"{a} {b}" for a, b in zip(p.first, p.middle, strict=True)]),
        "LAST": pa.array(p.last), "MAIDEN": _only(p.maiden, wed),
        "MARITAL": pick(MARITAL, np.where(adult, p.marital, -1)),
        "RACE": pick(RACES, p.race),
        "ETHNICITY": pa.array(["hispanic" if x == "es" else "nonhispanic" for x in p.locale]),
        "GENDER": pick(["F", "M"], p.male.astype(np.int64)),
        "BIRTHPLACE": pa.array([f"{towns[t][0]}  {towns[t][1]}  US" for t in p.town]),
        "ADDRESS": pa.array(p.address), "CITY": town[0], "STATE": town[1], "COUNTY": town[3], "ZIP": pa.array(p.zip),
        "LAT": town[5], "LON": town[6], "HEALTHCARE_EXPENSES": number(_costs(block)),
        "HEALTHCARE_COVERAGE": number(_costs(block) * 0.7),
    })  # fmt: skip


def _only(words: list[str], present: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> pa.Array:
    return pa.array(words, pa.string(), mask=~present)


def _encounter_cost(block: Block) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    e = block.encounters
    days = (e.stop - e.start) / DAY
    base = np.array([float(k["cost"]) for k in kinds()])[e.kind]
    return np.asarray(base + np.where(e.kind == INPATIENT, 900 * days, 310.0))


def _costs(block: Block) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.asarray(np.bincount(block.encounters.who, _encounter_cost(block), BLOCK))


def encounters(block: Block) -> Rows:
    e, shared = block.encounters, block.shared
    named = {n: pick([k[c] for k in kinds()], e.kind) for n, c in
             (("ENCOUNTERCLASS", "class"), ("CODE", "code"), ("DESCRIPTION", "description"),
             ("BASE_ENCOUNTER_COST", "cost"))}  # fmt: skip
    every: list[Disease | Reason] = [*diseases(), *reasons()]
    because = encounter_reason(block)
    cost = _encounter_cost(block)
    return e.who, pa.table({
        "Id": text(e.ids), "START": text(stamps(e.start)), "STOP": text(stamps(e.stop), ~e.open),
        "PATIENT": text(block.people.ids[e.who]),
        "ORGANIZATION": pick([shared.organizations[p.organization] for p in shared.providers], block.provider),
        "PROVIDER": pick([p.id for p in shared.providers], block.provider),
        "PAYER": pick(shared.payers, block.people.payer[e.who]), **named,
        "TOTAL_CLAIM_COST": number(cost), "PAYER_COVERAGE": number(cost * 0.7),
        "REASONCODE": pick([d.snomed for d in every], because),
        "REASONDESCRIPTION": pick([d.text for d in every], because),
    })  # fmt: skip


def claims(block: Block) -> Rows:
    """One per encounter; the first diagnosis is the reason."""
    rng = generator(block.config.seed, block.number, "claims")
    e, shared = block.encounters, block.shared
    doctor = pick([p.id for p in shared.providers], block.provider)
    start, stop = text(stamps(e.start)), text(stamps(e.stop))
    every: list[Disease | Reason] = [*diseases(), *reasons()]
    codes = [d.snomed for d in every] + [k["code"] for k in kinds()]
    because = encounter_reason(block)
    diagnosis = np.where(because >= 0, because, len(codes) - len(kinds()) + e.kind)
    constant = {"SECONDARYPATIENTINSURANCEID": "0", "DEPARTMENTID": "10", "PATIENTDEPARTMENTID": "10",
        "STATUS1": "CLOSED",
                "STATUSP": "CLOSED", "OUTSTANDING1": "0", "OUTSTANDINGP": "0", "HEALTHCARECLAIMTYPEID1": "1",
                "HEALTHCARECLAIMTYPEID2": "0"}  # fmt: skip
    return e.who, pa.table({
        "Id": text(uuids(rng, len(e.who))), "PATIENTID": text(block.people.ids[e.who]), "PROVIDERID": doctor,
        "PRIMARYPATIENTINSURANCEID": pick(shared.payers, block.people.payer[e.who]),
        "DIAGNOSIS1": pick(codes, diagnosis),
        "APPOINTMENTID": text(e.ids), "CURRENTILLNESSDATE": start, "SERVICEDATE": start,
        "SUPERVISINGPROVIDERID": doctor,
        "LASTBILLEDDATE1": stop, "LASTBILLEDDATEP": stop,
        **{k: pa.array([v] * len(e.who), pa.string()) for k, v in constant.items()},
    })  # fmt: skip


def payer_transitions(block: Block) -> Rows:
    rng = generator(block.config.seed, block.number, "payers")
    p = block.people
    who: Ints = np.arange(BLOCK)
    return who, pa.table({
        "PATIENT": text(p.ids), "MEMBERID": text(uuids(rng, BLOCK)), "START_YEAR": text(stamps(p.enter)),
        "END_YEAR": text(stamps(np.maximum(block.last, p.enter))), "PAYER": pick(block.shared.payers, p.payer),
        "OWNERSHIP": pa.array(["Self"] * BLOCK),
        "OWNERNAME": pa.array([f"{a} {b}" for a, b in zip(p.first, p.last, strict=True)]),
    })  # fmt: skip
