"""What happened, as raw rows: conditions, medications, procedures and the smaller tables of the export."""

from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from simulate.arrays import BLOCK, DAY, Ints, dates, generator, number, pick, seconds, stamps, text, uuids
from simulate.block import Block
from simulate.encounters import FOLLOW_UP, INPATIENT, WELLNESS, kinds
from simulate.knowledge import Disease, Effect, Reason, diseases, drugs, effects, load, places, reasons

Rows = tuple[Ints, pa.Table]  # the person of each row, and the rows


@cache
def care() -> dict[str, Any]:
    return dict(load("care"))


def _where(block: Block, encounter: Ints) -> dict[str, pa.Array]:
    e = block.encounters
    return {"PATIENT": text(block.people.ids[e.who[encounter]]), "ENCOUNTER": text(e.ids[encounter])}


def _coded(pairs: list[tuple[str, str]], index: Ints) -> dict[str, pa.Array]:
    return {"CODE": pick([p[0] for p in pairs], index), "DESCRIPTION": pick([p[1] for p in pairs], index)}


def _because(index: Ints) -> dict[str, pa.Array]:
    """index into diseases then reasons; -1 for no reason."""
    every: list[Disease | Reason] = [*diseases(), *reasons()]
    return {
        "REASONCODE": pick([d.snomed for d in every], index),
        "REASONDESCRIPTION": pick([d.text for d in every], index),
    }


def encounter_reason(block: Block) -> Ints:
    e, s = block.encounters, block.stays
    inside = s.reason[e.stay] + len(diseases()) if len(s.who) else e.disease
    return np.asarray(np.where(e.stay >= 0, inside, e.disease))


def conditions(block: Block) -> Rows:
    """Chronic ones where first recorded (open), reasons of stays, harms where noticed (two weeks)."""
    e, b = block.encounters, block
    who, disease = np.nonzero(b.diagnosed >= 0)
    chronic = b.diagnosed[who, disease]
    inside = np.flatnonzero(e.kind == INPATIENT)
    harm = np.flatnonzero(b.seen >= 0)
    every: list[Disease | Reason | Effect] = [*diseases(), *reasons(), *effects()]
    pairs = [(d.snomed, d.text) for d in every] + [tuple(p) for p in care()["recoded"].values()]
    index = np.concatenate([
        _recode(block, disease, e.start[chronic]), len(diseases()) + b.stays.reason[e.stay[inside]],
        len(diseases()) + len(reasons()) + b.harms.effect[harm]])  # fmt: skip
    encounter = np.concatenate([chronic, inside, b.seen[harm]])
    start = np.maximum(e.start[encounter], np.concatenate([e.start[chronic], e.start[inside], b.harms.onset[harm]]))
    stop = np.concatenate([e.stop[chronic], e.stop[inside], start[len(start) - len(harm) :] + 14 * DAY])
    closed = np.concatenate([np.zeros(len(chronic), bool), ~e.open[inside], np.ones(len(harm), bool)])
    closed &= stop < b.last[e.who[encounter]]
    columns = {"START": text(dates(start)), "STOP": text(dates(stop), closed), **_where(b, encounter)}
    return e.who[encounter], pa.table({**columns, **_coded(pairs, index)})


def _recode(block: Block, disease: Ints, when: Ints) -> Ints:
    """Drift of coding: after the middle date some hypertension carries another code."""
    out, middle = disease.copy(), (seconds(block.config.start) + seconds(block.config.end)) / 2
    rng = generator(block.config.seed, block.number, "coding")
    changed = (rng.random(len(disease)) < block.config.drift.coding) & (when > middle)
    for place, name in enumerate(care()["recoded"]):
        new = len(diseases()) + len(reasons()) + len(effects()) + place
        out[changed & (disease == places([d.name for d in diseases()])[name])] = new
    return out


def medications(block: Block) -> Rows:
    c, b = block.courses, block
    given = np.flatnonzero((b.prescribed >= 0) & (c.start < b.last[c.who]))
    encounter, closed = b.prescribed[given], c.stop[given] < b.last[c.who[given]]
    price = (7 + 11 * (c.drug[given] % 13)).astype(float)
    months = np.maximum((np.minimum(c.stop, b.last[c.who])[given] - c.start[given]) // (30 * DAY), 1)
    stay_reason = len(diseases()) + b.stays.reason[c.stay[given]] if len(b.stays.who) else c.disease[given]
    because = np.where(c.stay[given] >= 0, stay_reason, c.disease[given])
    return c.who[given], pa.table({
        "START": text(stamps(c.start[given])), "STOP": text(stamps(np.minimum(c.stop[given], 2**32)), closed),
        "PAYER": pick(b.shared.payers, b.people.payer[c.who[given]]), **_where(b, encounter),
        **_coded([(d.rxnorm, d.description) for d in drugs()], c.drug[given]), "BASE_COST": number(price),
        "PAYER_COVERAGE": number(price * 0.0), "DISPENSES": pa.array(months).cast(pa.string()),
        "TOTALCOST": number(price * months), **_because(because),
    })  # fmt: skip


def procedures(block: Block) -> Rows:
    """One procedure per encounter by its kind, one per film, and the operations of stays."""
    e, b = block.encounters, block
    operations = list(care()["operations"])
    by_kind = [care()["procedures"][k["name"]] for k in kinds()]
    table = [*by_kind, *care()["operations"].values(), ["268425006", "Pelvis X-ray (procedure)", 290],
             ["399208008", "Plain chest X-ray (procedure)", 290]]  # fmt: skip
    which = np.array([operations.index(r.operation) if r.operation else -1 for r in reasons()])
    stay_operation = np.where(e.stay >= 0, which[b.stays.reason[e.stay]] if len(b.stays.who) else -1, -1)
    operated = np.flatnonzero(stay_operation >= 0)
    every = np.arange(len(e.who))
    encounter = np.concatenate([every, operated, b.films.encounter])
    base = len(by_kind) + len(operations)
    index = np.concatenate([e.kind, len(by_kind) + stay_operation[operated], base + (b.films.region == 0)])
    start = np.concatenate([e.start, operation_time(block, operated), b.films.time])
    cost = np.array([float(row[2]) for row in table])[index]
    return e.who[encounter], pa.table({
        "START": text(stamps(start)), "STOP": text(stamps(start + 900 * (1 + index % 5))), **_where(b, encounter),
        **_coded([(r[0], r[1]) for r in table], index), "BASE_COST": number(cost),
        **_because(encounter_reason(block)[encounter]),
    })  # fmt: skip


def operation_time(block: Block, encounter: Ints) -> Ints:
    e = block.encounters
    return np.asarray(e.start[encounter] + operated_after(e.stop[encounter] - e.start[encounter]))


def operated_after(length: Ints | np.int64) -> Ints:
    """Seconds from admission to operation."""
    return np.asarray(np.minimum(length // 4, 20 * 3600))


def immunizations(block: Block) -> Rows:
    rng = generator(block.config.seed, block.number, "immunizations")
    e = block.encounters
    month = e.start.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) % 12
    season = (month >= 8) | (month <= 1)
    flu = np.flatnonzero((e.kind == WELLNESS) & season & (rng.random(len(e.who)) < 0.8))
    old = block.people.age(e.who, e.start) >= 65
    lung = np.flatnonzero((e.kind == WELLNESS) & old & (rng.random(len(e.who)) < 0.25))
    encounter = np.concatenate([flu, lung])
    vaccine = np.repeat([0, 1], [len(flu), len(lung)])
    pairs = [(v[0], v[1]) for v in care()["vaccines"].values()]
    return e.who[encounter], pa.table({
        "DATE": text(stamps(e.start[encounter])), **_where(block, encounter), **_coded(pairs, vaccine),
        "BASE_COST": number(np.full(len(encounter), 136.0)),
    })  # fmt: skip


def first_encounters(block: Block) -> Ints:
    """Per person, -1 for none."""
    out = np.full(BLOCK, -1)
    who, first = np.unique(block.encounters.who, return_index=True)
    out[who] = first
    return out


def allergens(block: Block) -> Ints:
    """Per person, -1 for none known."""
    rng = generator(block.config.seed, block.number, "allergies")
    return np.where(rng.random(BLOCK) < 0.25, rng.integers(0, len(care()["allergens"]), BLOCK), -1)


def allergies(block: Block) -> Rows:
    first, which = first_encounters(block), allergens(block)
    who = np.flatnonzero((first >= 0) & (which >= 0))
    names = ["CODE", "SYSTEM", "DESCRIPTION", "TYPE", "CATEGORY", "REACTION1", "DESCRIPTION1", "SEVERITY1"]
    columns = {n: pick([row[k] for row in care()["allergens"]], which[who]) for k, n in enumerate(names)}
    return who, pa.table(
        {"START": text(dates(block.encounters.start[first[who]])), **_where(block, first[who]), **columns}
    )


def careplans(block: Block) -> Rows:
    rng = generator(block.config.seed, block.number, "careplans")
    planned = [j for j, d in enumerate(diseases()) if d.careplan]
    who, column = np.nonzero(block.diagnosed[:, planned] >= 0)
    disease = np.array(planned)[column]
    encounter = block.diagnosed[who, disease]
    pairs = [tuple(care()["plans"][diseases()[j].careplan]) for j in planned]
    return who, pa.table({
        "Id": text(uuids(rng, len(who))), "START": text(dates(block.encounters.start[encounter])),
        **_where(block, encounter), **_coded(pairs, column), **_because(disease),
    })  # fmt: skip


def _udi(rng: np.random.Generator, count: int) -> list[str]:
    drawn = rng.integers(10**13, 10**14, (count, 2))
    return [f"(01){a}(11)190703(17)440717(10){b % 10**7}(21){b}" for a, b in drawn.tolist()]


def devices(block: Block) -> Rows:
    rng = generator(block.config.seed, block.number, "devices")
    e, pairs = block.encounters, [tuple(v) for v in care()["devices"].values()]
    encounter, which = [], []
    reason = [r.operation for r in reasons()]
    for place, name in enumerate(care()["devices"]):
        if name in care()["operations"]:
            hit = np.array([r == name for r in reason])
            chosen = np.flatnonzero(
                (e.stay >= 0) & (hit[block.stays.reason[e.stay]] if len(block.stays.who) else False)
            )
        else:
            column = block.diagnosed[:, places([d.name for d in diseases()])[name]]
            chosen = column[column >= 0]
        encounter.append(chosen)
        which.append(np.full(len(chosen), place))
    at = np.concatenate(encounter)
    columns = {"START": text(stamps(e.start[at])), **_where(block, at), **_coded(pairs, np.concatenate(which))}
    return e.who[at], pa.table({**columns, "UDI": pa.array(_udi(rng, len(at)), pa.string())})


def supplies(block: Block) -> Rows:
    e = block.encounters
    diabetic = block.illness.has[e.who, places([d.name for d in diseases()])["diabetes"]]
    strips = np.flatnonzero((e.kind == FOLLOW_UP) & diabetic)
    gloves = np.flatnonzero(e.kind == INPATIENT)
    at, which = np.concatenate([strips, gloves]), np.repeat([0, 1], [len(strips), len(gloves)])
    table = list(care()["supplies"].values())
    return e.who[at], pa.table({
        "DATE": text(dates(e.start[at])), **_where(block, at), **_coded([(r[0], r[1]) for r in table], which),
        "QUANTITY": pick([str(r[2]) for r in table], which),
    })  # fmt: skip
