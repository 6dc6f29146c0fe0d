"""One step on files from outside: NDJSON, Parquet and CSV in, Parquet out, persons by the ids they came with."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from contract.errors import ChartloomError, ConfigError, InputError, StageError
from runner import cli
from runner.apply import Hand, apply
from tests.runner.hospital import condition, note, patient

HERE = "tests.runner.steps:"
NOTES = {"note_id": ["n1", "n2"], "patient_id": ["zoe", "adam"], "text": ["Normal", "Not normal"]}


def written(path: Path, *lines: Any) -> Path:
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return path


def rows(out: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(out / f"{name}.parquet").to_pylist()
    return found


def test_resources_in_and_events_of_patients_out(tmp_path: Path) -> None:
    inputs = {
        "phi/fhir/Patient": written(tmp_path / "p.ndjson", patient("zoe"), "", patient("adam")),
        "phi/fhir/Condition": written(tmp_path / "c.ndjson", condition("c", "adam"), condition("d", "zoe", code="9")),
    }
    counts = apply("timeline", Hand(inputs, tmp_path / "out"), None, {})
    events = rows(tmp_path / "out", "phi/timeline")
    assert counts == {"phi/timeline": len(events), "phi/implausible": 0, "phi/duplicates": 0}
    codes = {(event["patient_id"], event["code"]) for event in events}
    assert {("zoe", "SNOMED//9"), ("adam", "SNOMED//44054006"), ("zoe", "MEDS_BIRTH")} <= codes
    assert len({event["subject_id"] for event in events}) == 2
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "out").rglob("*")} == {0}


def test_a_bad_resource_goes_to_quarantine_beside_good_ones(tmp_path: Path) -> None:
    lines = [condition("c", "zoe"), '{"resourceType":"Condition","id":"d"', {"resourceType": "Condition", "id": "b d"}]
    inputs = {"phi/fhir/Condition": written(tmp_path / "c.ndjson", *lines)}
    counts = apply("timeline", Hand(inputs, tmp_path / "out"), None, {})
    assert counts["phi/timeline"] == 1
    told = rows(tmp_path / "out", "phi/quarantine")
    assert counts["phi/quarantine"] == len(told)
    assert 2 in {row["line"] for row in told} and all(row["target"] == "Condition" and row["rule"] for row in told)


def test_only_bad_resources(tmp_path: Path) -> None:
    inputs = {"phi/fhir/Condition": written(tmp_path / "c.ndjson", "not json")}
    counts = apply("timeline", Hand(inputs, tmp_path / "out"), None, {})
    assert counts == {"phi/timeline": 0, "phi/implausible": 0, "phi/duplicates": 0, "phi/quarantine": 1}


@pytest.mark.parametrize("kind", ["parquet", "csv", "ndjson"])
def test_tables_of_any_kind_of_file(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"notes.{kind}"
    if kind == "parquet":
        pq.write_table(pa.table(NOTES), path)
    elif kind == "csv":
        written(path, "note_id,patient_id,text", "n1,zoe,Normal", "n2,adam,Not normal")
    else:
        written(path, *pa.table(NOTES).to_pylist())
    assert apply(f"{HERE}Measure", Hand({"phi/notes": path}, tmp_path / "out"), None, {"kind": "size"}) == {
        "phi/findings": 2
    }
    found = {(r["patient_id"], r["note_id"], r["kind"], r["effect"]) for r in rows(tmp_path / "out", "phi/findings")}
    assert found == {("zoe", "n1", "size", "6"), ("adam", "n2", "size", "10")}


def test_subject_ids_stay_when_they_are_given(tmp_path: Path) -> None:
    pq.write_table(pa.table({"note_id": ["n"], "subject_id": [77], "text": ["x"]}), tmp_path / "n.parquet")
    apply(f"{HERE}Measure", Hand({"phi/notes": tmp_path / "n.parquet"}, tmp_path / "out"), None, {})
    (row,) = rows(tmp_path / "out", "phi/findings")
    assert row["subject_id"] == 77 and "patient_id" not in row


def test_notes_from_reports(tmp_path: Path) -> None:
    inputs = {"phi/fhir/DiagnosticReport": written(tmp_path / "r.ndjson", note("r", "zoe", "Normal."))}
    assert apply("notes", Hand(inputs, tmp_path / "out"), None, {})["phi/notes"] == 1
    assert rows(tmp_path / "out", "phi/notes")[0]["text"] == "Normal."


WRONG: dict[str, tuple[str, str, str, dict[str, str], type[ChartloomError], str]] = {
    # step, table, file, parameters -> error
    "unknown step": (
        "timelime",
        "phi/notes",
        "n.csv",
        {},
        ConfigError,
        "no step is called 'timelime'. Known: ",
    ),
    "unknown table": ("notes", "phi/note", "n.csv", {}, ConfigError, "no table is called 'phi/note'; close"),
    "not read": (
        "notes",
        "phi/timeline",
        "n.csv",
        {},
        ConfigError,
        "notes does not read phi/timeline; it reads phi/fhir",
    ),
    "absent": (f"{HERE}Measure", "phi/notes", "no.csv", {}, InputError, "phi/notes: the file given is not there"),
    "another kind": (f"{HERE}Measure", "phi/notes", "n.xlsx", {}, InputError, r"ends in '\.xlsx' cannot be read"),
    "broken Parquet": (f"{HERE}Measure", "phi/notes", "n.parquet", {}, InputError, r"no \.parquet that can be read"),
    "ragged CSV": (f"{HERE}Measure", "phi/notes", "ragged.csv", {}, InputError, r"no \.csv that can be read"),
    "columns": (f"{HERE}Measure", "phi/notes", "n.csv", {}, InputError, "required column.*note_id.*found"),
    "parameter": (f"{HERE}Measure", "phi/notes", "n.csv", {"kindd": "x"}, ConfigError, "did you mean 'kind'"),
    "fails": (f"{HERE}Raises", "phi/notes", "good.csv", {}, StageError, "failed with ValueError"),
    "a summary": (f"{HERE}NoteCount", "phi/notes", "n.csv", {}, ConfigError, "is not a stage"),
}


@pytest.mark.parametrize("name", WRONG)
def test_errors_teach_and_show_no_row(name: str, tmp_path: Path) -> None:
    step, table, file, parameters, kind, message = WRONG[name]
    for other in ("n.csv", "n.xlsx", "n.parquet"):
        written(tmp_path / other, "patient_id,text", "Tulip,Tulip was seen")
    written(tmp_path / "ragged.csv", "patient_id,text", "Tulip,Tulip was seen,again")
    written(tmp_path / "good.csv", "note_id,patient_id,text", "n,Tulip,Tulip was seen")
    with pytest.raises(kind, match=message) as raised:
        apply(step, Hand({table: tmp_path / file}, tmp_path / "out"), None, parameters)
    assert "Tulip" not in str(raised.value) and not (tmp_path / "out").exists()


def test_a_note_of_no_patient_is_withheld_beside_one_that_passes(tmp_path: Path) -> None:
    lines = [{"note_id": "a", "patient_id": "p", "text": "Seen and well."}, {"note_id": "b", "text": "Whose is it?"}]
    hand = Hand({"phi/notes": written(tmp_path / "n.jsonl", *lines)}, tmp_path / "out")
    counts = apply("deid", hand, None, {})
    assert counts["notes"] == 1
    assert [(row["note_id"], row["rule"]) for row in rows(tmp_path / "out", "phi/notes_withheld")] == [
        ("b", "no-patient")
    ]


@pytest.mark.parametrize("step", ["adverse", "pathology"])
def test_behind_the_gate_a_note_of_no_patient_is_left_out_and_told(step: str, tmp_path: Path) -> None:
    lines = [{"note_id": "a", "patient_id": "p", "text": "Cough due to lisinopril."}, {"note_id": "b", "text": "Rash"}]
    told: list[str] = []
    hand = Hand({"notes": written(tmp_path / "n.jsonl", *lines)}, tmp_path / "out", remark=told.append)
    account = "findings_account" if step == "adverse" else "pathology_account"
    assert apply(step, hand, None, {})[account] == 1
    assert told == ["notes: 1 of 2 rows are left out, their patient_id or subject_id is empty"]


def test_images_of_no_study_are_left_out_and_told_beside_good_ones(tmp_path: Path) -> None:
    image = {"patient_id": "p", "image_id": "1", "encoder": "net", "embedding": [0.5, 1.0]}
    lines = [{**image, "study_id": each} for each in ("s", None, " ")]
    told: list[str] = []
    hand = Hand({"embeddings": written(tmp_path / "e.ndjson", *lines)}, tmp_path / "out", remark=told.append)
    assert apply("reports", hand, None, {"artifact": str(tmp_path / "none")})["reports_account"] == 1
    assert told == ["embeddings: 2 of 3 rows are left out, their study_id is empty"]


def test_ids_of_a_csv_stay_as_they_are_and_texts_may_run_over_lines(tmp_path: Path) -> None:
    file = written(tmp_path / "n.csv", "note_id,patient_id,text", '0012,007,"Two', 'lines"', "13,8,x", "14,8,5")
    apply(f"{HERE}Measure", Hand({"phi/notes": file}, tmp_path / "out"), None, {"kind": "size"})
    found = {(r["patient_id"], r["note_id"], r["effect"]) for r in rows(tmp_path / "out", "phi/findings")}
    assert {("007", "0012", "9"), ("8", "14", "1")} <= found


def test_codes_of_notes_that_have_a_patient_an_id_and_a_text(coder: Path, tmp_path: Path) -> None:
    file = written(tmp_path / "n.ndjson", {"patient_id": "zoe", "note_id": "n1", "text": "Seen for gout."})
    counts = apply("icd", Hand({"notes": file}, tmp_path / "out"), None, {"artifact": str(coder), "hidden": "false"})
    assert counts == {"codes": 1, "codes_account": 1}
    (code,) = rows(tmp_path / "out", "codes")
    assert (code["patient_id"], code["encounter_id"], code["code"]) == ("zoe", "n1", "M10.9")
    assert code["display"] == "Gout, unspecified" and [(e["start"], e["end"]) for e in code["evidence"]] == [(9, 13)]


def test_why_nothing_was_suggested_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.icd.artifact.SHIPPED", tmp_path / "none")
    notes = tmp_path / "n.parquet"
    pq.write_table(pa.table({**NOTES, "text": ["", "Admitted with gout of the left foot."]}), notes)
    done = CliRunner().invoke(cli.app, ["apply", "icd", "--in", f"notes={notes}", "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert "encounters with no-artifact: 2\nencounters with no-text: 1\n" in done.output
    assert "--set artifact=DIR" in done.output and "gout" not in done.output


@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_columns_that_the_table_does_not_have_are_told(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"notes.{kind}"
    lines = ["note_id,patient_id,txt,ward", "n1,zoe,Rash.,7"]
    written(path, *(lines if kind == "csv" else [{"note_id": "n1", "patient_id": "zoe", "txt": "Rash.", "ward": 7}]))
    told: list[str] = []
    apply("adverse", Hand({"notes": path}, tmp_path / "out", None, told.append), None, {})
    assert told == ["notes: not read, the table has no such column: txt (is it text?), ward"]


def test_nobody_knows_whose_rows_they_are(tmp_path: Path) -> None:
    path = written(tmp_path / "notes.csv", "note_id,text", "n1,Rash.")
    with pytest.raises(InputError, match=r"neither a column patient_id nor subject_id.*found note_id, text"):
        apply("adverse", Hand({"notes": path}, tmp_path / "out"), None, {})


@pytest.mark.parametrize("name", ["notes.csv", "notes.ndjson"])
def test_no_row_makes_empty_tables(name: str, tmp_path: Path) -> None:
    path = written(tmp_path / name, *(["note_id,patient_id,text", ""] if name.endswith("csv") else [""]))
    counts = apply("pathology", Hand({"notes": path}, tmp_path / "out"), None, {})
    assert counts == {"pathology": 0, "pathology_account": 0}
    assert rows(tmp_path / "out", "pathology") == []
