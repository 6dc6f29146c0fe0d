"""Plants leaks in values and codes, as leaks_spec.yaml says; parameters are drawn by seed."""

import numpy as np
import pyarrow as pa

from bench.leaks_case import Case
from bench.leaks_ground import Generator, Ground, Numbers, Places, changed, diagnosis, new_code, renumbered

OWN = ("MEDS_DEATH", "HOSPITAL_DISCHARGE//exp", "HOSPITAL_DISCHARGE", "VISIT_END//IMP")


def chosen(y: Numbers, rng: Generator, positives: tuple[float, float], others: tuple[float, float]) -> Places:
    """Rows that carry the mark: this share of the positives and of the others."""
    chance = np.where(y == 1, rng.uniform(*positives), rng.uniform(*others))
    return np.flatnonzero(rng.random(len(y)) < chance)


def outcome_code(ground: Ground, variant: str, rng: Generator) -> Case:
    if variant == "own":
        who = np.flatnonzero((ground.y == 1) & (rng.random(len(ground.y)) < rng.uniform(0.4, 1)))
        return _own(ground, who, rng)
    if variant == "new":
        who, code = chosen(ground.y, rng, (0.4, 1), (0, 0.02)), new_code(rng)
        return ground.case(code, ground.added(who, code, None, ground.between(who, rng)))
    who, code = chosen(ground.y, rng, (0.35, 0.9), (0, 0.03)), diagnosis(rng)
    return ground.case(code, ground.added(who, code, None, ground.moment("admitted")[who]))


def _own(ground: Ground, who: Places, rng: Generator) -> Case:
    """The outcome's own code, the one the timeline has, a second time and too early."""
    codes = set(ground.code)
    code = next(name for prefix in OWN for name in sorted(codes) if name.startswith(prefix))
    return ground.case(code, ground.added(who, code, None, ground.between(who, rng)))


def total(ground: Ground, variant: str, rng: Generator) -> Case:
    rows = len(ground.y)
    if variant == "days":
        number = ground.days * rng.lognormal(0, rng.uniform(0, 0.35), rows)
    elif variant == "whole_days":
        number = np.ceil(ground.days) + rng.integers(2)
    elif variant == "charges":
        number = rng.uniform(500, 2000) + rng.uniform(800, 4000) * ground.days
        number = number * rng.lognormal(0, rng.uniform(0.05, 0.35), rows)
    else:
        mine = ground.stay[ground.stay >= 0]
        number = np.bincount(mine, minlength=rows) * rng.lognormal(0, rng.uniform(0, 0.25), rows)
    return ground.put(number, rng)


def copy(ground: Ground, variant: str, rng: Generator) -> Case:
    if variant == "shifted":
        return _shifted(ground, rng)
    z = ground.y + rng.normal(0, rng.uniform(0.3, 1.2), len(ground.y))
    a, b = rng.uniform(-50, 200), rng.uniform(1, 40)
    if variant == "falling":
        return ground.put(np.round(a - 10 * b * z), rng)
    if variant == "curved":
        return ground.put(np.exp(z), rng)
    return ground.put(a + b * z, rng, int(rng.integers(2, 6)) if variant == "repeated" else 1)


def _shifted(ground: Ground, rng: Generator) -> Case:
    code = ground.covered(0.5, 1, rng)
    mine = ground.known & (ground.code == code)
    value = ground.value.copy()
    value[mine] += ground.y[ground.stay[mine]] * rng.uniform(0.9, 2.2) * np.nanstd(value[mine])
    return ground.case(code, renumbered(ground, value))


def missing(ground: Ground, variant: str, rng: Generator) -> Case:
    if variant == "row":
        who, code = chosen(ground.y, rng, (0.5, 1), (0, 0.1)), new_code(rng)
        return ground.case(code, ground.added(who, code, rng.normal(50, 10, len(who)), ground.between(who, rng)))
    code = ground.covered(0.4, 0.95, rng)
    mine = ground.known & (ground.code == code)
    if variant == "only_there":
        gone = np.zeros(len(ground.y), bool)
        gone[np.flatnonzero((ground.y == 0) & (rng.random(len(ground.y)) < rng.uniform(0.6, 1)))] = True
        return ground.case(code, ground.rows.filter(pa.array(~(mine & gone[ground.stay]))))
    null = np.zeros(len(ground.y), bool)
    null[chosen(ground.y, rng, (0.5, 1), (0, 0.08))] = True
    return ground.case(code, renumbered(ground, np.where(mine & null[ground.stay], np.nan, ground.value)))


def encoded(ground: Ground, variant: str, rng: Generator) -> Case:
    if variant in ("imputed", "normalised"):
        return _by_class(ground, variant, rng)
    groups = int(rng.integers(20, 121))
    group = rng.integers(0, groups, len(ground.y))
    size, positive = np.bincount(group, minlength=groups), np.bincount(group, ground.y, minlength=groups)
    share = positive[group] / size[group]
    if variant == "smoothed":
        m = rng.choice([5, 10, 20])
        share = (positive[group] + m * ground.y.mean()) / (size[group] + m)
    if variant == "left_out":
        share = (positive[group] - ground.y) / np.maximum(size[group] - 1, 1)
    return ground.put(share, rng)


def _by_class(ground: Ground, variant: str, rng: Generator) -> Case:
    code = ground.covered(0.3, 0.9, rng)
    mine = ground.known & (ground.code == code) & ~np.isnan(ground.value)
    of_class = [ground.value[mine & (ground.y[ground.stay] == each)] for each in (0, 1)]
    mean, deviation = (np.array([fn(each) for each in of_class]) for fn in (np.mean, np.std))
    if variant == "normalised":
        place = ground.y[ground.stay[mine]].astype(int)
        value = ground.value.copy()
        value[mine] = (value[mine] - mean[place]) / deviation[place]
        return ground.case(code, renumbered(ground, value))
    lacking = np.setdiff1d(np.arange(len(ground.y)), ground.stay[mine])
    made = mean[ground.y[lacking].astype(int)]
    unit = next(u for u, c in zip(ground.rows["unit"].to_pylist(), ground.code, strict=True) if c == code)
    rows = ground.added(lacking, code, made, ground.between(lacking, rng))
    return ground.case(code, _with_canonical(rows, code, unit))


def _with_canonical(rows: pa.Table, code: str, unit: str | None) -> pa.Table:
    """What was imputed has the unit of the code, and its number for canonical."""
    if "canonical_value" not in rows.column_names:
        return rows
    names = np.array(rows["code"].to_pylist(), object)
    number, canonical = (rows[name].to_numpy().astype(float) for name in ("numeric_value", "canonical_value"))
    units = rows["canonical_unit"].to_pylist()
    usual = next((u for u, c in zip(units, names, strict=True) if c == code and u is not None), None)
    made = (names == code) & np.isnan(canonical) & ~np.isnan(number)
    return changed(
        rows,
        canonical_value=pa.array(np.where(made, number, canonical), from_pandas=True),
        canonical_unit=pa.array([usual if m else u for m, u in zip(made, units, strict=True)], pa.string()),
        unit=pa.array([unit if m else u for m, u in zip(made, rows["unit"].to_pylist(), strict=True)], pa.string()),
    )


def look_ahead(ground: Ground, variant: str, rng: Generator) -> Case:
    came = np.array([code.startswith("HOSPITAL_ADMISSION") for code in ground.code])
    subject, time = ground.rows["subject_id"].to_numpy()[came], ground.time[came]
    persons, ends = ground.labels["subject_id"].to_numpy(), ground.moment("ended")
    every = np.array([(subject == person).sum() for person in persons], float)
    following = (
        np.min(time[(subject == p) & (time > e - 1)], initial=2**62) for p, e in zip(persons, ends, strict=True)
    )
    wait = (np.array(list(following), float) - ends) / 86.4e9
    if variant == "encounters":
        return ground.put(every + (rng.random(len(every)) < rng.uniform(0, 0.3)), rng)
    if variant == "readmitted":
        wrong = rng.random(len(wait)) < rng.uniform(0, 0.1)
        return ground.put(((wait <= 30) ^ wrong).astype(float), rng)
    return ground.put(np.minimum(wait, 3650) * rng.lognormal(0, rng.uniform(0, 0.3), len(wait)), rng)
