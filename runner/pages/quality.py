"""The report's section on how good the data are: shares of failed rows in the terms of Kahn 2016; counts only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log10
from typing import Any

from etl.quality.knowledge import CATEGORIES, checks
from runner.account import Manifest

FLOOR = -5  # of the bars, which are logarithmic: a share of 0.001 % is their beginning


@dataclass(frozen=True)
class Row:
    check: str
    says: str
    source: str
    table: str
    failed: str
    of: str
    share: str
    allowed: str
    mark: str  # bad: above the threshold
    bar: float


@dataclass(frozen=True)
class Group:
    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Section:
    said: str
    groups: tuple[Group, ...]  # checks that failed somewhere, by category
    every: tuple[Row, ...]


def section(manifest: Manifest) -> Section | None:
    entries = [entry for entry in manifest.get("quality", ()) if entry["check"] in checks()]
    if not entries:
        return None
    added = _added(entries)
    bad = [entry for entry in added if entry["failed"]]
    above = sum(_above(entry) for entry in bad)
    said = f"{len(added) - len(bad)} of {len(added)} hold without exception, {above} are above what is allowed."
    groups = tuple(
        Group(f"{category}: {sub}" if sub else category, rows)
        for category, subs in CATEGORIES.items()
        for sub in subs
        if (rows := tuple(_row(e) for e in bad if (e["category"], e["subcategory"]) == (category, sub)))
    )
    order = {name: at for at, name in enumerate(checks())}
    every = sorted(entries, key=lambda entry: (order[entry["check"]], entry["source"], entry["table"]))
    return Section(said, groups, tuple(map(_row, every)))


def _added(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """By check and source, over tables, in the order of the checks."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for name in checks():
        for entry in entries:
            if entry["check"] == name:
                sums = found.setdefault((name, entry["source"]), {**entry, "table": "", "failed": 0, "looked_at": 0})
                sums["failed"] += entry["failed"]
                sums["looked_at"] += entry["looked_at"] or entry["failed"]
    return list(found.values())


def _share(entry: Mapping[str, Any]) -> float:
    return float(entry["failed"] / entry["looked_at"]) if entry["looked_at"] else 0.0


def _above(entry: Mapping[str, Any]) -> bool:
    return entry["threshold"] is not None and _share(entry) > entry["threshold"]


def _row(entry: Mapping[str, Any]) -> Row:
    known, share = checks()[entry["check"]], _share(entry)
    return Row(
        entry["check"],
        f"{known.says}; of {known.of}",
        entry["source"],
        entry["table"],
        f"{entry['failed']:,}",
        "" if entry["looked_at"] is None else f"{entry['looked_at']:,}",
        _percent(share) if entry["looked_at"] else "",
        "" if entry["threshold"] is None else _percent(entry["threshold"]),
        "bad" if _above(entry) else "",
        100 * (1 - max(log10(share), FLOOR) / FLOOR) if share > 0 else 0.0,
    )


def _percent(share: float) -> str:
    """Two figures: 0.05 %, 1.2 %, 12 %."""
    return f"{float(f'{100 * share:.2g}'):g} %"
