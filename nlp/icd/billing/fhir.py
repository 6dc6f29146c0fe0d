"""Codes as FHIR R4: Condition or Procedure, the Provenance of each, and the Encounter with its diagnoses."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from nlp.icd.billing.items import SUGGESTED, WITHDRAWN, Item
from nlp.icd.billing.stay import Stay

SYSTEMS = {
    "ICD-10-CM": "http://hl7.org/fhir/sid/icd-10-cm",
    "ICD-9-CM": "http://hl7.org/fhir/sid/icd-9-cm",
    "ICD-10-PCS": "http://www.cms.gov/Medicare/Coding/ICD10",
}
TERMS = "http://terminology.hl7.org/CodeSystem/"
POA = "http://hl7.org/fhir/us/qicore/StructureDefinition/qicore-encounter-diagnosisPresentOnAdmission"
INDICATORS = "https://www.cms.gov/Medicare/Medicare-Fee-for-Service-Payment/HospitalAcqCond/Coding"
VERIFIED = {"accepted": "confirmed", SUGGESTED: "unconfirmed", WITHDRAWN: "entered-in-error"}
DONE = {"accepted": "completed", SUGGESTED: "unknown", WITHDRAWN: "entered-in-error"}


def resources(stay: Stay, recorded: str) -> Iterator[dict[str, Any]]:
    """`recorded`: when suggestions were made, an instant. The Encounter is given where it has accepted diagnoses."""
    for item in stay.items:
        yield (_procedure if item.procedure else _condition)(stay, item)
        yield _provenance(stay, item, recorded)
    diagnoses = [item for item in stay.items if item.status == "accepted" and not item.procedure]
    if diagnoses and stay.encounter:
        admitting = [_admitting(item) for item in diagnoses if item.admitting]
        own = stay.encounter.get("diagnosis", ())
        yield {**stay.encounter, "diagnosis": [*own, *map(_diagnosis, diagnoses), *admitting]}


def _condition(stay: Stay, item: Item) -> dict[str, Any]:
    said: dict[str, Any] = {
        "resourceType": "Condition",
        "id": item.id,
        "verificationStatus": _concept("condition-ver-status", VERIFIED[item.status]),
        "category": [_concept("condition-category", "encounter-diagnosis")],
        "code": _code(item),
        **_whose(stay),
    }
    if item.decided:
        said["recordedDate"] = _instant(item.decided)
    evidence = [{"detail": [what]} for what in _sources(stay, item)]
    return {**said, **({"evidence": evidence} if evidence else {}), **_remark(item)}


def _procedure(stay: Stay, item: Item) -> dict[str, Any]:
    said = {"resourceType": "Procedure", "id": item.id, "status": DONE[item.status], "code": _code(item)}
    report = [{"reference": what["reference"]} for what in _sources(stay, item)]
    return {**said, **_whose(stay), **({"report": report} if report else {}), **_remark(item)}


def _provenance(stay: Stay, item: Item, recorded: str) -> dict[str, Any]:
    """Who said so: the artifact, which stands in the resource as a device, and the coder who decided."""
    kind = "Procedure" if item.procedure else "Condition"
    said: dict[str, Any] = {"resourceType": "Provenance", "id": f"{item.id}-p"}
    agents = []
    if item.artifact:
        said["contained"] = [_device(item.artifact)]
        agents.append({"type": _concept("provenance-participant-type", "assembler"), "who": {"reference": "#artifact"}})
    if item.actor:
        role = "verifier" if item.artifact else "author"
        who = {"type": "Practitioner", "display": item.actor}
        agents.append({"type": _concept("provenance-participant-type", role), "who": who})
    said["target"] = [{"reference": f"{kind}/{item.id}"}]
    said["recorded"] = _instant(item.decided) if item.decided else recorded
    entities = [{"role": "source", "what": what} for what in _sources(stay, item)]
    return {**said, "agent": agents, **({"entity": entities} if entities else {})}


def _device(artifact: str) -> dict[str, Any]:
    name = {"name": f"chartloom {artifact}", "type": "model-name"}
    return {"resourceType": "Device", "id": "artifact", "deviceName": [name]}


def _diagnosis(item: Item) -> dict[str, Any]:
    """Present on admission stands in an extension of QI-Core: R4 has no element for it outside of claims."""
    use = _concept("diagnosis-role", "billing")
    said = {"condition": {"reference": f"Condition/{item.id}"}, "use": use, "rank": item.sequence}
    indicator = {"coding": [{"system": INDICATORS, "code": item.poa}]}
    return {**({"extension": [{"url": POA, "valueCodeableConcept": indicator}]} if item.poa else {}), **said}


def _admitting(item: Item) -> dict[str, Any]:
    return {"condition": {"reference": f"Condition/{item.id}"}, "use": _concept("diagnosis-role", "AD")}


def _code(item: Item) -> dict[str, Any]:
    coding = {"system": SYSTEMS.get(item.system, f"urn:chartloom:{item.system}"), "code": item.code}
    return {"coding": [{**coding, **({"display": item.display} if item.display else {})}]}


def _whose(stay: Stay) -> dict[str, Any]:
    subject = {"subject": {"reference": f"Patient/{stay.patient['id']}"}}
    encounter = {"encounter": {"reference": f"Encounter/{stay.encounter['id']}"}} if stay.encounter else {}
    return {**subject, **encounter}


def _sources(stay: Stay, item: Item) -> list[dict[str, str]]:
    """Each document once, with the places in its text; a note whose resource is not known leads nowhere."""
    places: dict[str, list[str]] = {}
    for each in item.evidence:
        if each["note_id"] in stay.documents:
            places.setdefault(stay.documents[each["note_id"]], []).append(f"{each['start']}-{each['end']}")
    return [{"reference": name, "display": f"characters {', '.join(said)}"} for name, said in places.items()]


def _remark(item: Item) -> Mapping[str, Any]:
    if item.status != SUGGESTED or item.score is None:
        return {}
    flags = f"; {', '.join(item.flags)}" if item.flags else ""
    text = (
        f"Suggested by chartloom {item.artifact}: score {item.score:.3f}, {item.band}{flags}. Not confirmed by anybody."
    )
    return {"note": [{"text": text}]}


def _concept(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": TERMS + system, "code": code}]}


def _instant(when: datetime) -> str:
    return when.replace(tzinfo=UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
