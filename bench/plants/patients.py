"""A planted person as a FHIR R4 Patient: what a registration desk would hold, nicknames not among it."""

from typing import Any

from bench.plants.cast import Name, Someone

TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"
GENDER = {"f": "female", "m": "male"}


def human(name: Name) -> dict[str, Any]:
    return {"use": "official", "family": name.family, "given": [name.given, name.middle]}


def identifier(code: str, system: str, value: str) -> dict[str, Any]:
    return {"type": {"coding": [{"system": TYPES, "code": code}]}, "system": system, "value": value}


def _identifiers(one: Someone, language: str) -> list[dict[str, Any]]:
    known = {
        "mrn": identifier("MR", "urn:oid:2.999.1", one.mrn),
        "ssn": identifier("NI" if language == "es" else "SS", "http://hl7.org/fhir/sid/us-ssn", one.ssn),
        "account": identifier("AN", "urn:oid:2.999.2", one.account),
        "plan": identifier("MB", "urn:oid:2.999.3", one.plan),
        "driver": identifier("DL", "urn:oid:2.999.4", one.driver),
    }
    if language == "es":
        known["ssn"]["system"] = "urn:oid:1.3.6.1.4.1.19126.3"
    return [value for key, value in known.items() if key in one.told] or [known["mrn"]]


def _telecom(one: Someone) -> list[dict[str, Any]]:
    said = [
        ("phone", "phone", one.phone, "home"),
        ("work", "phone", one.work, "work"),
        ("email", "email", one.email, "home"),
    ]
    return [{"system": system, "value": value, "use": use} for key, system, value, use in said if key in one.told]


def _contact(one: Someone) -> dict[str, Any]:
    near = one.relatives[0]
    return {
        "relationship": [{"text": near.kin}],
        "name": {"family": near.name.family, "given": [near.name.given]},
        "telecom": [{"system": "phone", "value": near.phone}],
    }


def patient(one: Someone, language: str = "en") -> dict[str, Any]:
    city, state, code, _, _ = one.city
    found: dict[str, Any] = {
        "resourceType": "Patient", "id": one.id, "identifier": _identifiers(one, language), "name": [human(one.name)],
        "gender": GENDER[one.name.gender], "birthDate": one.birth.isoformat(),
    }  # fmt: skip
    if telecom := _telecom(one):
        found["telecom"] = telecom
    if "address" in one.told:
        place = {"line": [one.street], "city": city, "state": state if language == "es" else code}
        found["address"] = [{**place, "postalCode": one.zip, "country": "ES" if language == "es" else "US"}]
    if "contact" in one.told:
        found["contact"] = [_contact(one)]
    if "pcp" in one.told:
        found["generalPractitioner"] = [{"display": f"Dr. {one.pcp.full}"}]
    return found
