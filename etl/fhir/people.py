"""Who is who in a group: its Patients, their identifying identifiers, and who replaces whom."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from contract.work import PEOPLE
from etl.fhir.documents import Wanted
from etl.fhir.entry import Entry, good_id
from etl.fhir.files import is_fhir, items
from etl.fhir.knowledge import Identifying
from etl.fhir.owner import PATIENT

PATIENTS = Wanted(only="Patient", exact=False)


@dataclass
class Person:
    updated: str = ""
    identifiers: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    replaced_by: str | None = None


def patients(files: Iterable[Path]) -> Iterator[Entry]:
    for file in files:
        if is_fhir(file):
            for item in items(file, PATIENTS):
                if isinstance(item, Entry) and item.kind == "Patient" and good_id(item.resource.get("id")):
                    yield item


def people(files: Iterable[Path], identifying: Identifying) -> pa.Table:
    """PEOPLE; of a Patient that stands there twice, the newest version counts."""
    found: dict[str, Person] = {}
    for entry in patients(files):
        key, updated = entry.resource["id"], _updated(entry.resource)
        person = found.setdefault(key, Person())
        if updated >= person.updated:
            person.updated = updated
            person.identifiers = {(i["system"], i["value"]): i for i in _identifying(entry.resource, identifying)}
        for link, other in _links(entry):
            if link == "replaced-by":
                person.replaced_by = other
            elif link == "replaces":
                found.setdefault(other, Person()).replaced_by = key
    rows = [
        {"key": key, "identifiers": list(person.identifiers.values()), "replaced_by": person.replaced_by}
        for key, person in found.items()
    ]
    return pa.Table.from_pylist(rows, schema=PEOPLE)


def by_identifier(files: Iterable[Path]) -> dict[tuple[str, str], str]:
    """(system, value) -> Patient.id, of every identifier that only one Patient of the group has."""
    found: dict[tuple[str, str], set[str]] = {}
    for entry in patients(files):
        for identifier in _identifiers(entry.resource):
            name = (str(identifier.get("system", "")), str(identifier.get("value", "")))
            found.setdefault(name, set()).add(entry.resource["id"])
    return {name: next(iter(ids)) for name, ids in found.items() if len(ids) == 1}


def _updated(resource: Mapping[str, Any]) -> str:
    meta = resource.get("meta")
    return str(meta.get("lastUpdated", "")) if isinstance(meta, dict) else ""


def _identifiers(resource: Mapping[str, Any]) -> list[dict[str, Any]]:
    said = resource.get("identifier")
    return [i for i in said if isinstance(i, dict)] if isinstance(said, list) else []


def _identifying(resource: Mapping[str, Any], identifying: Identifying) -> Iterator[dict[str, str]]:
    for identifier in _identifiers(resource):
        picked = identifying.pick(identifier)
        if picked:
            yield picked


def _links(entry: Entry) -> Iterator[tuple[str, str]]:
    """(type, Patient.id) of Patient.link."""
    said = orjson.loads(entry.raw).get("link") if b'"link"' in entry.raw else None  # with references resolved
    for link in said if isinstance(said, list) else ():
        other = link.get("other") if isinstance(link, dict) else None
        named = PATIENT.search(str(other.get("reference", ""))) if isinstance(other, dict) else None
        if named and named[1] != entry.resource["id"]:
            yield str(link.get("type")), named[1]
