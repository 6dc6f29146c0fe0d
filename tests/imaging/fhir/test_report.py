"""Drafts as FHIR: what the resources say, and that they are R4."""

import base64
from datetime import datetime
from typing import Any

import orjson
import pyarrow as pa
import yaml
from fhir.resources.R4B import get_fhir_model_class

from etl.fhir.tables import from_json
from etl.rules.check import check
from imaging.fhir import concepts
from imaging.fhir.report import Around, resources
from imaging.labeller.knowledge import findings, load

STUDY = {"id": "s1", "encounter": {"reference": "Encounter/e1"}}


def said(finding: str, text: str, state: str = "present", **more: Any) -> dict[str, Any]:
    return {"text": text, "finding": finding, "state": state, "score": 0.9, "source": "phrase:7",
            "prior_study_id": None, **more}  # fmt: skip


def found(name: str, side: str = "", severity: str = "", position: str = "", state: str = "present") -> dict[str, Any]:
    return {"finding": name, "side": side or None, "severity": severity or None, "position": position or None,
            "state": state, "score": 0.93}  # fmt: skip


def draft(**more: Any) -> dict[str, Any]:
    sentences = [
        said("effusion", "Small left effusion."), said("picc", "Right PICC is coiled."),
        said("pneumothorax", "No pneumothorax.", "negated"),
        said("edema", "The edema has resolved.", "resolved", prior_study_id="s0"),
    ]  # fmt: skip
    findings_said = [found("effusion", "left", "mild"), found("picc", "right", position="bad"),
                     found("nodule", state="doubtful")]  # fmt: skip
    return {"subject_id": 1, "study_id": "s1", "time": datetime(2026, 3, 1, 8, 30), "findings": findings_said,
            "text": " ".join(each["text"] for each in sentences), "sentences": sentences,
            "flags": ["doubtful:nodule"], "artifact": "imaging-abc", **more}  # fmt: skip


def made(row: dict[str, Any], study: dict[str, Any] | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    around = Around("ann", STUDY if study is None else study, "2026-03-02T01:00:00Z")
    report, provenance = resources(row, around)
    return report, provenance


def observed(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    held = [each for each in report["contained"] if each["resourceType"] == "Observation"]
    assert [f"#{each['id']}" for each in held] == [each["reference"] for each in report["result"]]
    return {each["code"]["text"]: each for each in held}


def test_a_draft_is_preliminary_and_signed_by_nobody() -> None:
    report, provenance = made(draft())
    assert report["status"] == "preliminary"
    assert not {"resultsInterpreter", "performer"} & set(report)
    assert "not signed" in report["extension"][0]["valueAnnotation"]["text"]
    assert "doubtful:nodule" in report["extension"][0]["valueAnnotation"]["text"]
    assert base64.b64decode(report["presentedForm"][0]["data"]).decode() == report["conclusion"] == draft()["text"]
    assert report["subject"] == {"reference": "Patient/ann"} and report["encounter"] == STUDY["encounter"]
    assert report["imagingStudy"] == [{"reference": "ImagingStudy/s1"}]
    assert report["effectiveDateTime"] == "2026-03-01T08:30:00Z"
    assert [each["coding"][0]["code"] for each in report["conclusionCode"]] == ["60046008"]
    assert provenance["target"] == [{"reference": f"DiagnosticReport/{report['id']}"}]
    (device,) = [each for each in report["contained"] if each["resourceType"] == "Device"]
    assert provenance["contained"] == [device] and device["version"] == [{"value": "imaging-abc"}]


def test_each_finding_is_an_observation_with_its_words() -> None:
    every = observed(made(draft())[0])
    assert list(every) == ["effusion", "peripherally inserted central catheter", "pneumothorax", "edema"]
    effusion, picc, pneumothorax, edema = every.values()
    assert effusion["valueCodeableConcept"]["coding"][0]["display"] == "Present"
    told = {each["code"].get("text") or each["code"]["coding"][0]["display"]: each for each in effusion["component"]}
    assert told["Laterality"]["valueCodeableConcept"]["coding"][0]["display"] == "Left"
    assert told["Severity"]["valueCodeableConcept"]["coding"][0]["display"] == "Mild"
    assert told["probability that it is there, or absent, as said"]["valueQuantity"]["value"] == 0.93
    assert picc["component"][1]["valueString"] == "bad"
    assert effusion["note"] == [{"text": "Small left effusion. (source: phrase:7)"}]
    for absent in (pneumothorax, edema):
        assert absent["valueCodeableConcept"]["coding"][0]["display"] == "Absent"
        assert absent["interpretation"][0]["coding"][0]["code"] == "NEG"
    assert edema["derivedFrom"] == [{"reference": "ImagingStudy/s1"}, {"reference": "ImagingStudy/s0"}]


def test_a_normal_draft_and_a_study_without_resource() -> None:
    text = "No acute abnormality."
    report, _ = made(draft(findings=[], sentences=[said("normal", text, "negated")], text=text, time=None), {})
    assert list(observed(report)) == ["any abnormal finding"]
    assert report["imagingStudy"] == [{"type": "ImagingStudy", "identifier": {"value": "s1"}}]
    assert not {"effectiveDateTime", "conclusionCode", "encounter"} & set(report)
    bare, _ = made(draft(findings=[], sentences=[], text=text))
    assert "contained" not in bare and "result" not in bare


def test_the_same_study_keeps_its_id() -> None:
    assert made(draft())[0]["id"] == made(draft(artifact="imaging-new", text="Other."))[0]["id"]
    assert made(draft())[0]["id"] != made(draft(study_id="s2"))[0]["id"]


def test_they_are_valid_r4() -> None:
    plain = draft(findings=[], sentences=[said("normal", "Normal.", "negated")], time=None, study_id="s3")
    every = [each for row, study in ((draft(), STUDY), (plain, {})) for each in made(row, study)]
    for each in every:
        get_fhir_model_class(each["resourceType"]).model_validate_json(orjson.dumps(each))
    inside = [{**each, "id": f"{top['id'][:8]}-{each['id']}"} for top in every for each in top.get("contained", ())]
    for each in inside:
        each.pop("device", None)  # points into the report
    shard: dict[str, Any] = {}
    for kind in ("DiagnosticReport", "Provenance", "Observation", "Device"):
        alike = {each["id"]: each for each in (*every, *inside) if each["resourceType"] == kind}
        parsed = from_json(kind, [orjson.dumps(each) for each in alike.values()])
        assert not len(parsed.rejected)
        shard[f"phi/fhir/{kind}"] = parsed.table.append_column("subject_id", pa.array([1] * len(parsed.table)))
    checked = check(shard)
    assert checked.quarantine.to_pylist() == []
    assert {rule for _, rule, _ in checked.warnings} <= {"reference-absent"}


def test_only_names_that_the_labeller_knows_have_codes() -> None:
    names = {*findings(), *load("devices")["kinds"]}
    assert set(concepts.known()["findings"]) <= names
    assert set(concepts.known()["words"]) <= {*names, "normal"}
    codes = [each["code"] for each in concepts.known()["findings"].values()]
    assert len(codes) == len(set(codes)) and all(isinstance(each, str) for each in codes)
    assert yaml.safe_dump(concepts.finding("blunting")) == "text: blunting\n"
