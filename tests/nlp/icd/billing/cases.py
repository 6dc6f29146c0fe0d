"""Rows of phi/codes and phi/decisions in a few words."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from nlp.icd.billing.items import items
from nlp.icd.billing.stay import Stay

BEGAN = datetime(2026, 3, 1, 9)
PATIENT = {
    "resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1950-02-28",
    "identifier": [{"value": "77|31", "system": "urn:mrn", "type": {"coding": [{"code": "MR"}]}}],
    "name": [{"family": "O'Hara^Smith", "given": ["Ann", "B."]}],
}  # fmt: skip
ENCOUNTER = {
    "resourceType": "Encounter", "id": "e1", "status": "finished", "subject": {"reference": "Patient/p1"},
    "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
    "period": {"start": "2026-02-20T08:00:00+01:00", "end": "2026-02-25T10:30:00Z"},
}  # fmt: skip
DOCUMENTS = {"n1": "DocumentReference/n1", "DiagnosticReport.r1": "DiagnosticReport/r1"}


def code(code: str, rank: int, system: str = "ICD-10-CM", **said: Any) -> dict[str, Any]:
    evidence = [{"note_id": "n1", "start": 5, "end": 9, "source": "words", "weight": 1.0}]
    return {"subject_id": 1, "encounter_id": "e1", "system": system, "code": code, "display": f"Title of {code}",
            "rank": rank, "score": 0.9, "band": "review", "evidence": evidence, "flags": [], "artifact": "icd-abc",
            **said}  # fmt: skip


def act(number: int, action: str, code: str, actor: str = "ann", after: object = None, **said: Any) -> dict[str, Any]:
    return {"subject_id": 1, "encounter_id": "e1", "decision_id": f"d{number}", "action": action, "code": code,
            "time": BEGAN + timedelta(minutes=number), "actor": actor, "system": "ICD-10-CM",
            "after": after if isinstance(after, str) else json.dumps(after) if after else None, **said}  # fmt: skip


CODES = [code("I50.9", 1, band="pre-accept"), code("E11.9", 2), code("I10", 3, band="hidden"),
         code("BW03ZZZ", 1, "ICD-10-PCS")]  # fmt: skip


def stay(*acts: Mapping[str, Any], suggested: bool = True, **said: Any) -> Stay:
    return Stay(
        tuple(items(CODES, acts, suggested)),
        **{"patient": PATIENT, "encounter": ENCOUNTER, "documents": DOCUMENTS, **said},
    )
