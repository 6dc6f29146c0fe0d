"""Findings, suggested codes and image embeddings as events of the timeline, each known from when its text or image was.

What a text says is known once the last note that was read for it is written: of a finding the last note of its
evidence, of a suggested code the last note of its encounter, since the coder reads them all.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.errors import ConfigError
from contract.work import Shard

TABLES = ("findings", "codes", "embeddings")
LEAST = 0.2  # score of a suggested code that becomes an event
NOTE = "NOTE//"
EVENT = pa.schema(
    [
        pa.field("subject_id", pa.int64()),
        pa.field("time", pa.timestamp("us")),
        pa.field("code", pa.string()),
        pa.field("numeric_value", pa.float32()),
        pa.field("encounter_id", pa.string()),
        pa.field("recorded_time", pa.timestamp("us")),
    ]
)


def joined(shard: Shard, names: Sequence[str]) -> pa.Table:
    """The timeline, with the rows of the tables named as further events; in no order."""
    rows = shard["timeline"]
    wrong = sorted(set(names) - set(TABLES))
    if wrong:
        raise ConfigError(f"join: {', '.join(wrong)} cannot be joined to a timeline; expected of {', '.join(TABLES)}.")
    made = [_EVENTS[name](shard[name], rows) for name in names if len(shard.get(name, ()))]
    return pa.concat_tables([rows, *made], promote_options="permissive") if made else rows


def _findings(found: pa.Table, timeline: pa.Table) -> pa.Table:
    """FINDING//<kind>//<assertion>, and with the code of what was found where it has one."""
    notes = _notes(timeline)
    events = []
    for row in found.select(["subject_id", "note_id", "kind", "assertion", "code", "score", "evidence"]).to_pylist():
        read = {row["note_id"], *(span["note_id"] for span in row["evidence"] or ())}
        known = [notes[name] for name in read if name in notes]
        if len(known) < len(read):
            continue  # nobody can say when it was known
        code = "//".join(part for part in ("FINDING", row["kind"], row["assertion"], row["code"]) if part)
        at, encounter = max(known, key=lambda each: each[0])
        events.append((row["subject_id"], at, code, row["score"], encounter, at))
    return _table(events)


def _codes(coded: pa.Table, timeline: pa.Table) -> pa.Table:
    """SUGGESTED//SYSTEM//code with its score."""
    last: dict[str, Any] = {}
    for at, encounter in _notes(timeline).values():
        last[encounter] = max(last.get(encounter, at), at)
    last |= {name: at for name, (at, _) in _notes(timeline).items()}  # a note without encounter is its own
    rows = coded.filter(pc.greater_equal(coded["score"], LEAST))
    events = []
    for row in rows.select(["subject_id", "encounter_id", "system", "code", "score"]).to_pylist():
        at = last.get(row["encounter_id"])
        if at is not None:
            code = f"SUGGESTED//{row['system']}//{row['code']}"
            events.append((row["subject_id"], at, code, row["score"], row["encounter_id"], at))
    return _table(events)


def _embeddings(images: pa.Table, timeline: pa.Table) -> pa.Table:  # noqa: ARG001
    """IMAGE//<encoder>//<number of the coordinate> with its value; an image without time is left out."""
    images = images.filter(pc.and_(pc.is_valid(images["time"]), pc.is_valid(images["embedding"])))
    vectors = images["embedding"].combine_chunks()
    lengths = np.asarray(pc.list_value_length(vectors))
    place = np.repeat(np.arange(len(images)), lengths)
    number = np.arange(len(place)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    encoder = pc.fill_null(images["encoder"], "unknown").to_pandas().to_numpy()[place]
    code = [f"IMAGE//{name}//{at}" for name, at in zip(encoder, number, strict=True)]
    time = images["time"].cast(pa.timestamp("us")).take(pa.array(place))
    return pa.table(
        [images["subject_id"].take(pa.array(place)), time, pa.array(code, pa.string()),
         vectors.flatten().cast(pa.float32()), pa.nulls(len(place), pa.string()), time],
        schema=EVENT,
    )  # fmt: skip


_EVENTS = {"findings": _findings, "codes": _codes, "embeddings": _embeddings}


def _notes(timeline: pa.Table) -> Mapping[str, tuple[Any, str]]:
    """note_id -> when it was known, and its encounter."""
    written = timeline.filter(pc.starts_with(timeline["code"], NOTE))
    known = written["recorded_time"] if "recorded_time" in written.column_names else written["time"]
    known = pc.max_element_wise(known, written["time"], skip_nulls=True)
    encounters = (
        written["encounter_id"] if "encounter_id" in written.column_names else pa.nulls(len(written), pa.string())
    )
    rows = zip(written["text_value"].to_pylist(), known.to_numpy(), encounters.to_pylist(), strict=True)
    return {name: (at, encounter or name) for name, at, encounter in rows if name and not np.isnat(at)}


def _table(events: Sequence[tuple[object, ...]]) -> pa.Table:
    columns = list(zip(*events, strict=True)) if events else [()] * len(EVENT)
    return pa.table(
        [pa.array(list(each), field.type) for each, field in zip(columns, EVENT, strict=True)], schema=EVENT
    )
