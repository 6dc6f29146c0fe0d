"""The examples of docs/query.md, run on a lake whose FHIR files differ in their columns."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from etl.timeline.valid import problems
from schemas.registry import table
from tests.runner.hospital import Hospital, person, weight

PAGE = Path(__file__).parents[1] / "docs" / "query.md"
EXAMPLES = dict(re.findall(r"^## (\w+)\n.*?^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S))
WORDS = [None, "a lot", None]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a lake of two shards; only the second has an answer in words."""
    hospital = Hospital(tmp_path_factory.mktemp("researcher"), numbers={"shard_subjects": 1, "max_loss": 1.0})
    answer = weight("p2", "2020-01-02", "a lot", TYPE="text", UNITS="")
    hospital.csv(
        "2026-01", person("p1"), person("p2"), weight("p1", "2020-01-01", 70), answer, weight("p2", "2020-01-03", 71)
    )
    hospital.night()
    return hospital.root


@pytest.fixture
def ran(home: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the names of an example stand for after it ran."""
    monkeypatch.chdir(home)
    names: dict[str, Any] = {}
    exec(compile(EXAMPLES[request.param], f"docs/query.md, {request.param}", "exec"), names)
    return names


def test_every_tool_has_an_example() -> None:
    assert list(EXAMPLES) == ["DuckDB", "pandas", "pyarrow", "datasets", "MEDS", "Findings"]


@pytest.mark.parametrize("ran", ["DuckDB"], indirect=True)
def test_duckdb(ran: dict[str, Any]) -> None:
    assert len(ran["events"]) == 3
    assert [None if pd.isna(said) else said for said in ran["answers"]["words"]] == WORDS
    assert ran["answers"]["number"].dropna().tolist() == [70, 71]


@pytest.mark.parametrize("ran", ["pandas"], indirect=True)
def test_pandas(ran: dict[str, Any]) -> None:
    assert ran["events"]["numeric_value"].dropna().tolist() == [70, 71]
    assert [None if pd.isna(said) else said for said in ran["answers"]["valueString"]] == WORDS


@pytest.mark.parametrize("ran", ["pyarrow"], indirect=True)
def test_pyarrow(ran: dict[str, Any]) -> None:
    assert ran["events"]["numeric_value"].to_pylist() == [70, None, 71]
    assert ran["answers"]["valueString"].to_pylist() == WORDS


@pytest.mark.parametrize("ran", ["datasets"], indirect=True)
def test_datasets(ran: dict[str, Any]) -> None:
    assert [row["text_value"] for row in ran["events"] if row["code"] == "LOINC//29463-7"] == WORDS
    assert list(ran["answers"]["valueString"]) == WORDS


@pytest.mark.parametrize("ran", ["MEDS"], indirect=True)
def test_the_validators_of_meds(ran: dict[str, Any]) -> None:
    assert len(list(ran["folder"].glob("data/*.parquet"))) == 2 and problems(ran["folder"]) == []


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lake that holds one harm, one specimen and no signal, as the schemas have them."""
    words = {"note_id": "n", "start": 0, "end": 4, "source": "effect", "weight": 1.0}
    harm = {
        "finding_id": "1",
        "kind": "adverse_event",
        "drug": "penicillin",
        "effect": "Rash",
        "code": "ICD-10-CM//R21",
    }
    harm |= {"assertion": "present", "onset": datetime(2026, 1, 2), "score": 0.9, "evidence": [words]}
    grade = {"field": "grade", "value": "2", "score": 0.9}
    for name, rows in (
        ("findings", [harm, {**harm, "finding_id": "2", "assertion": "negated"}]),
        ("pathology", [grade, {**grade, "field": "side", "value": "left"}]),
        ("notes", [{"text": "Rash after penicillin."}]),
    ):
        (tmp_path / "lake" / "open" / name).mkdir(parents=True)
        known = [{"subject_id": 7, "note_id": "n", **row} for row in rows]
        pq.write_table(pa.Table.from_pylist(known, schema=table(name).schema), tmp_path / f"lake/open/{name}/0.parquet")
    pq.write_table(table("signals").empty(), tmp_path / "lake/open/signals.parquet")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("told")
def test_findings() -> None:
    names: dict[str, Any] = {}
    exec(compile(EXAMPLES["Findings"], "docs/query.md, Findings", "exec"), names)
    assert names["harm"][["drug", "words"]].values.tolist() == [["penicillin", "Rash"]]
    assert names["specimens"][["grade", "side"]].values.tolist() == [["2", "left"]]
    assert len(names["signals"]) == 0 and names["events"]["code"].tolist() == ["ICD-10-CM//R21"]


def test_the_trap_is_there(home: Path) -> None:
    """If this fails, files are no longer sparse in this way: the page may say less."""
    answers = pd.read_parquet(home / "lake" / "phi" / "fhir" / "Observation")
    assert len(answers) == 3 and "valueString" not in answers
    names = [pq.read_schema(file).names for file in sorted((home / "lake/phi/fhir/Observation").iterdir())]
    assert ["valueString" in found for found in names] == [False, True]
