"""A draft as FHIR R4: a preliminary DiagnosticReport that nobody signed, and the Provenance that names the software."""

import base64
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from imaging.fhir import concepts
from imaging.fhir.observation import SOFTWARE, About, observations

UNSIGNED = "Draft by software, not signed by anybody."
NOTE = "http://hl7.org/fhir/5.0/StructureDefinition/extension-DiagnosticReport.note"  # R5's element, for R4
LOINC = {"system": "http://loinc.org", "code": "18748-4", "display": "Diagnostic imaging study"}


@dataclass(frozen=True)
class Around:
    """What the lake knows around a draft. `study`: the ImagingStudy; empty where the lake holds none of that id."""

    patient: str
    study: Mapping[str, Any]
    issued: str  # an instant: when the night that made the draft was published


def resources(row: Mapping[str, Any], around: Around) -> Iterator[dict[str, Any]]:
    """`row`: of phi/reports, with a text."""
    report = _report(row, around)
    yield report
    yield {
        "resourceType": "Provenance", "id": str(uuid.uuid5(uuid.NAMESPACE_OID, report["id"])),
        "contained": [_device(row["artifact"] or "")],
        "target": [{"reference": f"DiagnosticReport/{report['id']}"}],
        "recorded": around.issued,
        "agent": [{"type": concepts.term("provenance-participant-type", "assembler"),
                   "who": {"reference": f"#{SOFTWARE}"}}],
        "entity": [{"role": "source", "what": _study(row, around)}],
    }  # fmt: skip


def _report(row: Mapping[str, Any], around: Around) -> dict[str, Any]:
    time, artifact = instant(row["time"]), row["artifact"] or ""
    subject = {"reference": f"Patient/{around.patient}"}
    seen = list(observations(row, About(subject, _study(row, around), time)))
    names = [each["finding"] for each in row["findings"] or () if each["state"] == "present"]
    codes = [concepts.finding(name) for name in names if concepts.coded(name)]
    encounter = around.study.get("encounter")
    return {
        "resourceType": "DiagnosticReport",
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"chartloom/draft/{row['study_id']}")),
        **({"contained": [_device(artifact), *seen]} if seen else {}),
        "extension": [{"url": NOTE, "valueAnnotation": {"authorString": f"chartloom {artifact}", "text": _note(row)}}],
        "status": "preliminary",
        "category": [concepts.term("v2-0074", "RAD", "Radiology")],
        "code": {"coding": [LOINC]},
        "subject": subject,
        **({"encounter": encounter} if encounter else {}),
        **({"effectiveDateTime": time} if time else {}),
        "issued": around.issued,
        **({"result": [{"reference": f"#{each['id']}"} for each in seen]} if seen else {}),
        "imagingStudy": [_study(row, around)],
        "conclusion": row["text"],
        **({"conclusionCode": codes} if codes else {}),
        "presentedForm": [{"contentType": "text/plain", "language": "en", "title": UNSIGNED,
                           "data": base64.b64encode(row["text"].encode()).decode()}],
    }  # fmt: skip


def _note(row: Mapping[str, Any]) -> str:
    """With the doubts, which no sentence states."""
    return f"{UNSIGNED} Flags: {', '.join(row['flags'])}." if row["flags"] else UNSIGNED


def _study(row: Mapping[str, Any], around: Around) -> dict[str, Any]:
    if around.study:
        return {"reference": f"ImagingStudy/{row['study_id']}"}
    return {"type": "ImagingStudy", "identifier": {"value": row["study_id"]}}


def _device(artifact: str) -> dict[str, Any]:
    return {
        "resourceType": "Device", "id": SOFTWARE,
        "deviceName": [{"name": "chartloom imaging reports", "type": "model-name"}],
        **({"version": [{"value": artifact}]} if artifact else {}),
    }  # fmt: skip


def instant(when: datetime | None) -> str:
    """A time without zone is UTC, as the lake keeps it. Empty: not known."""
    if not when:
        return ""
    utc = when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    return utc.isoformat(timespec="seconds").replace("+00:00", "Z")
