"""How the etl bench reckons, and that every bench explains itself."""

from types import ModuleType

import pytest
import typer
from typer.testing import CliRunner

from bench import crash, dirty, etl, increment
from bench.etl import Result, values

SMALL = Result(rows=1_000, cpu_s=2.0, spread=0.1, peak_mb=300.4, parts={"read": 1.0}, peer_cpu_s=5.0)
LARGE = Result(rows=10_000, cpu_s=22.0, spread=0.1, peak_mb=400.4, parts={"read": 9.0}, peer_cpu_s=44.0)


def test_figures_are_those_of_the_largest_size() -> None:
    assert values([SMALL, LARGE], object_s=0.022) == {
        "rows": 10_000,
        "rows_per_cpu_s": 455,
        "ratio_meds_extract": 2.0,
        "ratio_fhir_resources": 10.0,
        "peak_mb": 400,
        "time_per_row_growth": 0.1,
        "parts": {"read": 9.0},
    }


def test_what_was_not_measured_is_null() -> None:
    alone = Result(rows=1_000, cpu_s=2.0, spread=0.0, peak_mb=300.0, parts={})
    line = values([alone], object_s=None)
    assert [key for key, value in line.items() if value is None] == [
        "ratio_meds_extract", "ratio_fhir_resources", "time_per_row_growth",
    ]  # fmt: skip
    assert tuple(line) == etl.KEYS


@pytest.mark.parametrize("bench", [crash, dirty, etl, increment], ids=lambda bench: bench.__name__)
def test_every_bench_teaches(bench: ModuleType) -> None:
    app = typer.Typer()
    app.command()(bench.main)
    said = CliRunner().invoke(app, ["--help"])
    assert said.exit_code == 0
    assert f"Example: python -m {bench.__name__}" in said.output
