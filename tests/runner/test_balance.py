"""A source that loses rows on the way is found out, wherever it loses them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from contract.errors import CheckFailed
from contract.work import TALLY, Shard
from etl.sources.fhir import Fhir
from etl.sources.tables import Tables
from runner.landing import distinct_rows
from tests.runner.hospital import Hospital, Row, condition, illness, patient, person, weight

ROWS: list[Row] = [person("p1"), *(weight("p1", f"2020-01-0{day}", 60 + day) for day in range(1, 5))]
RESOURCES = [patient("a"), *(condition(f"c{n}", "a") for n in range(4))]
LOST = {"csv": "phi/fhir/Observation", "fhir": "phi/fhir/Condition"}


def halved(shard: Shard) -> Shard:
    """Half of each table is gone, and nothing says so."""
    return {name: rows if "fhir" not in name else rows.slice(0, (len(rows) + 1) // 2) for name, rows in shard.items()}


def silent(shard: Shard) -> Shard:
    """Nothing says what became of the rows."""
    return {name: rows for name, rows in shard.items() if name != TALLY}


def careless(shard: Shard) -> Shard:
    """Half of the rows were never looked at: neither made nor tallied."""
    half = {name: len(halved(shard)[name]) for name in shard}
    lines = shard[TALLY].to_pylist()
    for line in lines:
        line["rows"] = half[line["table"]] if line["became"] == "made" else (line["rows"] + 1) // 2
    return {**halved(shard), TALLY: pa.Table.from_pylist(lines, shard[TALLY].schema)}


@pytest.mark.parametrize("fault", [halved, silent, careless])
@pytest.mark.parametrize("source", ["csv", "fhir"])
def test_rows_lost_are_missed(
    source: str, fault: Callable[[Shard], Shard], hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    hospital.csv("1", *ROWS) if source == "csv" else hospital.fhir("1", *RESOURCES)
    kind: Any = Tables if source == "csv" else Fhir
    read = kind.read
    monkeypatch.setattr(kind, "read", lambda *given: fault(read(*given)))
    with pytest.raises(CheckFailed, match="balance"):
        hospital.night()
    broken = [line["what"] for line in hospital.last_run()["balance"] if not line["holds"]]
    assert broken
    if fault is careless:
        assert f"{source}: raw rows" in broken and any("from the spool on" in what for what in broken)


@pytest.mark.parametrize("engine", [{"kind": "serial"}, {"kind": "pool", "workers": 2, "batch_mb": 0.0005}])
def test_what_became_of_rows_is_told_by_table(engine: dict[str, Any], tmp_path: Path) -> None:
    hospital = Hospital(tmp_path, delivery="full", engine=engine)
    rows = [row for n in range(6) for row in (person(f"p{n}"), illness(f"p{n}", "2020-01-01", "1"))]
    hospital.csv("1", *rows, illness("p1", "yesterday", "2"))
    became = dict.fromkeys(("resources", "nothing", "unchanged", "rejected"), 0)
    assert hospital.night()["sources"]["csv"]["rows_read"] == {
        "conditions": {**became, "resources": 6, "rejected": 1}, "patients": {**became, "resources": 6}
    }  # fmt: skip
    hospital.csv("2", *rows, illness("p1", "yesterday", "2"), illness("p2", "2021-01-01", "2"))
    second = hospital.night()["sources"]["csv"]
    assert second["persons_unchanged"] == 4 and second["rows_read"] == {
        "conditions": {**became, "resources": 3, "unchanged": 4, "rejected": 1},
        "patients": {**became, "resources": 2, "unchanged": 4},
    }
    assert second["resources_made"] == {"Condition": 3, "Patient": 2}


def test_a_line_that_two_raw_tables_refuse_counts_in_each() -> None:
    """One file may hold the rows of several tables: each has its own account of the line."""
    said = {
        "file": ["a.csv"] * 3,
        "line": [2, 2, 2],
        "target": ["orders", "orders", "pharmacy"],
        "rule": ["a", "b", "a"],
    }
    assert distinct_rows(pa.table(said)) == 2
