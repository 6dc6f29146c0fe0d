"""NOTES.jsonl and PATIENTS.ndjson: what is read, and what is refused without showing a row."""

from pathlib import Path

import orjson
import pytest

from contract.errors import InputError
from eval.corpora.notes import read_notes, read_patients

ROW = {"note_id": "n1", "patient_id": "p1", "text": "Ann has Foley",
       "spans": [{"start": 0, "end": 3, "label": "PATIENT"}],
       "decoys": [[8, 13, "Foley"]]}  # fmt: skip


def written(tmp_path: Path, row: object) -> Path:
    (tmp_path / "notes.jsonl").write_bytes(orjson.dumps(row) + b"\n\n")
    return tmp_path / "notes.jsonl"


def test_a_note_is_read(tmp_path: Path) -> None:
    (note,) = read_notes(written(tmp_path, ROW))
    assert (note.spans, note.decoys, note.language) == (((0, 3, "PATIENT"),), ((8, 13),), "")


@pytest.mark.parametrize("change", [{"spans": 3}, {"text": "Ann"[:2]}, {"decoys": ["Foley"]}])
def test_a_broken_note_is_refused_without_its_text(tmp_path: Path, change: dict[str, object]) -> None:
    with pytest.raises(InputError, match="line 1") as refused:
        read_notes(written(tmp_path, {**ROW, **change}))
    assert "Ann" not in str(refused.value)


def test_patients_by_id(tmp_path: Path) -> None:
    assert read_patients(written(tmp_path, {"resourceType": "Patient", "id": "p1"}))["p1"]["id"] == "p1"
    with pytest.raises(InputError, match="no FHIR Patient"):
        read_patients(written(tmp_path, {"resourceType": "Observation", "id": "o1"}))
