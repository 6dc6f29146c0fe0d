"""fhir.yaml held against the JSON schema of R4 4.0.1: types, lists, required codes. Skipped without CHARTLOOM_DATA."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from schemas.fhir import LEAST, PRIMITIVES, Element, bindings, resource_types

FILE = Path(os.environ.get("CHARTLOOM_DATA", "")) / "code_tables" / "fhir_r4_schema" / "fhir.schema.json"
SAME = {
    "Duration": "Quantity",
    "Timing": "DosageTiming",
    "Timing_Repeat": "TimingRepeat",
    "Dosage_DoseAndRate": "DoseAndRate",
}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    if not os.environ.get("CHARTLOOM_DATA") or not FILE.exists():
        pytest.skip("CHARTLOOM_DATA names no folder with code_tables/fhir_r4_schema")
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))["definitions"]
    return found


@pytest.mark.parametrize("kind", sorted(resource_types()))
def test_elements_are_those_of_the_standard(kind: str, schema: dict[str, Any]) -> None:
    assert list(_faults(schema, kind, resource_types()[kind].elements, kind)) == []


def _faults(schema: dict[str, Any], name: str, elements: tuple[Element, ...], path: str) -> Iterator[str]:
    known = schema[name]["properties"]
    for element in elements:
        here = f"{path}.{element.name}"
        said = known.get(element.name)
        if said is None:
            yield f"{here}: R4 has no such element"
            continue
        item = said.get("items", said)
        kind = item.get("$ref", "").rpartition("/")[2]
        if (said.get("type") == "array") != element.many:
            yield f"{here}: a list in one, single in the other"
        if "enum" in item and set(item["enum"]) != bindings().get(element.binding):
            yield f"{here}: bound to other codes"
        if kind in LEAST and element.least != LEAST[kind]:
            yield f"{here}: {kind}"
        if element.parts and "extension" not in here.lower():
            yield from _of_type(schema, kind, element, here)
        elif kind in PRIMITIVES and kind != element.type:
            yield f"{here}: {kind}, not {element.type}"


def _of_type(schema: dict[str, Any], kind: str, element: Element, path: str) -> Iterator[str]:
    if element.type != "BackboneElement" and SAME.get(kind, kind) != element.type:
        yield f"{path}: {kind}, not {element.type}"
    yield from _faults(schema, kind, element.parts, path)
