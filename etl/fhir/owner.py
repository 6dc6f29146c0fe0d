"""Whose row a resource is: the patient it names, nobody, or somebody who cannot be made out."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from etl.fhir.knowledge import load
from schemas.fhir import resource_types

PATIENT = re.compile(r"(?:^|/)Patient/([A-Za-z0-9\-.]{1,64})(?:/_history/[^/]+)?$")
OTHER_TYPE = re.compile(r"(?:^|/)[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}(?:/_history/[^/]+)?$")
SHARED = ""
UNNAMED = "\x00"  # no key of a person: such a row names a patient whom nothing identifies
Lookup = Callable[[str, str], str | None]
"""(system, value) of an identifier -> Patient.id, when the group has such a patient."""


@cache
def _paths(kind: str) -> tuple[str, ...]:
    known = resource_types().get(kind)
    if known:
        return (known.patient,) if known.patient else ()
    said = load("compartment")
    return tuple(said["types"].get(kind, said["default"]))


def owner(kind: str, resource: Mapping[str, Any], urls: Mapping[str, str], lookup: Lookup) -> str:
    """Patient.id, SHARED, or UNNAMED. Of several patients named by a type without columns: SHARED."""
    if kind == "Patient":
        return str(resource["id"])
    for path in _paths(kind):
        found = resource.get(path)
        if isinstance(found, dict):  # the common case, for speed
            return _person(found, resource, urls, lookup)
        named = {_person(value, resource, urls, lookup) for value in _values(resource, path.split("."))} - {SHARED}
        certain = named - {UNNAMED} or named
        if len(certain) == 1:
            return certain.pop()
    return SHARED


def _values(found: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(found, list):
        for item in found:
            yield from _values(item, path)
    elif path and isinstance(found, Mapping):
        if path[0] in found:
            yield from _values(found[path[0]], path[1:])
    elif not path:
        yield found


def _person(value: Any, resource: Mapping[str, Any], urls: Mapping[str, str], lookup: Lookup) -> str:
    if not isinstance(value, Mapping):
        return UNNAMED
    reference = value.get("reference")
    if isinstance(reference, str):
        return _referred(urls.get(reference, reference), resource, lookup)
    if value.get("type", "Patient") != "Patient":
        return SHARED
    identifier = value.get("identifier")
    if isinstance(identifier, Mapping):
        return lookup(str(identifier.get("system", "")), str(identifier.get("value", ""))) or UNNAMED
    return UNNAMED if value else SHARED


def _referred(reference: str, resource: Mapping[str, Any], lookup: Lookup) -> str:
    found = PATIENT.search(reference)
    if found:
        return found[1]
    if reference.startswith("Patient?identifier="):
        system, _, value = reference.removeprefix("Patient?identifier=").partition("|")
        return lookup(system, value) or UNNAMED
    if reference.startswith("#"):
        return UNNAMED if _contained(reference[1:], resource) == "Patient" else SHARED
    return SHARED if OTHER_TYPE.search(reference) else UNNAMED


def _contained(id_: str, resource: Mapping[str, Any]) -> Any:
    inside = resource.get("contained")
    every = inside if isinstance(inside, list) else ()
    return next((c.get("resourceType") for c in every if isinstance(c, Mapping) and c.get("id") == id_), None)
