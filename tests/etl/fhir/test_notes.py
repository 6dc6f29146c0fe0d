"""Notes out of DocumentReference and DiagnosticReport."""

import base64
from itertools import product
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from contract.work import Stage
from etl.fhir.tables import from_json
from etl.notes import ExtractNotes
from schemas.registry import table
from tests.etl.fhir.conftest import real, receive

STAGE = ExtractNotes()
LOINC = "http://loinc.org"
Rows = list[tuple[int | None, dict[str, Any]]]


def attachment(text: str, **more: Any) -> dict[str, Any]:
    return {"contentType": "text/plain", "data": base64.b64encode(text.encode()).decode(), **more}


def document(id_: str, *attachments: dict[str, Any], **more: Any) -> dict[str, Any]:
    said = {"resourceType": "DocumentReference", "id": id_, "status": "current"}
    return {**said, "content": [{"attachment": a} for a in attachments], **more}


def run(rows: Rows) -> dict[str, pa.Table]:
    shard = {}
    for kind in ("DocumentReference", "DiagnosticReport", "Encounter"):
        mine = [(subject, resource) for subject, resource in rows if resource["resourceType"] == kind]
        if mine:
            made = from_json(kind, [orjson.dumps(resource) for _, resource in mine]).table
            subjects = pa.array([subject for subject, _ in mine], pa.int64())
            shard[f"phi/fhir/{kind}"] = made.append_column("subject_id", subjects)
    assert isinstance(STAGE, Stage)
    made = STAGE.run(shard)
    assert all(rows.schema.equals(table(name).schema) for name, rows in made.items())
    return dict(made)


def notes(rows: Rows) -> list[dict[str, Any]]:
    return list(run(rows)["phi/notes"].to_pylist())


def test_what_is_known_of_a_note() -> None:
    context = {"encounter": [{"reference": "Encounter/e1"}], "practiceSetting": {"text": "Cardiology"}}
    kind = {"coding": [{"system": LOINC, "code": "18842-5"}]}
    said = document("d1", attachment("Went home."), date="2026-11-20T23:30:00.5-02:00", context=context, type=kind)
    (note,) = notes([(7, {**said, "language": "en"})])
    assert str(note.pop("time")) == "2026-11-21 01:30:00.500000"
    assert note == {
        "note_id": "d1",
        "subject_id": 7,
        "encounter_id": "e1",
        "kind": "discharge",
        "author_role": "Cardiology",
        "language": "en",
        "text": "Went home.",
    }


def encounter(id_: str, code: str) -> dict[str, Any]:
    return {"resourceType": "Encounter", "id": id_, "status": "finished", "class": {"code": code}}


def test_a_history_and_physical_is_an_admission_note_in_a_stay_only() -> None:
    coded, told = {"coding": [{"system": LOINC, "code": "34117-2"}]}, {"text": "History & Physical / H&P"}
    rows: Rows = [(7, encounter("e1", "IMP")), (7, encounter("e2", "AMB")), (8, encounter("e3", "IMP"))]
    for place, (kind, where) in enumerate(product((coded, told), ("e1", "e2", "e3", ""))):
        context = {"encounter": [{"reference": f"Encounter/{where}"}]} if where else {}
        rows.append((7, document(f"d{place}", attachment("x"), type=kind, context=context)))
    kinds = {note["note_id"]: note["kind"] for note in notes(rows)}
    assert kinds == {f"d{place}": "admission" if place in (0, 4) else "other" for place in range(8)}
    assert {note["kind"] for note in notes(rows[3:])} == {"other"}  # no encounter at all
    named = document("d", attachment("x"), type={"text": "Admission history and physical"})
    assert [note["kind"] for note in notes([(7, named)])] == ["admission"]


def test_each_attachment_is_a_note_and_each_unreadable_one_is_told() -> None:
    bad = attachment("", contentType="application/pdf")
    link = {"contentType": "text/plain", "url": "https://elsewhere.example/1"}
    made = run([(7, document("d1", attachment("one"), attachment("two", language="es"))), (7, document("d2", bad)),
                (7, document("d3", link)), (7, document("d4", {}))])  # fmt: skip
    assert made["phi/notes"].select(["note_id", "text", "language"]).to_pylist() == [
        {"note_id": "d1.1", "text": "one", "language": None},
        {"note_id": "d1.2", "text": "two", "language": "es"},
    ]
    rejected = made["phi/notes_rejected"].select(["note_id", "rule"]).to_pylist()
    rules = {row["note_id"]: row["rule"] for row in rejected}
    assert rules == {"d2": "no-content", "d3": "attachment-elsewhere", "d4": "no-content"}


def test_versions_stay_errors_go() -> None:
    old = document("d1", attachment("old"), date="2026-01-01T00:00:00Z", status="superseded")
    new = document("d2", attachment("new"), date="2026-01-02T00:00:00Z")
    wrong = [
        document("d3", attachment("x"), status="entered-in-error"),
        document("d4", attachment("x"), docStatus="entered-in-error"),
    ]
    assert [note["text"] for note in notes([(7, new), (7, old), (7, wrong[0]), (7, wrong[1])])] == ["old", "new"]


def report(id_: str, **more: Any) -> dict[str, Any]:
    said = {"resourceType": "DiagnosticReport", "id": id_, "status": "final", "code": {"text": "Chest X-ray"}}
    return {**said, "encounter": {"reference": "Encounter/e1"}, "effectiveDateTime": "2026-11", **more}


def test_reports_and_their_conclusions() -> None:
    found = notes([(7, report("r1", presentedForm=[attachment("Clear lungs.")], conclusion="No pneumonia."))])
    assert [(note["note_id"], note["text"], note["kind"]) for note in found] == [
        ("DiagnosticReport.r1.1", "Clear lungs.", "radiology"),
        ("DiagnosticReport.r1.2", "No pneumonia.", "radiology"),
    ]
    assert str(found[0]["time"]) == "2026-11-01 00:00:00"


def test_a_conclusion_that_its_report_says_in_full_is_no_note_of_its_own() -> None:
    forms = [attachment("Lungs: clear. Impression: no pneumonia."), attachment("no pneumonia.")]
    found = notes([(7, report("r1", presentedForm=forms, conclusion="no pneumonia."))])
    assert [note["note_id"] for note in found] == ["DiagnosticReport.r1.1"]


def test_the_same_text_in_a_report_and_a_document_of_an_encounter_is_one_note() -> None:
    context = {"encounter": [{"reference": "Encounter/e1"}]}
    said = report("r1", presentedForm=[attachment("Clear.")])
    rows: Rows = [(7, document("d1", attachment("Clear."), context=context)), (7, said), (8, {**said, "id": "r2"})]
    assert [note["note_id"] for note in notes(rows)] == ["d1", "DiagnosticReport.r2"]


def test_persons_keep_their_order_and_nobodys_documents_are_no_notes() -> None:
    rows: Rows = [(subject, document(f"d{subject}", attachment("note"))) for subject in (9, None, 3)]
    assert [note["subject_id"] for note in notes(rows)] == [9, 3]
    assert notes([]) == []
    shared = from_json("DocumentReference", [orjson.dumps(document("d", attachment("of nobody")))]).table
    assert not len(STAGE.run({"phi/fhir/DocumentReference": shared})["phi/notes"])


def test_real_notes(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    for name in ("Patient", "DocumentReference"):
        file = real("synthea_bulk_ndjson_10") / f"{name}.000.ndjson"
        (tmp_path / "inbox" / file.name).symlink_to(file)
    made = [STAGE.run(shard) for shard in receive(tmp_path, "inbox", tmp_path / "spool", batches=3).shards]
    every = pa.concat_tables([shard["phi/notes"] for shard in made])
    assert len(every) == 1215 and not sum(len(shard["phi/notes_rejected"]) for shard in made)
    assert every["time"].null_count == every["encounter_id"].null_count == 0
    assert all("# Chief Complaint" in text and "# Assessment and Plan" in text for text in every["text"].to_pylist())
