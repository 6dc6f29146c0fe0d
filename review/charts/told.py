"""The timeline of a shard made ready for charts: lanes, and which values are unusual; all columns small.

Done once a shard and not once a chart: what an Observation says of its events costs more than the rest of a chart.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml

OTHER = "other"
OBSERVATION = "Observation"
KEPT = ("subject_id", "time", "code", "numeric_value", "text_value", "encounter_id", "unit")


@cache
def said() -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_name("lanes.yaml").read_text(encoding="utf-8"))
    return found


def told(timeline: pa.Table, observations: pa.Table | None) -> pa.Table:
    """KEPT with lane and unusual, of the events that are shown."""
    kinds = _kinds(timeline)
    shown = pc.invert(pc.is_in(kinds, pa.array(said()["left_out"])))
    ended = pc.and_(pc.equal(kinds, "Procedure"), pc.ends_with(timeline["code"], "//END"))
    mask = pc.and_(shown, pc.invert(ended))
    rows, kinds = timeline.filter(mask), kinds.filter(mask)
    at = _observation(rows, observations)
    lane = pc.coalesce(_category(observations, at), _lanes(kinds))
    unusual = pa.array(_unusual(rows, observations, at))
    columns = {name: _small(rows[name]) for name in KEPT}
    return pa.table({**columns, "lane": _small(lane), "unusual": unusual})


def _small(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    return pc.dictionary_encode(column) if pa.types.is_string(column.type) else column


def _kinds(timeline: pa.Table) -> pa.Array:
    """Types of the resources that events were made from; empty: none."""
    ids = pc.fill_null(timeline["fhir_id"], "").combine_chunks()
    return pc.list_element(pc.split_pattern(ids, "/", max_splits=1), 0)


def _lanes(kinds: pa.Array) -> pa.Array:
    lanes = said()["lanes"]
    place = pc.fill_null(pc.index_in(kinds, pa.array(list(lanes))), len(lanes))
    return pa.array([*lanes.values(), OTHER]).take(place)


def _observation(rows: pa.Table, observations: pa.Table | None) -> np.ndarray:
    """Of each event the row of its Observation; -1: it has none."""
    if observations is None:
        return np.full(len(rows), -1)
    names = pc.binary_join_element_wise(OBSERVATION, observations["id"], "/")
    found: np.ndarray = pc.fill_null(pc.index_in(rows["fhir_id"], names.combine_chunks()), -1).to_numpy()
    return found


def _category(observations: pa.Table | None, at: np.ndarray) -> pa.Array:
    """The lane that the category of an event's Observation names; null: none."""
    categories = said()["categories"]
    place = np.full(0 if observations is None else len(observations), -1)
    row, code = _codes(observations, "category", list(categories))
    place[row[::-1]] = code[::-1]  # of several the first
    mine = _of_events(place, at, -1)
    return pa.array(list(categories.values())).take(pa.array(mine, mask=mine < 0))


def _unusual(rows: pa.Table, observations: pa.Table | None, at: np.ndarray) -> np.ndarray:
    """What the source says of it, else whether it lies outside of the range that came with it."""
    size = 0 if observations is None else len(observations)
    spoken, odd = np.zeros(size, bool), np.zeros(size, bool)
    spoken[_codes(observations, "interpretation", None)[0]] = True
    odd[_codes(observations, "interpretation", said()["unusual"])[0]] = True
    value = rows["numeric_value"].to_numpy(zero_copy_only=False).astype(float)
    low, high = (_of_events(_bound(observations, bound), at, np.nan) for bound in ("low", "high"))
    with np.errstate(invalid="ignore"):
        outside = (value < low) | (value > high)
    found: np.ndarray = np.where(_of_events(spoken, at, False), _of_events(odd, at, False), outside)
    return found


def _of_events(values: np.ndarray, at: np.ndarray, none: Any) -> np.ndarray:
    """Of each event what its Observation has, or `none`."""
    found: np.ndarray = np.append(values, np.array([none], values.dtype))[at]
    return found


def _codes(rows: pa.Table | None, column: str, wanted: Sequence[str] | None) -> tuple[np.ndarray, np.ndarray]:
    """(row, place in `wanted`) of codes of a list of CodeableConcepts; None: of all codes."""
    if rows is None or column not in rows.column_names:
        return np.zeros(0, int), np.zeros(0, int)
    concepts = rows[column].combine_chunks()
    codings = pc.struct_field(pc.list_flatten(concepts), "coding")
    row = pc.list_parent_indices(concepts).take(pc.list_parent_indices(codings)).to_numpy()
    codes = pc.struct_field(pc.list_flatten(codings), "code")
    place = pc.index_in(codes, codes.unique() if wanted is None else pa.array(wanted), skip_nulls=True)
    held = place.is_valid().to_numpy(zero_copy_only=False)
    return row[held], place.filter(pa.array(held)).to_numpy()


def _bound(rows: pa.Table | None, bound: str) -> np.ndarray:
    """By row, of the first reference range; not a number: none."""
    found = np.full(0 if rows is None else len(rows), np.nan)
    if rows is None or "referenceRange" not in rows.column_names:
        return found
    ranges = rows["referenceRange"].combine_chunks()
    at = pc.list_parent_indices(ranges).to_numpy()
    values = pc.struct_field(pc.list_flatten(ranges), [bound, "value"]).to_numpy(zero_copy_only=False).astype(float)
    found[at[::-1]] = values[::-1]
    return found
