"""`chartloom export e2b`: from a lake's finding to a file that its owner alone can read, audited."""

import json
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest
from lxml import etree
from typer.testing import CliRunner

from contract.errors import ConfigError, InputError
from runner import cli
from runner.e2b_export import Wanted, export_e2b, read_site
from schemas.registry import table
from store import parquet
from store.lake import Draft, Lake

MARCH = datetime(2024, 3, 2)
HL7 = "{urn:hl7-org:v3}"


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    root = tmp_path / "lake"
    Lake(root).create()
    draft = Draft(None, root / "work")
    finding = {"subject_id": 1, "note_id": "n1", "finding_id": "1", "kind": "adverse_event", "drug": "lisinopril",
               "effect": "cough", "assertion": "present", "linked_event": "MedicationRequest/m",
               "onset": MARCH, "notes": 2,
               "score": 0.9}  # fmt: skip
    denied = {**finding, "finding_id": "2", "assertion": "negated"}
    events = [
        ("RXNORM//1//ORDER", datetime(2024, 2, 1), "MedicationRequest/m", None),
        ("RXNORM//2//ORDER", datetime(2024, 1, 1), "MedicationRequest/o", None),
        ("RXNORM//3//ORDER", datetime(2024, 1, 1), "MedicationRequest/p", None),
        *(
            (f"RXNORM//{k}//GIVEN", datetime(2024, m, d), f"MedicationAdministration/{k}{m}{d}", None)
            for k, m, d in ((4, 1, 2), (5, 2, 28), (5, 3, 1), (1, 3, 1))
        ),
        ("RXNORM//3//ORDER//END", datetime(2024, 1, 9), "MedicationRequest/p", None),
        ("NOTE//visit", datetime(2024, 3, 5), None, "n1"),
    ]
    timeline = [{"subject_id": 1, "time": t, "code": c, "fhir_id": f, "text_value": x} for c, t, f, x in events]
    patient = {"id": "a", "subject_id": 1, "source": "s", "arrival": 0, "gender": "female", "birthDate": "1950-06-01"}
    codes = [{"code": "RXNORM//2", "description": "aspirin"}]
    rows = {"phi/findings": [finding, denied], "phi/timeline": timeline, "phi/fhir/Patient": [patient],
            "phi/timeline_codes": codes}  # fmt: skip
    for name, said in rows.items():
        found = table(name).schema
        columns = {c: pa.array([row.get(c) for row in said], found.field(c).type) for c in {k for r in said for k in r}}
        draft.add([parquet.write(table(name), table(name).conform(pa.table(columns)), "00000000", root / "work")])
    draft.documents["manifest.json"] = json.dumps({"run_id": "r", "finished": "2026-11-20T23:00:09+00:00"}).encode()
    Lake(root).publish(draft, "20261120T230000Z")
    return root


def test_a_finding_becomes_a_report_with_its_drugs(lake: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.xml"
    done = CliRunner().invoke(
        cli.app, ["export", "e2b", "n1/1", "--out", str(out), "--number", "C7", "--lake", str(lake)]
    )
    assert done.exit_code == 0, done.output
    assert out.stat().st_mode & 0o777 == 0o600
    root = etree.parse(out).getroot()
    assert [one.findtext(f"{HL7}name") for one in root.iter(f"{HL7}kindOfProduct")] == [
        "lisinopril",
        "aspirin",
        "RXNORM//5",
    ]
    assert "missing: E.i.2.1b" in done.output
    (line,) = (lake / "phi-audit").glob("*.jsonl")
    said = json.loads(line.read_text(encoding="utf-8"))
    assert said["act"] == "export e2b"
    assert "n1" not in line.read_text(encoding="utf-8")


def test_what_did_not_happen_is_not_reported_and_no_file_is_written_over(lake: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no harm that happened"):
        export_e2b(lake, tmp_path / "a.xml", Wanted("n1/2"))
    with pytest.raises(InputError, match="no such finding"):
        export_e2b(lake, tmp_path / "a.xml", Wanted("n9/1"))
    (tmp_path / "b.xml").write_text("kept", encoding="utf-8")
    with pytest.raises(InputError, match="there already"):
        export_e2b(lake, tmp_path / "b.xml", Wanted("n1/1"))


def test_a_site_says_who_sends_and_brings_its_terms(tmp_path: Path) -> None:
    (tmp_path / "terms.csv").write_text("term,code\nCough,10011224\n", encoding="utf-8")
    path = tmp_path / "site.yaml"
    path.write_text("sender: H\ncountry: US\nmeddra_version: '27.1'\nmeddra: terms.csv\n", encoding="utf-8")
    assert read_site(path).meddra == {"cough": "10011224"}
    (tmp_path / "terms.csv").write_text("term,code\nCough,10011224\nRash\n", encoding="utf-8")
    assert read_site(path).meddra == {"cough": "10011224"}
    path.write_bytes(b"sender: H\xe9\n")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_site(path)
    path.write_text("send: H\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="organisation"):
        read_site(path)
