"""Persons from FHIR rows: what each resource says of whom, and what says nothing."""

from datetime import date
from typing import Any

import orjson
import pyarrow as pa

from etl.fhir.tables import from_json
from nlp.deid.known.people import persons
from nlp.deid.person import Identifier, Person

HL7 = "http://hl7.org/fhir"
V2 = "http://terminology.hl7.org/CodeSystem/v2-0203"


def table(kind: str, *resources: dict[str, Any], subjects: tuple[int | None, ...] = (7,)) -> pa.Table:
    lines = [orjson.dumps({"resourceType": kind, "id": f"{kind}-{n}", **said}) for n, said in enumerate(resources)]
    made = from_json(kind, lines).table
    subject = pa.array([subjects[n % len(subjects)] for n in range(len(made))], pa.int64())
    return made.append_column("subject_id", subject).append_column("source", pa.array(["s"] * len(made)))


def numbered(code: str, value: str) -> dict[str, Any]:
    return {"type": {"coding": [{"system": V2, "code": code}]}, "value": value}


PATIENT = {
    "name": [
        {"use": "official", "family": "Okafor", "given": ["Ngozi", "A."], "prefix": ["Mrs."]},
        {"use": "maiden", "text": "Ngozi Eze"},
        {"use": "nickname", "given": ["Zizi"]},
        {"use": "old", "family": "Unknown"},
    ],
    "identifier": [
        numbered("MR", "M-1234567"), numbered("SS", "256-43-1574"), numbered("AN", "99871234"),
        {"system": "http://hl7.org/fhir/sid/us-ssn", "value": "256431575"},
        {"system": "https://a.example", "value": "0e2f4c6a-1111-2222-3333-444455556666"},
    ],
    "telecom": [{"system": "phone", "value": "555 0100 22"}, {"system": "email", "value": "n.okafor@mail.example"},
                {"system": "fax", "value": "5550100233"}, {"system": "phone", "value": "n/a"}],
    "gender": "female", "birthDate": "1971-04-05", "deceasedDateTime": "2020-01-02T03:04:05Z",
    "address": [{"line": ["9 Elm Rd"], "city": "Port Ellery", "state": "ME", "postalCode": "04012"}],
    "contact": [{"name": {"family": "Eze", "given": ["Chidi"]}, "address": {"city": "Dry Fork"},
                 "telecom": [{"system": "phone", "value": "555 777 1234"}]}],
    "extension": [{"url": f"{HL7}/StructureDefinition/patient-mothersMaidenName", "valueString": "Adaeze Obi"}],
    "generalPractitioner": [{"reference": "Practitioner/Practitioner-0"}],
}  # fmt: skip


ENCOUNTER = {
    "status": "finished", "class": {"code": "AMB"}, "identifier": [{"value": "V-778812"}],
    "participant": [{"individual": {"display": "Dr. Rosalind Quaye"}}],
    "serviceProvider": {"reference": "urn:uuid:Organization-0"},
}  # fmt: skip
OTHER = '{"subscriberId": "W88123", "identifier": [{"value": "W99"}]}'
MINE = {"reference": "Patient/Patient-0"}


def own() -> dict[str, pa.Table]:
    numbers, other = [{"system": "urn:hospital", "value": "H5550001"}], ["Coverage", "Consent"]
    image = {"status": "available", "subject": MINE, "identifier": [{"value": "RAD2024991"}]}
    return {
        "phi/fhir/Patient": table("Patient", PATIENT),
        "phi/fhir/RelatedPerson": table("RelatedPerson", {"patient": MINE, "name": [{"text": "Obi, Emeka"}]}),
        "phi/fhir/Encounter": table("Encounter", ENCOUNTER),
        "phi/fhir/Device": table("Device", {"patient": MINE, "serialNumber": "SN-44A91"}),
        "phi/fhir/ImagingStudy": table("ImagingStudy", image),
        "phi/fhir/Claim": table("Claim", {"insurer": {"display": "Keystone Care"}}),
        "phi/fhir/Other": pa.table({"subject_id": [7, 7], "resourceType": other, "resource_json": [OTHER, "not read"]}),
        "phi/identities": pa.table({"subject_id": [7], "identifiers": pa.array([numbers])}),
    }


def shared() -> dict[str, pa.Table]:
    staff = {"name": [{"family": "Huang", "given": ["Wei"]}]}, {"name": [{"family": "Other"}]}
    return {
        "phi/fhir/Practitioner": table("Practitioner", *staff, subjects=(None,)),
        "phi/fhir/Organization": table("Organization", {"name": "Mercy Hill Hospital"}, subjects=(None,)),
    }


def whole() -> Person:
    made = persons({**own(), **shared()})
    assert set(made) == {7}
    return made[7]


def test_everything_that_names_the_person() -> None:
    said = {(one.label, one.part, one.value) for one in whole().identifiers}
    assert said == {
        ("PATIENT", "given", "Ngozi"), ("PATIENT", "given", "A."), ("PATIENT", "family", "Okafor"),
        ("PATIENT", "name", "Ngozi Eze"), ("PATIENT", "given", "Zizi"),
        ("MRN", "number", "M-1234567"), ("SSN", "number", "256-43-1574"), ("SSN", "number", "256431575"),
        ("ACCOUNT", "number", "99871234"), ("PHONE", "phone", "555 0100 22"), ("FAX", "phone", "5550100233"),
        ("EMAIL", "email", "n.okafor@mail.example"), ("STREET", "line", "9 Elm Rd"), ("CITY", "city", "Port Ellery"),
        ("STATE", "state", "ME"), ("ZIP", "zip", "04012"), ("RELATIVE", "given", "Chidi"),
        ("RELATIVE", "family", "Eze"), ("PHONE", "phone", "555 777 1234"), ("CITY", "city", "Dry Fork"),
        ("RELATIVE", "name", "Adaeze Obi"), ("RELATIVE", "name", "Obi, Emeka"), ("ACCOUNT", "number", "V-778812"),
        ("STAFF", "name", "Dr. Rosalind Quaye"), ("HOSPITAL", "organization", "Mercy Hill Hospital"),
        ("DEVICE", "number", "SN-44A91"), ("ACCESSION", "number", "RAD2024991"), ("STAFF", "given", "Wei"),
        ("STAFF", "family", "Huang"), ("HEALTHPLAN", "number", "W88123"), ("HEALTHPLAN", "number", "W99"),
        ("MRN", "number", "H5550001"),
    }  # fmt: skip


def test_gender_and_days() -> None:
    found = whole()
    assert (found.gender, found.birth, found.death) == ("female", date(1971, 4, 5), date(2020, 1, 2))


def test_a_second_source_adds_its_own_birth_date() -> None:
    shard = {"phi/fhir/Patient": table("Patient", {"birthDate": "1971-04-05"}, {"birthDate": "1971-05-04"})}
    assert persons(shard)[7].birth == date(1971, 4, 5)
    assert persons(shard)[7].identifiers == (Identifier("DATE", "date", "1971-05-04"),)


def test_persons_do_not_mix() -> None:
    first, second = {"name": [{"family": "Alpha"}]}, {"name": [{"family": "Omega"}]}
    made = persons({"phi/fhir/Patient": table("Patient", first, second, subjects=(1, 2))})
    assert [one.value for one in made[1].identifiers] == ["Alpha"]
    assert [one.value for one in made[2].identifiers] == ["Omega"]


def test_sparse_and_empty_tables() -> None:
    assert persons({}) == {}
    bare = table("Patient", {}, {"name": [{"text": ""}]}, subjects=(1, 2))
    assert persons({"phi/fhir/Patient": bare}) == {1: Person(1), 2: Person(2)}
    assert persons({"phi/fhir/Encounter": pa.table({"id": ["a"]})}) == {}


def test_shared_rows_may_lie_apart() -> None:
    patient = {"generalPractitioner": [{"reference": "Practitioner/Practitioner-0"}]}
    made = persons({"phi/fhir/Patient": table("Patient", patient)}, shared())
    assert [one.value for one in made[7].identifiers] == ["Wei", "Huang"]
