"""How many raw rows a CPU-second: our whole night beside MEDS-extract and fhir.resources, on the same CSV files.

Ours makes complete FHIR tables and a complete MEDS data set, with checks, digests and quarantine on; MEDS-extract makes
MEDS only; fhir.resources makes one object and its JSON a row. Processes are counted whole, start and imports included.
"""

import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from bench import meds_extract
from bench.copies import copy_folder
from bench.json_line import command, finish, say
from bench.measure import measure, must, noise
from bench.night import Hospital, manifest
from bench.place import workplace

KEYS = (
    "rows", "rows_per_cpu_s", "ratio_meds_extract", "ratio_fhir_resources", "peak_mb", "time_per_row_growth", "parts",
)  # fmt: skip
FHIR_SAMPLE = 20_000


@dataclass(frozen=True)
class Result:
    """One size. CPU-seconds are medians over the repeats; `spread` is from least to most as a share of the median."""

    rows: int
    cpu_s: float
    spread: float
    peak_mb: float
    parts: Mapping[str, float]
    peer_cpu_s: float | None = None

    @property
    def per_row(self) -> float:
        return self.cpu_s / self.rows

    @property
    def ratio(self) -> float | None:
        return self.peer_cpu_s / self.cpu_s if self.peer_cpu_s else None


def ours(tables: Path, rows: int, work: Path, repeats: int) -> Result:
    """The night on a fresh lake, serial engine."""
    costs, parts = [], {}
    for turn in range(repeats):
        hospital = Hospital(work / f"night_{rows}_{turn}")
        hospital.configure()
        hospital.deliver("export", tables)
        costs.append(hospital.run())
        found = manifest(hospital.snapshot())
        parts = {name: round(part["cpu_seconds"], 2) for name, part in found.get("parts", {}).items()}
        _show(found)
        shutil.rmtree(hospital.folder)
    cpu = noise([cost.cpu_s for cost in costs])
    return Result(rows, cpu.median, cpu.spread, max(cost.peak_mb for cost in costs), parts)


def _show(found: Mapping[str, object]) -> None:
    """What the night made, so that the work compared is seen to be the same."""
    tables = found.get("tables")
    made = {name: part["rows"] for name, part in tables.items()} if isinstance(tables, dict) else {}
    fhir = sum(rows for name, rows in made.items() if name.startswith("phi/fhir/"))
    say(f"  made {fhir} resources, {made.get('phi/timeline', 0)} events; {made.get('phi/quarantine', 0)} quarantined")


def peer(tables: Path, rows: int, home: Path, repeats: int) -> float:
    """CPU-seconds of MEDS-extract."""
    costs = []
    for turn in range(repeats):
        done = meds_extract.extract(tables, home, tables.parent, f"{rows}_{turn}")
        say(f"  MEDS-extract: {done.cost.cpu_s:.1f} CPU-s, {done.cost.peak_mb:.0f} MB, {done.events} events")
        costs.append(done.cost.cpu_s)
        shutil.rmtree(tables.parent / f"meds_{rows}_{turn}")
    return noise(costs).median


def objects(tables: Path, work: Path) -> float:
    """CPU-seconds a row of fhir.resources, in a process of its own."""
    log = work / "fhir_objects.log"
    command = [sys.executable, "-m", "bench.fhir_objects", str(tables / "observations.csv"), str(FHIR_SAMPLE)]
    must(measure(command, log), "fhir.resources", log)
    said = json.loads(log.read_text().splitlines()[-1])
    say(f"fhir.resources {said['version']}: {said['rows'] / said['cpu_s']:.0f} rows a CPU-second")
    return float(said["cpu_s"] / said["rows"])


def size(source: Path, copies: int, work: Path, *, home: Path | None, repeats: int) -> tuple[Result, Path]:
    """One size, measured; `home` is the environment of MEDS-extract, null to leave it out."""
    tables = work / f"input_{copies}"
    rows = sum(copy_folder(source, tables, copies).values())
    say(f"{copies} copies: {rows} raw rows")
    result = ours(tables, rows, work, repeats)
    say(f"  night: {result.cpu_s:.1f} CPU-s (spread {result.spread:.0%}), {result.peak_mb:.0f} MB, {result.parts}")
    if home:
        result = replace(result, peer_cpu_s=peer(tables, rows, home, repeats))
        say(f"  ratio to MEDS-extract: {result.ratio:.2f}")
    return result, tables


def values(results: list[Result], object_s: float | None) -> dict[str, object]:
    """The JSON line: figures of the largest size; growth from the smallest to it."""
    first, last = min(results, key=lambda r: r.rows), max(results, key=lambda r: r.rows)
    return {
        "rows": last.rows,
        "rows_per_cpu_s": round(1 / last.per_row),
        "ratio_meds_extract": round(last.ratio, 2) if last.ratio else None,
        "ratio_fhir_resources": round(object_s / last.per_row, 1) if object_s else None,
        "peak_mb": round(last.peak_mb),
        "time_per_row_growth": round(last.per_row / first.per_row - 1, 3) if len(results) > 1 else None,
        "parts": last.parts,
    }


def main(
    source: Annotated[Path, typer.Option("--input", help="Folder of Synthea CSV tables.")],
    copies: Annotated[list[int], typer.Option(help="Copies of every person; give it again for a second size.")],
    peers: Annotated[bool, typer.Option(help="Run MEDS-extract and fhir.resources beside our night.")] = True,
    repeats: Annotated[int, typer.Option(help="Runs of each; the median counts.")] = 1,
    work: Annotated[Path | None, typer.Option(help="Folder for the peer and logs; kept.")] = None,
) -> None:
    """Raw rows per CPU-second, and whether time per row stays flat as the input grows.

    Example: python -m bench.etl --input synthea/csv --copies 25 --copies 242 --work /fast/disk/bench

    25 copies of the 59-person sample are 1M rows, 242 are 10M (2 GB of CSV; allow 10 GB of disk). The JSON line shows
    the largest size; the other sizes are on stderr. Ratios are CPU-seconds per row of the peer over ours, same run.
    """
    results, object_s = [], None
    with workplace("etl", work) as place:
        home = meds_extract.install(work.resolve() if work else place) if peers else None
        say(f"peer: {meds_extract.versions(home) if home else 'none'}")
        for count in sorted(copies):
            result, tables = size(source, count, place, home=home, repeats=repeats)
            object_s = object_s or (objects(tables, place) if peers else None)
            results.append(result)
            shutil.rmtree(tables)
    finish(KEYS, values(results, object_s))


if __name__ == "__main__":
    command(main)
