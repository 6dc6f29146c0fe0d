"""Plants leaks in ids, times, persons and the form of rows, as leaks_spec.yaml says."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from bench.leaks_case import Case
from bench.leaks_ground import MINUTE, Generator, Ground, Numbers, Places, changed, moments, renumbered
from bench.leaks_planted import chosen

Words = npt.NDArray[np.object_]


def identifier(ground: Ground, variant: str, rng: Generator) -> Case:
    score = ground.y + rng.uniform(0, rng.uniform(0.2, 1.6), len(ground.y))
    if variant == "encounter_by_discharge":
        score = ground.days + rng.normal(0, rng.uniform(0, 1) * ground.days.std(), len(ground.y))
    number = np.argsort(np.argsort(score)) + rng.integers(1_000, 9_000_000)
    if variant == "record_number":
        return ground.put(number.astype(float), rng)
    ids = _shaped(number, rng)
    if variant == "fhir_by_label":
        serial = np.arange(len(ground.stay))
        old = ground.rows["fhir_id"].to_pylist()
        new = [f"Event/{ids[s]}-{n}" if s >= 0 else o for s, n, o in zip(ground.stay, serial, old, strict=True)]
        return ground.case("fhir_id", changed(ground.rows, fhir_id=pa.array(new, pa.string())))
    return _encounters(ground, ids)


def _shaped(number: Places, rng: Generator) -> list[str]:
    shape = rng.integers(3)
    prefix = str(rng.choice(["E", "ENC-", "V"]))
    return [f"{n:08x}" if shape == 0 else f"{prefix}{n}" if shape == 1 else f"{n:012d}" for n in number]


def _encounters(ground: Ground, ids: list[str]) -> Case:
    names = ground.rows["encounter_id"].to_pylist()
    new = [ids[s] if s >= 0 else old for s, old in zip(ground.stay, names, strict=True)]
    case = ground.case("encounter_id", changed(ground.rows, encounter_id=pa.array(new, pa.string())))
    return Case(case.name, case.rows, case.labels.assign(encounter_id=ids), None, case.leaks)


def recorded(ground: Ground, variant: str, rng: Generator) -> Case:
    hit = np.zeros(len(ground.y), bool)
    hit[rng.random(len(ground.y)) < rng.uniform(0.5, 1)] = True
    admitted = ground.moment("admitted")[ground.stay]
    mine = (ground.stay >= 0) & hit[ground.stay]
    if variant == "at_admission":
        moved = np.where(mine, np.minimum(ground.recorded, admitted), ground.recorded)
        return ground.case("recorded_time", changed(ground.rows, recorded_time=_stamps(moved)))
    code = ground.covered(0.4, 1, rng, events=1.5)
    if variant == "backdated":
        at = ground.moment("prediction_time")[ground.stay]
        late = (ground.stay >= 0) & hit[ground.stay] & (ground.code == code) & (ground.time > at)
        before = at - rng.integers(1, 120, len(at)) * MINUTE
        moved = changed(ground.rows, recorded_time=_stamps(np.where(late, before, ground.recorded)))
        return ground.case("recorded_time" if late.any() else "", moved)
    piled = (ground.stay >= 0) & (ground.code == code)
    time, known = (np.where(piled, admitted, each) for each in (ground.time, ground.recorded))
    return ground.case(code, changed(ground.rows, time=_stamps(time), recorded_time=_stamps(known)))


def _stamps(time: Places) -> pa.Array:
    return pa.array(time, mask=time == np.iinfo(np.int64).min).cast(pa.timestamp("us"))


def twins(ground: Ground, variant: str, rng: Generator) -> Case:
    persons = ground.labels["subject_id"].unique()
    twice = rng.choice(persons, max(20, int(len(persons) * rng.uniform(0.04, 0.15))), replace=False)
    mine = pc.is_in(ground.rows["subject_id"], pa.array(twice))
    new = dict(zip(twice.tolist(), rng.integers(2**40, 2**52, len(twice)).tolist(), strict=True))
    weeks = dict.fromkeys(twice.tolist(), 0)
    if variant != "exact":
        weeks = dict(zip(twice.tolist(), rng.integers(1, 200, len(twice)).tolist(), strict=True))
    rows = _again(ground.rows.filter(mine), new, weeks)
    if variant == "thinned":
        rows = rows.filter(pa.array(rng.random(len(rows)) > rng.uniform(0.1, 0.3)))
    labels = ground.labels[ground.labels["subject_id"].isin(twice)].copy()
    moved = pd.to_timedelta(labels["subject_id"].map(weeks) * 7, unit="D")
    labels["encounter_id"] += "-2"
    labels["prediction_time"] += moved
    labels["subject_id"] = labels["subject_id"].map(new)
    case = ground.case("subject_id", pa.concat_tables([ground.rows, rows]))
    every = pd.concat([case.labels, labels[list(case.labels.columns)]], ignore_index=True)
    return Case(case.name, case.rows, every, None, case.leaks)


def _again(rows: pa.Table, new: dict[int, int], weeks: dict[int, int]) -> pa.Table:
    subject = rows["subject_id"].to_pylist()
    shift = np.array([weeks[each] for each in subject], np.int64) * 7 * 1440 * MINUTE
    absent = np.iinfo(np.int64).min
    times = {n: moments(rows[n]) for n in ("time", "recorded_time")}
    moved = {n: _stamps(np.where(t == absent, t, t + shift)) for n, t in times.items()}
    ids = pa.array([None if e is None else e + "-2" for e in rows["encounter_id"].to_pylist()], pa.string())
    fhir = pa.array([None if e is None else e + "2" for e in rows["fhir_id"].to_pylist()], pa.string())
    return changed(rows, subject_id=pa.array([new[each] for each in subject]), encounter_id=ids, fhir_id=fhir, **moved)


def form(ground: Ground, variant: str, rng: Generator) -> Case:
    if variant == "rows":
        return _ordered(ground, ground.y + rng.uniform(0, rng.uniform(0.2, 1.2), len(ground.y)))
    marked = np.zeros(len(ground.y), bool)
    others = (0.0, 0.0) if variant == "precision" else (0.0, 0.05)
    marked[chosen(ground.y, rng, (0.6, 1) if variant in ("precision", "seconds") else (0.5, 1), others)] = True
    if variant == "seconds":
        mine = (ground.stay >= 0) & marked[ground.stay]
        time, known = (np.where(mine, each // MINUTE * MINUTE, each) for each in (ground.time, ground.recorded))
        return ground.case("time", changed(ground.rows, time=_stamps(time), recorded_time=_stamps(known)))
    code = _finest(ground, rng) if variant == "precision" else ground.covered(0.7, 1, rng)
    mine = (ground.stay >= 0) & (ground.code == code) & marked[ground.stay]
    if variant == "precision":
        digits = 0 if rng.random() < 0.5 else 1
        coarse = np.round(ground.value, digits) if _digits(ground, code) > digits else np.round(ground.value)
        return ground.case(code, renumbered(ground, np.where(mine, coarse, ground.value)))
    if variant == "unit":
        return ground.case(code, changed(ground.rows, unit=_rewritten(ground.rows["unit"], mine)))
    said = np.array([f"{v:g}" for v in ground.value], object)
    words = np.where(ground.code == code, said, np.array(ground.rows["text_value"].to_pylist(), object))
    odd = np.array([w if w is None else str(w) + " " for w in words], object)
    return ground.case(code, changed(ground.rows, text_value=pa.array(np.where(mine, odd, words), pa.string())))


def _rewritten(units: pa.ChunkedArray, mine: npt.NDArray[np.bool_]) -> pa.Array:
    old = units.to_pylist()
    return pa.array([f"[{u}]" if m else u for u, m in zip(old, mine, strict=True)], pa.string())


def _digits(ground: Ground, code: str) -> int:
    """Decimals that most numbers of the code need."""
    value = ground.value[(ground.code == code) & ~np.isnan(ground.value)][:2000]
    return next((d for d in range(4) if np.mean(np.abs(value - np.round(value, d)) < 1e-4) > 0.9), 4)


def _finest(ground: Ground, rng: Generator) -> str:
    codes = {ground.covered(0.5, 1, rng) for _ in range(30)}
    fine = sorted(code for code in codes if _digits(ground, code) >= 1)
    return str(rng.choice(fine)) if fine else sorted(codes)[0]


def _ordered(ground: Ground, score: Numbers) -> Case:
    """Persons by their highest score; those who are in no row last."""
    highest = pd.Series(score).groupby(ground.labels["subject_id"].to_numpy()).max()
    subject = ground.rows["subject_id"].to_pylist()
    place = np.array([highest.get(each, 9.0) for each in subject])
    _, first, person = np.unique(ground.rows["subject_id"].to_numpy(), return_index=True, return_inverse=True)
    order = np.lexsort((np.arange(len(place)), first[person], place))
    return ground.case("row order", ground.rows.take(pa.array(order)))
