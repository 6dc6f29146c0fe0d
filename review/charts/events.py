"""The timeline of a stay as the page shows it: readable names, values with units."""

from collections.abc import Mapping
from datetime import datetime

import pyarrow as pa

from review.charts.chart import Event
from review.charts.told import said

MOST = 3000  # events of one chart; what follows is not shown
COLUMNS = ("time", "lane", "code", "numeric_value", "text_value", "unit", "unusual")


def events(rows: pa.Table, names: Mapping[str, str]) -> tuple[Event, ...]:
    """`rows`: as charts/told.py tells the timeline, of one stay."""
    columns = (column.to_pylist() for column in rows.slice(0, MOST).select(COLUMNS).columns)
    found = [_event(row, names) for row in zip(*columns, strict=True)]
    return tuple(sorted(found, key=lambda event: event.time or datetime.min))


Row = tuple[datetime | None, str, str, float | None, str | None, str | None, bool]


def _event(row: Row, names: Mapping[str, str]) -> Event:
    time, lane, code, number, text, unit, unusual = row
    name = _name(code, names, text)
    if number is not None:
        value = f"{number:.6g} {unit}" if unit else f"{number:.6g}"
    else:
        value = "" if text is None or text == name else text
    return Event(time, lane, name, code, value, unusual)


def _name(code: str, names: Mapping[str, str], text: str | None) -> str:
    head, _, last = code.rpartition("//")
    added = said()["suffixes"].get(last, "")
    found = names.get(code) or (added and names.get(head))
    if not found and code.startswith("UNCODED//"):
        found = text
    base = found or (head.rpartition("//")[2] if added else last)
    return f"{base} ({added})" if added else str(base)
