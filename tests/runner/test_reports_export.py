"""`chartloom export reports`: drafts of a lake as FHIR files that their owner alone can read, audited."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from contract.errors import InputError
from runner import cli
from runner.reports_export import export_reports
from schemas.registry import table
from store import parquet
from store.lake import Draft, Lake

DONE = "2026-11-20T23:00:09+00:00"


def published(root: Path, rows: dict[str, list[dict[str, Any]]]) -> Path:
    Lake(root).create()
    draft = Draft(None, root / "work")
    for name, said in rows.items():
        found = table(name).schema
        columns = {c: pa.array([row.get(c) for row in said], found.field(c).type) for c in {k for r in said for k in r}}
        draft.add([parquet.write(table(name), table(name).conform(pa.table(columns)), "00000000", root / "work")])
    draft.documents["manifest.json"] = json.dumps({"run_id": "r", "finished": DONE}).encode()
    Lake(root).publish(draft, "20261120T230000Z")
    return root


def report(subject: int, study: str, text: str) -> dict[str, Any]:
    return {"subject_id": subject, "study_id": study, "time": datetime(2026, 11, 19, 8), "text": text, "findings": [],
            "sentences": [], "flags": [], "artifact": "imaging-a"}  # fmt: skip


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    patients = [{"id": k, "subject_id": 1, "source": "s", "arrival": 0} for k in ("a", "b")]
    study = {"id": "s2", "subject_id": 1, "source": "s", "arrival": 0, "status": "available",
             "subject": {"reference": "Patient/b"}}  # fmt: skip
    drafts = [report(1, "s2", "Clear lungs."), report(1, "s1", "Small effusion."), report(1, "s3", ""),
              report(2, "s4", "Nobody's.")]  # fmt: skip
    rows = {"phi/reports": drafts, "phi/fhir/Patient": patients, "phi/fhir/ImagingStudy": [study]}
    return published(tmp_path / "lake", rows)


def test_drafts_are_written_and_those_without_text_counted(lake: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = CliRunner().invoke(cli.app, ["export", "reports", "--out", str(out), "--lake", str(lake)])
    assert done.exit_code == 0, done.output
    assert "exported 2, abstained 1, left out: person without Patient 1" in done.output
    made = [json.loads(line) for line in (out / "DiagnosticReport.ndjson").read_text().splitlines()]
    assert [(each["conclusion"], each["subject"]["reference"]) for each in made] == [
        ("Clear lungs.", "Patient/b"), ("Small effusion.", "Patient/a")
    ]  # fmt: skip
    assert {each["issued"] for each in made} == {"2026-11-20T23:00:09Z"}
    manifest = json.loads((out / "manifest.json").read_text())
    assert [(each["type"], each["count"]) for each in manifest["output"]] == [
        ("DiagnosticReport", 2),
        ("Provenance", 2),
    ]


def test_the_same_files_again_closed_to_others_and_audited(lake: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        export_reports(lake, tmp_path / name)
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
        assert (tmp_path / "one" / name).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "one").stat().st_mode & 0o777 == 0o700
    lines = [line for file in (lake / "phi-audit").iterdir() for line in file.read_text().splitlines()]
    assert json.loads(lines[-1])["act"] == "export reports"


def test_a_full_folder_and_a_lake_without_drafts_are_refused(lake: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not empty"):
        export_reports(lake, tmp_path)
    bare = published(
        tmp_path / "bare", {"phi/fhir/Patient": [{"id": "a", "subject_id": 1, "source": "s", "arrival": 0}]}
    )
    with pytest.raises(InputError, match="no drafts"):
        export_reports(bare, tmp_path / "out")
