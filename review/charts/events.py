"""The timeline of a stay as the page shows it: lanes, readable names, values with units, and which are unusual."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import yaml

from review.charts.chart import Event

MOST = 3000  # events of one chart; what follows is not shown
OTHER = "other"


@cache
def _said() -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_name("lanes.yaml").read_text(encoding="utf-8"))
    return found


@dataclass(frozen=True, slots=True)
class Measured:
    """What the Observation of an event says of it."""

    category: str = ""
    unusual: bool | None = None  # None: it does not say
    low: float | None = None
    high: float | None = None


def events(rows: pa.Table, observed: Mapping[str, Measured], names: Mapping[str, str]) -> tuple[Event, ...]:
    """`rows`: of the timeline, of one stay, by time. `observed`: by id of the Observation."""
    found = (_event(row, observed, names) for row in rows.slice(0, MOST).to_pylist())
    shown = (event for event in found if event is not None)
    return tuple(sorted(shown, key=lambda event: event.time or datetime.min))


def _event(row: Mapping[str, Any], observed: Mapping[str, Measured], names: Mapping[str, str]) -> Event | None:
    kind, _, key = (row["fhir_id"] or "").partition("/")
    lane = _said()["lanes"].get(kind, OTHER)
    name = _name(row["code"], names, row["text_value"])
    if kind in _said()["left_out"] or (lane == "procedures" and row["code"].endswith("//END")):
        return None
    seen = observed.get(key, Measured()) if kind == "Observation" else Measured()
    lane = _said()["categories"].get(seen.category, lane)
    value = _value(row, name)
    return Event(row["time"], lane, name, row["code"], value, _unusual(row["numeric_value"], seen))


def _name(code: str, names: Mapping[str, str], text: str | None) -> str:
    head, _, last = code.rpartition("//")
    added = _said()["suffixes"].get(last, "")
    found = names.get(code) or (added and names.get(head))
    if not found and code.startswith("UNCODED//"):
        found = text
    base = found or (head.rpartition("//")[2] if added else last)
    return f"{base} ({added})" if added else str(base)


def _value(row: Mapping[str, Any], name: str) -> str:
    number, text = row["numeric_value"], row["text_value"]
    if number is None:
        return "" if text is None or text == name else str(text)
    said = f"{number:.6g}"
    return f"{said} {row['unit']}" if row["unit"] else said


def _unusual(number: float | None, seen: Measured) -> bool:
    if seen.unusual is not None:
        return seen.unusual
    if number is None:
        return False
    return (seen.low is not None and number < seen.low) or (seen.high is not None and number > seen.high)


def measured(observations: pa.Table | None, wanted: Sequence[str]) -> dict[str, Measured]:
    """By id, of the Observations of some events: fhir_ids without their type."""
    if observations is None or not wanted:
        return {}
    rows = observations.filter(pc.is_in(observations["id"], pa.array(wanted, pa.string())))
    categories, said = _codes(rows, "category"), _codes(rows, "interpretation")
    low, high = _bounds(rows, "low"), _bounds(rows, "high")
    return {
        key: Measured(_category(categories.get(at, [])), _interpreted(said.get(at)), low.get(at), high.get(at))
        for at, key in enumerate(rows["id"].to_pylist())
    }


def _category(codes: Sequence[str]) -> str:
    return next((code for code in codes if code in _said()["categories"]), "")


def _interpreted(codes: Sequence[str] | None) -> bool | None:
    return any(code in _said()["unusual"] for code in codes) if codes else None


def _codes(rows: pa.Table, column: str) -> dict[int, list[str]]:
    """By row, of a list of CodeableConcepts; column by column, for there are hundreds of rows."""
    if column not in rows.column_names:
        return {}
    concepts = rows[column].combine_chunks()
    codings = pc.struct_field(pc.list_flatten(concepts), "coding")
    at = pc.list_parent_indices(concepts).take(pc.list_parent_indices(codings)).to_pylist()
    found: dict[int, list[str]] = {}
    for row, code in zip(at, pc.struct_field(pc.list_flatten(codings), "code").to_pylist(), strict=True):
        found.setdefault(row, []).append(code or "")
    return found


def _bounds(rows: pa.Table, bound: str) -> dict[int, float]:
    """By row, of the first reference range."""
    if "referenceRange" not in rows.column_names:
        return {}
    ranges = rows["referenceRange"].combine_chunks()
    at = pc.list_parent_indices(ranges).to_pylist()
    values = pc.struct_field(pc.list_flatten(ranges), [bound, "value"]).to_pylist()
    found: dict[int, float | None] = {}
    for row, value in zip(at, values, strict=True):
        found.setdefault(row, value)
    return {row: value for row, value in found.items() if value is not None}
