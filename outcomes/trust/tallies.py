"""Sums of predictions by month, from which drift is told: one row a stay; no person stands in them."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from outcomes.cohort import Cohort
from outcomes.timeline import ALWAYS, NEVER, Ints, Timeline, moments, read
from outcomes.trust.evidence import ODDS, terms
from outcomes.trust.membership import ages
from outcomes.trust.reference import AGE, Reference, binned, last_value, window

WHOSE = [("task", pa.string()), ("artifact", pa.string()), ("month", pa.int64())]  # month: since 1970
TERMS = [f"term_{k}" for k in range(len(ODDS))]
SUMS = ["stays", "probability", "known", "expected", "observed", *TERMS]
RISKS = pa.schema([*WHOSE, ("target", pa.string()), *((name, pa.float64()) for name in SUMS)])
INPUTS = pa.schema([*WHOSE, ("input", pa.string()), ("bin", pa.int64()), ("stays", pa.float64())])
CODES = pa.schema([*WHOSE, ("events", pa.float64()), ("unseen", pa.float64())])
TALLIES = {"risks": RISKS, "inputs": INPUTS, "codes": CODES}


def judged(outcomes: pa.Table) -> pa.Table:
    """The first prediction of each stay, task, target and artifact, of persons who taught no model."""
    taught = pc.fill_null(outcomes["in_training"], False)
    rows = outcomes.filter(pc.and_(pc.invert(taught), pc.is_valid(outcomes["probability"])))
    stay = ["subject_id", "encounter_id", "task", "target", "artifact"]
    rows = rows.select([*stay, "prediction_time", "probability", "observed"])
    for name in ("encounter_id", "target", "artifact"):
        rows = rows.set_column(rows.column_names.index(name), name, pc.fill_null(rows[name], ""))
    rows = rows.sort_by([(name, "ascending") for name in ("prediction_time", *stay)])
    first = rows.append_column("row", pa.array(np.arange(len(rows)))).group_by(stay).aggregate([("row", "min")])
    return rows.take(first["row_min"].sort())


def risks(rows: pa.Table) -> pa.Table:
    """RISKS of the rows that `judged` gives."""
    probability = rows["probability"].to_numpy().astype(np.float64)
    known = rows["observed"].is_valid().to_numpy()
    happened = pc.fill_null(rows["observed"], False).to_numpy(zero_copy_only=False)
    sums = {
        "stays": np.ones(len(rows)), "probability": probability, "known": known.astype(float),
        "expected": np.where(known, probability, 0), "observed": (known & happened).astype(float),
    }  # fmt: skip
    parts = np.where(known[:, None], terms(probability), 0)
    sums |= {name: parts[:, k] for k, name in enumerate(TERMS)}
    whose = {name: rows[name] for name in ("task", "artifact", "target")}
    return added(pa.table({**whose, "month": month(rows["prediction_time"]), **sums}), RISKS)


def inputs(rows: pa.Table, timeline: Timeline, reference: Reference) -> tuple[pa.Table, pa.Table]:
    """INPUTS and CODES of the rows of the reference's task; of many targets one row a stay is enough."""
    mine = rows.filter(pc.equal(rows["task"], reference.task))
    stays = mine.group_by(["subject_id", "encounter_id", "artifact"]).aggregate([("prediction_time", "min")])
    cohort, kept = _cohort(stays, timeline, reference.task)
    stays = stays.filter(pa.array(kept))
    if not len(stays):
        return INPUTS.empty_table(), CODES.empty_table()
    whose = {"task": np.full(len(stays), reference.task, object), "artifact": stays["artifact"].combine_chunks()}
    whose["month"] = month(stays["prediction_time_min"])
    parts = [_binned(whose, one.code, binned(one, _values(timeline, cohort, one.code, reference.hours)))
             for one in reference.inputs]  # fmt: skip
    return added(pa.concat_tables([INPUTS.empty_table(), *parts]), INPUTS), _codes(whose, timeline, cohort, reference)


def _cohort(stays: pa.Table, timeline: Timeline, task: str) -> tuple[Cohort, np.ndarray]:
    """Those whose person has a timeline, and which they are."""
    order = np.argsort(timeline.subjects)
    subject = stays["subject_id"].to_numpy()
    place = np.searchsorted(timeline.subjects[order], subject)
    held = np.minimum(place, len(order) - 1)
    kept = timeline.subjects[order][held] == subject if len(order) else np.zeros(len(subject), bool)
    at = moments(stays["prediction_time_min"], NEVER)[kept]
    encounter = np.array(stays["encounter_id"].to_pylist(), object)[kept]
    blank = np.full((len(at), 1), np.nan, np.float32)
    whose = order[held[kept]] if len(order) else np.zeros(0, np.int64)
    return Cohort(task, ("",), whose, encounter, np.full(len(at), ALWAYS), at, np.full(len(at), NEVER), blank), kept


def _values(timeline: Timeline, cohort: Cohort, code: str, hours: float) -> np.ndarray:
    return ages(timeline, cohort) if code == AGE else last_value(timeline, cohort, code, hours)


def _binned(whose: Mapping[str, object], code: str, place: Ints) -> pa.Table:
    rows = {**whose, "input": np.full(len(place), code, object), "bin": place, "stays": np.ones(len(place))}
    return added(pa.table(rows), INPUTS)


def _codes(whose: Mapping[str, pa.Array], timeline: Timeline, cohort: Cohort, reference: Reference) -> pa.Table:
    seen = set(reference.codes)
    new = np.array([code not in seen for code in timeline.codes], bool)
    events, row = window(timeline, cohort, reference.hours)
    near = pa.array(row)
    rows = {name: pa.array(column).take(near) for name, column in whose.items()}
    unseen = new[timeline.code[events]].astype(float) if len(events) else np.zeros(0)
    return added(pa.table({**rows, "events": np.ones(len(events)), "unseen": unseen}), CODES)


def month(times: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(times.cast(pa.timestamp("us")).to_numpy().astype("datetime64[M]").astype(np.int64))


def added(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Rows of one month, task, ... summed."""
    numbers = [field.name for field in schema if field.type == pa.float64()]
    keys = [field.name for field in schema if field.name not in numbers]
    summed = rows.group_by(keys, use_threads=False).aggregate([(name, "sum") for name in numbers])
    named = summed.rename_columns([*keys, *numbers] if summed.column_names[0] == keys[0] else [*numbers, *keys])
    return named.select(schema.names).cast(schema)


def partial(outcomes: pa.Table, timeline: pa.Table, references: Sequence[Reference]) -> dict[str, pa.Table]:
    """TALLIES of one shard."""
    rows = judged(outcomes)
    found = {"risks": [risks(rows)], "inputs": [INPUTS.empty_table()], "codes": [CODES.empty_table()]}
    if len(rows) and references:
        events = timeline.filter(pc.is_in(timeline["subject_id"], rows["subject_id"].combine_chunks()))
        read_once = read(events)
        for reference in references:
            values, codes = inputs(rows, read_once, reference)
            found["inputs"].append(values)
            found["codes"].append(codes)
    return {name: pa.concat_tables(parts) for name, parts in found.items()}
