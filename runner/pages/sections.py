"""A manifest turned into what the report's page shows, section by section; no PHI comes in, so none goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from eval.drawing import plots
from runner.account import Manifest, change, count, quarantined, rows_in, seconds, size, told
from schemas.registry import tables as tables_declared

LONGEST = 1440  # months drawn at most: 120 years
TAIL = 0.002  # share of events on each side that may lie outside the drawn months: a birth in 1911 is no news


@dataclass(frozen=True)
class Bar:
    """One line of a bar list; `share` of the longest, 0 to 100."""

    name: str
    share: float
    said: str
    note: str = ""
    second: float = 0.0  # a paler bar behind it


@dataclass(frozen=True)
class Coverage:
    events: Markup
    persons: Markup
    ticks: tuple[tuple[float, str], ...]  # percent from the left, year
    said: str
    most: str


def figures(manifest: Manifest) -> list[tuple[str, str]]:
    """The large numbers under the verdict."""
    events = manifest.get("tables", {}).get("phi/timeline", {}).get("rows")
    return [
        ("persons", f"{manifest['persons']:,}" if manifest.get("persons") is not None else "–"),
        ("raw rows in", f"{rows_in(manifest):,}"),
        ("timeline events", f"{events:,}" if events is not None else "–"),
        ("in quarantine", f"{quarantined(manifest):,}"),
        ("wall time", seconds(manifest.get("seconds", 0))),
        ("CPU time", seconds(manifest.get("cpu_seconds", 0))),
        ("peak memory", size(manifest.get("peak_mb", 0) * 1e6)),
    ]


def tables(manifest: Manifest) -> list[dict[str, Any]]:
    """Rows of the tables, and what changed since last night."""
    return [
        {
            "name": name,
            "rows": f"{said['rows']:,}",
            "change": change(said["rows"], said.get("rows_before")),
            "files": f"{said.get('files_written', 0):,} of {said.get('files', 0):,}",
            "bytes": size(said.get("bytes", 0)),
            "digest": str(said.get("digest", ""))[:12],
        }
        for name, said in told(manifest).items()
    ]


def memory_of_nights(manifest: Manifest) -> str:
    """What the runner keeps for itself: digests of units, partial summaries."""
    own = [said for name, said in manifest.get("tables", {}).items() if name not in tables_declared()]
    return f"{count(sum(said['files'] for said in own), 'file')}, {size(sum(said['bytes'] for said in own))}"


def empty_tables(manifest: Manifest) -> list[str]:
    """Declared tables in which nobody has written a row yet."""
    said = manifest.get("tables", {})
    return [name for name in tables_declared() if not said.get(name, {}).get("rows")] if said else []


def rules(entries: Sequence[Mapping[str, Any]]) -> list[Bar]:
    """Quarantine or warnings: one bar a rule and target, longest first."""
    most = max((entry["rows"] for entry in entries), default=1)
    ordered = sorted(entries, key=lambda entry: (-entry["rows"], entry["rule"], str(entry.get("target"))))
    return [Bar(entry["rule"], 100 * entry["rows"] / most, f"{entry['rows']:,}", _where(entry)) for entry in ordered]


def _where(entry: Mapping[str, Any]) -> str:
    return " · ".join(str(entry[key]) for key in ("source", "target") if entry.get(key))


def parts(manifest: Manifest) -> list[Bar]:
    """Time of each part of the night in its order: CPU in front, wall time added over workers behind."""
    spent = manifest.get("parts", {})
    most = max((max(p["seconds"], p["cpu_seconds"]) for p in spent.values()), default=0) or 1
    return [
        Bar(
            name,
            100 * part["cpu_seconds"] / most,
            f"{seconds(part['cpu_seconds'])} CPU",
            f"{seconds(part['seconds'])} wall",
            100 * part["seconds"] / most,
        )
        for name, part in spent.items()
    ]


def steps(manifest: Manifest) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "uses": step.get("uses", ""),
            "version": step.get("version", ""),
            "units": f"{step.get('units_run', 0):,} of {step.get('units', 0):,}",
            "rows_in": f"{sum(step.get('rows_in', {}).values()):,}",
            "rows_out": f"{sum(step.get('rows_out', {}).values()):,}",
            "cpu": seconds(step.get("cpu_seconds", 0)),
            "wall": seconds(step.get("seconds", 0)),
        }
        for name, step in manifest.get("steps", {}).items()
    ]


def memory(manifest: Manifest) -> dict[str, Any] | None:
    """Peak memory and rows of each batch, as two rows of columns."""
    batches = manifest.get("batches", ())
    if not batches:
        return None
    peaks, rows = [b.get("peak_mb", 0) for b in batches], [b.get("rows", 0) for b in batches]
    return {
        "peaks": plots.columns(peaks, label="peak memory of the worker after each batch"),
        "rows": plots.columns(rows, label="raw rows of each batch"),
        "most": size(max(peaks) * 1e6),
        "most_rows": f"{max(rows):,} rows",
        "batches": len(batches),
    }


def coverage(manifest: Manifest) -> Coverage | None:
    """Events and persons by month, without the thin tails on either side."""
    months = sorted((m for m in manifest.get("coverage", ()) if m.get("month")), key=lambda m: m["month"])
    if not months:
        return None
    drawn = _filled(_without_tails(months))
    events, persons = [m["events"] for m in drawn], [m["persons"] for m in drawn]
    outside = sum(m["events"] for m in months) - sum(events)
    said = f"{drawn[0]['month']} to {drawn[-1]['month']}"
    if outside:
        said += f"; {count(outside, 'event')} before or after, from {months[0]['month']} to {months[-1]['month']}"
    return Coverage(
        plots.area(events, label=f"events by month, {said}"),
        plots.line(persons, label=f"persons with an event by month, {said}"),
        tuple(_ticks([m["month"] for m in drawn])),
        said,
        f"{max(events):,} events and {max(persons):,} persons in the fullest month",
    )


def _without_tails(months: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    allowed = TAIL * sum(m["events"] for m in months)
    first, last, left, right = 0, len(months), 0, 0
    while first < last - 1 and (left := left + months[first]["events"]) <= allowed:
        first += 1
    while last > first + 1 and (right := right + months[last - 1]["events"]) <= allowed:
        last -= 1
    return _fullest(months[first:last])


def _fullest(months: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The stretch of LONGEST months that holds most events: all of them, unless a date in the year 9999 got through."""
    best, most, begin, held = (0, 0), -1, 0, 0
    for end, month in enumerate(months):
        held += month["events"]
        while _ordinal(month["month"]) - _ordinal(months[begin]["month"]) >= LONGEST:
            held -= months[begin]["events"]
            begin += 1
        if held > most:
            best, most = (begin, end + 1), held
    return list(months[best[0] : best[1]])


def _filled(months: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Months without events, between those that have some, as zeros."""
    out: list[Mapping[str, Any]] = [months[0]]
    for before, after in pairwise(months):
        gap = range(_ordinal(before["month"]) + 1, _ordinal(after["month"]))
        out += [{"month": f"{o // 12:04d}-{o % 12 + 1:02d}", "events": 0, "persons": 0} for o in gap]
        out.append(after)
    return out


def _ordinal(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def _ticks(months: Sequence[str]) -> list[tuple[float, str]]:
    """January of every year, or of every second, fifth, ... so that at most nine labels stand on the axis."""
    januaries = [(100 * i / len(months), m[:4]) for i, m in enumerate(months) if m.endswith("-01")]
    for every in (1, 2, 5, 10, 20, 50, 100, 1000):
        kept = [(at, year) for at, year in januaries if int(year) % every == 0]
        if len(kept) <= 9:
            return kept
    return []
