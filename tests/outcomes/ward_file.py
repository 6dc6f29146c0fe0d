"""A made-up ward on disk: the pulse tells who dies; one stay is still open, one site codes otherwise."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.outcomes.timelines import rows

PULSE = "LOINC//8867-4"
START = datetime(2024, 3, 1, tzinfo=UTC).replace(tzinfo=None)
OPEN, OTHER = 9001, 9002  # a stay that goes on; a person of a site with other codes
DAYS = 3


def ward(stays: int = 150, seed: int = 3) -> pa.Table:
    source = np.random.default_rng(seed)
    events = []
    for person in range(1, stays + 1):
        dead = bool(source.random() < 0.3)
        events += _stay(person, 80 + 25 * dead + source.normal(0, 10), "exp" if dead else "home", source)
    events += _stay(OPEN, 115, "", source)
    events += [(p, t, f"local:{c.rpartition('/')[2]}" if PULSE in c else c, v, e, r) for p, t, c, v, e, r in
               _stay(OTHER, 115, "home", source)]  # fmt: skip
    return rows(sorted(events, key=lambda event: (event[0], event[1])))


def _stay(person: int, pulse: float, ending: str, source: np.random.Generator) -> list[tuple]:  # type: ignore[type-arg]
    def at(hours: float) -> str:
        return (START + timedelta(hours=hours)).isoformat()

    name = f"e{person}"
    events = [(person, at(0), "HOSPITAL_ADMISSION//IMP", None, name, None)]
    events += [(person, at(h + 0.5), PULSE, float(pulse + source.normal(0, 3)), name, None) for h in range(0, 31, 6)]
    if ending:
        events.append((person, at(24 * DAYS), f"HOSPITAL_DISCHARGE//{ending}", None, name, None))
    return events


def write(folder: Path, held_out: bool = False) -> Path:
    """A MEDS data set of it; every fourth person held out, if asked."""
    table = ward()
    for place in ("data", "metadata"):
        (folder / place).mkdir(parents=True)
    pq.write_table(table, folder / "data" / "0.parquet")
    persons = table["subject_id"].unique().to_pylist()
    splits = ["held_out" if held_out and person % 4 == 0 else "train" for person in persons]
    made = pa.table({"subject_id": pa.array(persons, pa.int64()), "split": splits})
    pq.write_table(made, folder / "metadata" / "subject_splits.parquet")
    return folder


TASK = """
metadata:
  chartloom:
    prediction_times: [24h]
    stay: {discharge: discharge, death: died}
predicates:
  admission: {code: {regex: "^HOSPITAL_ADMISSION"}}
  discharge: {code: {regex: "^HOSPITAL_DISCHARGE"}}
  death: {code: MEDS_DEATH}
  expired: {code: "HOSPITAL_DISCHARGE//exp"}
  died: {expr: "or(death, expired)"}
  over: {expr: "or(discharge, died)"}
trigger: admission
windows:
  input: {start: null, end: trigger + 24h, start_inclusive: true, end_inclusive: true, index_timestamp: end}
  target: {start: input.end, end: start -> over, start_inclusive: false, end_inclusive: true, label: died}
"""
