"""Codes out of a lake for billing: what is accepted, in three forms, audited, readable by their owner only."""

import csv
import json
import os
import time
from pathlib import Path
from typing import Any

import hl7
import orjson
import pytest
from typer.testing import CliRunner

from contract.errors import ConfigError, InputError
from runner import cli
from runner.codes_export import Wanted, export_codes
from tests.nlp.icd.conftest import CODER_WORDS, make_coder
from tests.runner.hospital import STEPS, Hospital, note, patient

LAYERS = {"layers": ["known", "rules", "protect"]}
TEXT = "Seen for gout and heart failure. A chest radiograph was made."
ACTS = {"M10.9": "accept", "BW03ZZZ": "accept", "I50.9": "reject"}


def made(root: Path, *, decide: bool, coded: bool = True) -> Hospital:
    coder = make_coder(root / "coder", CODER_WORDS)
    steps: dict[str, Any] = {**STEPS, "deid": {"uses": "nlp.deid.stage:Deidentify", "with": LAYERS}}
    if coded:
        steps["icd"] = {"uses": "nlp.icd.stage:SuggestCodes", "with": {"artifact": str(coder)}}
        steps["relink"] = "nlp.deid.relink:Relink"
    hospital = Hospital(root, steps=steps)
    hospital.fhir("one", patient("ann", mrn="77|31"), patient("bea"), visit("e1", "ann"), document("n1", "ann", "e1"),
                  note("n2", "bea", "Seen for diabetes."))  # fmt: skip
    hospital.night()
    if decide:
        decisions(hospital)
        hospital.night()
    return hospital


def decisions(hospital: Hospital) -> None:
    """As a coder's page writes them into the inbox: three acts on ann's stay, which is then finished."""
    common = {"subject_id": str(hospital.subject("ann")), "encounter_id": "e1", "actor": "ann coder"}
    systems = {code: "ICD-10-PCS" if len(code) == 7 else "ICD-10-CM" for code in ACTS}
    acts = [{"action": action, "code": code, "system": systems[code]} for code, action in ACTS.items()]
    lines = [
        {**common, "decision_id": f"d{at}", "time": f"2026-05-05T09:0{at}:00Z", **act}
        for at, act in enumerate([*acts, {"action": "finish"}])
    ]
    folder = hospital.root / "inbox" / "decisions"
    folder.mkdir(parents=True)
    (folder / "a.ndjson").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    os.utime(folder / "a.ndjson", (time.time() - 3600,) * 2)


def document(key: str, whose: str, stay: str) -> dict[str, Any]:
    return {**note(key, whose, TEXT), "encounter": {"reference": f"Encounter/{stay}"}}


def visit(key: str, whose: str) -> dict[str, Any]:
    period = {"start": "2026-05-01", "end": "2026-05-04"}
    return {"resourceType": "Encounter", "id": key, "status": "finished", "class": {"code": "IMP"}, "period": period,
            "subject": {"reference": f"Patient/{whose}"}}  # fmt: skip


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Hospital:
    return made(tmp_path_factory.mktemp("decided"), decide=True)


def exported(hospital: Hospital, out: Path, form: str, **said: Any) -> dict[str, Any]:
    return export_codes(hospital.root / "lake", out, Wanted(form, **said))


def resources(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def test_only_accepted_codes_go_to_billing(decided: Hospital, tmp_path: Path) -> None:
    manifest = exported(decided, tmp_path / "out", "csv")
    with (tmp_path / "out" / "codes.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(r["patient_id"], r["encounter_id"], r["code"], r["coder"]) for r in rows] == [
        ("ann", "e1", "M10.9", "ann coder"), ("ann", "e1", "BW03ZZZ", "ann coder")
    ]  # fmt: skip
    assert manifest["codes"] == {"accepted": 2} and manifest["error"] == []


def test_suggestions_on_request_without_what_was_rejected(decided: Hospital, tmp_path: Path) -> None:
    manifest = exported(decided, tmp_path / "out", "csv", suggested=True)
    assert manifest["codes"] == {"accepted": 2, "suggested": 1}


def test_fhir_points_at_what_is_there(decided: Hospital, tmp_path: Path) -> None:
    exported(decided, tmp_path / "out", "fhir", suggested=True)
    conditions = {r["code"]["coding"][0]["code"]: r for r in resources(tmp_path / "out" / "Condition.ndjson")}
    gout = conditions["M10.9"]
    assert gout["subject"]["reference"] == "Patient/ann" and gout["encounter"]["reference"] == "Encounter/e1"
    (source,) = gout["evidence"][0]["detail"]
    start, end = map(int, source["display"].removeprefix("characters ").split("-"))
    assert source["reference"] == "DiagnosticReport/n1" and TEXT[start:end] == "gout"
    (encounter,) = resources(tmp_path / "out" / "Encounter.ndjson")
    assert encounter["id"] == "e1" and encounter["diagnosis"][0]["condition"]["reference"] == f"Condition/{gout['id']}"
    assert "encounter" not in conditions["E11.9"], "a note without encounter is its own, and no Encounter"
    assert len(resources(tmp_path / "out" / "Provenance.ndjson")) == 3


def test_hl7_messages(decided: Hospital, tmp_path: Path) -> None:
    exported(decided, tmp_path / "out", "hl7")
    said = hl7.parse((tmp_path / "out" / "codes.hl7").read_bytes().decode())
    assert [str(segment[0]) for segment in said] == ["MSH", "EVN", "PID", "PV1", "DG1", "PR1"]


def test_a_code_of_another_edition_is_in_the_list_of_errors(decided: Hospital, tmp_path: Path) -> None:
    manifest = exported(decided, tmp_path / "out", "fhir", country="ES")
    assert manifest["faults"] == {"edition": 1} and manifest["error"][0]["type"] == "OperationOutcome"
    assert "diagnostics" in resources(tmp_path / "out" / "OperationOutcome.ndjson")[0]["issue"][0]


def test_files_are_closed_and_the_act_is_audited(decided: Hospital, tmp_path: Path) -> None:
    exported(decided, tmp_path / "out", "hl7")
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "out", *(tmp_path / "out").iterdir())} == {0}
    lines = [line for file in (decided.root / "lake" / "phi-audit").iterdir() for line in file.read_text().splitlines()]
    assert json.loads(lines[-1])["act"] == "export codes hl7"


def test_a_full_folder_is_left_alone(decided: Hospital, tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old")
    with pytest.raises(InputError, match="is not empty"):
        exported(decided, tmp_path, "csv")


def test_before_anybody_decided(tmp_path: Path) -> None:
    hospital = made(tmp_path / "h", decide=False)
    with pytest.raises(InputError, match="no coder has accepted or added"):
        exported(hospital, tmp_path / "out", "csv")
    assert not (tmp_path / "out").exists()
    assert exported(hospital, tmp_path / "out", "csv", suggested=True)["codes"] == {"suggested": 4}


def test_a_lake_without_codes(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no codes"):
        exported(made(tmp_path / "h", decide=False, coded=False), tmp_path / "out", "csv")


def test_a_form_that_is_not_known() -> None:
    with pytest.raises(ConfigError, match="expected fhir, hl7, csv"):
        Wanted("pdf")


def call(*words: object) -> Any:
    return CliRunner().invoke(cli.app, [str(word) for word in words])


@pytest.mark.parametrize("form", ["fhir", "hl7", "csv"])
def test_the_command(decided: Hospital, tmp_path: Path, form: str) -> None:
    said = call("export", "codes", "--out", tmp_path / "out", "--format", form, "--lake", decided.root / "lake")
    assert said.exit_code == 0 and ("codes." in said.stdout or "Condition.ndjson: 1" in said.stdout)
    assert (tmp_path / "out" / "manifest.json").exists()


def test_codes_of_a_person_without_patient_are_counted(
    decided: Hospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runner.codes_export._patient", lambda *_: {})
    manifest = exported(decided, tmp_path / "out", "csv")
    assert manifest["codes"] == {"left out: person without Patient": 2} and manifest["output"] == []
