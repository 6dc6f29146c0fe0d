"""How fast a hospital is simulated: rows of its CSV tables a CPU-second, and the memory it takes."""

import sys
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from bench.json_line import command, finish, say
from bench.measure import measure, must
from bench.place import workplace

KEYS = ("patients", "rows", "rows_per_cpu_s", "peak_mb")
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # as chartloom sets them; idle ones spin


def main(
    patients: Annotated[int, typer.Option(help="Persons to simulate.")] = 4096,
    notes: Annotated[bool, typer.Option(help="Write notes and image embeddings as well.")] = False,
    work: Annotated[Path | None, typer.Option(help="Folder for the hospital; kept.")] = None,
) -> None:
    """Rows a CPU-second of `chartloom simulate`, in a process of its own, imports included.

    Example: python -m bench.simulate --patients 20000 --notes
    """
    with workplace("simulate", work) as place:
        out, wanted = place / "hospital", ["notes", "embeddings"]
        options = [text for name in wanted for text in ("--set", f"{name}={str(notes).lower()}")]
        said = [
            sys.executable,
            "-m",
            "runner.cli",
            "simulate",
            "--patients",
            str(patients),
            "--out",
            str(out),
            *options,
        ]
        cost = must(measure(said, place / "log", env=ONE_THREAD), "the simulation", place / "log")
        rows = sum(_rows(path) for path in sorted((out / "csv").glob("*.csv")))
        say(f"{rows} rows in {cost.cpu_s:.1f} CPU-s")
    finish(
        KEYS, {"patients": patients, "rows": rows, "rows_per_cpu_s": round(rows / cost.cpu_s), "peak_mb": cost.peak_mb}
    )


def _rows(path: Path) -> int:
    """Notes stand on many lines, so lines are not rows."""
    found = duckdb.execute(
        "SELECT count(*) FROM read_csv(?, all_varchar = true, header = true)", [str(path)]
    ).fetchone()
    return int(found[0]) if found else 0


if __name__ == "__main__":
    command(main)
