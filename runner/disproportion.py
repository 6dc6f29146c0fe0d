"""`chartloom signals`: a file of reports measured into a folder: tables, trends, rejected rows and a page."""

import json
import math
from collections.abc import Callable, Mapping
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pv
import pyarrow.parquet as pq
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from contract.errors import InputError
from eval.drawing import plots
from eval.drawing import style as drawing
from eval.drawing.forest import Interval, forest, volcano
from nlp.adverse.signals.disproportion import Measured, Measuring, measure
from nlp.adverse.signals.reports import Reading

SHOWN, DRAWN, TRENDS, POINTS = 100, 25, 12, 3000


def run(reports: Path, out: Path, reading: Reading, measuring: Measuring, tell: Callable[[str], None]) -> Measured:
    """Measures the reports and writes the folder, the page last of all."""
    if out.exists() and any(out.iterdir()):
        raise InputError(f"{out} is not empty; name a new folder, so that two runs do not mix.")
    measured = measure(reports, reading, measuring, tell)
    tell("writing")
    out.mkdir(parents=True, exist_ok=True)
    pq.write_table(measured.signals, out / "signals.parquet", compression="zstd")
    flat = measured.signals.set_column(
        measured.signals.schema.get_field_index("flags"), "flags", _joined(measured.signals["flags"])
    )
    pv.write_csv(flat, out / "signals.csv")
    pq.write_table(measured.trends, out / "trends.parquet", compression="zstd")
    pv.write_csv(measured.rejected, out / "rejected.csv")
    (out / "account.json").write_text(json.dumps(account(measured, measuring), indent=1) + "\n", encoding="utf-8")
    (out / "signals.html").write_text(page(measured, reading, measuring), encoding="utf-8")
    return measured


def account(measured: Measured, measuring: Measuring) -> dict[str, Any]:
    said = measured.account
    return {
        "rows": said.rows, "rejected": said.rejected, "duplicates": said.duplicates, "reports": said.reports,
        "reports_without_date": said.undated, "pairs": len(measured.cells.a), "pairs_measured": len(measured.signals),
        "counting": measuring.counting, "prior": dict(zip(
            ("alpha1", "beta1", "alpha2", "beta2", "w"), measured.prior.values(), strict=True)),
    }  # fmt: skip


def page(measured: Measured, reading: Reading, measuring: Measuring) -> str:
    pages = resources.files("runner.pages")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = environment.from_string(pages.joinpath("disproportion.html").read_text(encoding="utf-8"))
    css = Markup(pages.joinpath("report.css").read_text(encoding="utf-8") + drawing.css())
    rows = measured.signals.slice(0, SHOWN).to_pylist()
    called = sum(row >= 2 for row in measured.signals["eb05"].to_pylist())
    return template.render(
        css=css,
        headline=f"{called:,} of {len(measured.signals):,} pairs stand out" if rows else "No pair has enough reports",
        figures=_figures(account(measured, measuring)),
        forest=forest([_interval(row) for row in rows[:DRAWN]], "EBGM of the strongest pairs with 90 % intervals"),
        volcano=volcano(_points(measured.signals), "reporting odds ratios and their p"),
        cut=f"{POINTS:,}" if len(measured.signals) > POINTS else "",
        rows=[_shown(row) for row in rows],
        trends=_trends(measured.trends, [(row["drug"], row["event"]) for row in rows[:TRENDS]]),
        how=_how(measured, reading, measuring),
    )  # fmt: skip


def _figures(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name.replace("_", " "), f"{n:,}") for name, n in said.items() if isinstance(n, int)]


def _interval(row: Mapping[str, Any]) -> Interval:
    return Interval(
        f"{row['drug']} · {row['event']}", row["ebgm"], row["eb05"], row["eb95"],
        f"{row['ebgm']:.2f} ({row['eb05']:.2f} to {row['eb95']:.2f})", row["eb05"] >= 2,
    )  # fmt: skip


def _shown(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "drug": row["drug"], "event": row["event"],
        "reports": f"{row['reports']:,}", "expected": f"{row['expected']:,.1f}",
        "eb": f"{row['ebgm']:.2f} ({row['eb05']:.2f} to {row['eb95']:.2f})",
        "prr": f"{row['prr']:.2f} ({row['prr_lower']:.2f} to {row['prr_upper']:.2f})",
        "chi": f"{row['chi_square']:,.1f}",
        "ror": f"{row['ror']:.2f} ({row['ror_lower']:.2f} to {row['ror_upper']:.2f})",
        "ic": f"{row['ic']:.2f} ({row['ic025']:.2f})", "q": f"{row['q']:.2g}",
    }  # fmt: skip


def _points(signals: pa.Table) -> list[tuple[float, float, bool]]:
    first = signals.sort_by("ror_p").slice(0, POINTS)
    columns = (first[name].to_pylist() for name in ("ror", "ror_p", "q"))
    return [(math.log2(r), -math.log10(max(p, 1e-300)), q <= 0.05) for r, p, q in zip(*columns, strict=True) if r > 0]


def _trends(trends: pa.Table, pairs: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """One row of columns a pair, months without a report between them as zeros."""
    wanted = set(pairs)
    rows = [row for row in trends.to_pylist() if (row["drug"], row["event"]) in wanted]
    found = {key: list(held) for key, held in groupby(rows, key=lambda row: (row["drug"], row["event"]))}
    out = []
    for drug, event in pairs:
        counted = {
            row["month"].year * 12 + row["month"].month - 1: row["reports"] for row in found.get((drug, event), ())
        }
        if counted:
            first, last = min(counted), max(counted)
            values = [counted.get(month, 0) for month in range(first, last + 1)]
            said = f"{_month(first)} to {_month(last)}, up to {max(values):,} a month"
            name = f"{drug} · {event}"
            out.append({"name": name, "said": said, "plot": plots.columns(values[-1440:], label=f"{name} by month")})
    return out


def _month(ordinal: int) -> str:
    return f"{ordinal // 12:04d}-{ordinal % 12 + 1:02d}"


def _how(measured: Measured, reading: Reading, measuring: Measuring) -> list[tuple[str, str]]:
    prior = ", ".join(f"{value:.4g}" for value in measured.prior.values())
    strata = f"summed over strata of {', '.join(reading.strata)}" if reading.strata else "of the whole file"
    return [
        ("margins count", measuring.counting),
        ("pairs", "each drug of a report with each of its events" if reading.cross else "as listed in the rows"),
        ("expected counts", strata),
        ("IC", "Norén's, from stratified counts" if reading.strata else "BCPNN"),
        ("least reports of a pair", str(measuring.least)),
        ("prior of EBGM", f"{prior} (shape, rate, shape, rate, weight), by {measuring.like} fit"),
    ]  # fmt: skip


def _joined(lists: Any) -> pa.Array:
    return pa.array([" ".join(each) for each in lists.to_pylist()], pa.string())
