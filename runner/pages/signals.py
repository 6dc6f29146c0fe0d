"""The report on signals in the hospital's own records: the strongest pairs, their intervals and trends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markupsafe import Markup

from eval.drawing import plots
from eval.drawing.forest import Interval, forest
from runner.account import Manifest, count

WHY = {
    "event-before-drug": "as frequent before the drug as after",
    "reason-for-drug": "the illness that the drug is given for",
    "cohort-against": "new users have it less often than others",
    "uncalibrated": "not calibrated",
}
DRAWN, TRENDS = 15, 8
LEAST, MOST = 0.001, 10_000  # figures beyond are not told in full


@dataclass(frozen=True)
class Trend:
    name: str
    said: str
    plot: Markup


@dataclass(frozen=True)
class Section:
    said: str
    forest: Markup
    rows: tuple[Mapping[str, str], ...]
    trends: tuple[Trend, ...]


def section(manifest: Manifest) -> Section | None:
    """Nothing where no summary looks for signals."""
    said = manifest.get("signals")
    if not said:
        return None
    rows = said["strongest"]
    picture = forest([_interval(row) for row in rows[:DRAWN]], "rate ratios of the strongest pairs with 95 % intervals")
    return Section(_said(said), picture, tuple(_row(row) for row in rows), tuple(_trends(rows, said["trends"])))


def _said(said: Mapping[str, Any]) -> str:
    told = f"{count(said['pairs'], 'pair')} of drug and event had enough cases; {said['signals']:,} stand out."
    if said["controls"]:
        return f"{told} Of {count(said['controls'], 'negative control')} {said['controls_flagged']:,} did."
    return f"{told} No negative controls were named, so the ratios are not calibrated (docs/adverse.md)."


def _interval(row: Mapping[str, Any]) -> Interval:
    said = _between(row["ratio"], row["lower"], row["upper"])
    return Interval(_name(row), row["ratio"], row["lower"], row["upper"], said, row["signal"])


def _row(row: Mapping[str, Any]) -> dict[str, str]:
    cohort = row["cohort_ratio"]
    return {
        "drug": row["drug_name"],
        "event": row["event_name"],
        "cases": "under 5" if row["cases"] is None else f"{row['cases']:,}",
        "ratio": _between(row["ratio"], row["lower"], row["upper"]),
        "q": f"{row['q']:.2g}" if row["q"] >= LEAST else f"under {LEAST}",
        "cohort": _between(cohort, row["cohort_lower"], row["cohort_upper"]) if cohort else "too few",
        "said": "signal" if row["signal"] else "; ".join(WHY.get(flag, flag) for flag in row["flags"] or ()),
    }


def _between(value: float, lower: float, upper: float) -> str:
    return f"{_figure(value)} ({_figure(lower)} to {_figure(upper)})"


def _figure(value: float) -> str:
    """Two digits that mean something, and no powers of ten."""
    if value >= MOST:
        return f"over {MOST:,}"
    return f"{float(f'{value:.2g}'):,.0f}" if value >= 99.5 else f"{value:.2g}" if value >= LEAST else f"under {LEAST}"


def _name(row: Mapping[str, Any]) -> str:
    return f"{row['drug_name']} · {row['event_name']}"


def _trends(rows: Sequence[Mapping[str, Any]], periods: Sequence[Mapping[str, Any]]) -> list[Trend]:
    """Periods between the first and the last of a pair that have no case are empty columns."""
    names = {(row["drug"], row["event"]): _name(row) for row in rows}
    key = lambda one: (one["drug"], one["event"])  # noqa: E731
    found = {pair: list(held) for pair, held in groupby(sorted(periods, key=key), key=key)}
    out = []
    for pair in [pair for pair in names if pair in found][:TRENDS]:
        held = {_ordinal(one["period"]): one["cases"] for one in found[pair]}
        values = [held.get(k, 0) for k in range(min(held), max(held) + 1)]
        ends = sorted(one["period"] for one in found[pair])
        said = f"{ends[0]} to {ends[-1]}, up to {max(values):,} {_unit(ends[0])}"
        out.append(Trend(names[pair], said, plots.columns(values, label=f"cases of {names[pair]} over time")))
    return out


def _ordinal(period: str) -> int:
    year, _, part = period.partition("-")
    if part.startswith("Q"):
        return int(year) * 4 + int(part[1:]) - 1
    return int(year) * 12 + int(part) - 1 if part else int(year)


def _unit(period: str) -> str:
    return "a quarter" if "Q" in period else "a month" if "-" in period else "a year"
