"""An identifier in the place of every string of every type: none comes through; numbers and public codes do."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from nlp.deid.policy.policy import SHIPPED
from nlp.deid.policy.release import Release
from schemas.fhir import Element, resource_types
from schemas.registry import table
from tests.nlp.deid.policy.persons import NAME

PLANTS = [NAME, f"Mr {NAME} Quagmire", f"http://ehr.example/{NAME}", f"{NAME}@mail.example", f"2020-01-01 {NAME}"]


def planted(kind: pa.DataType, plant: str) -> Any:
    if pa.types.is_struct(kind):
        return {field.name: planted(field.type, plant) for field in kind}
    if pa.types.is_list(kind):
        return [planted(kind.value_type, plant)] * 2
    if pa.types.is_boolean(kind):
        return True
    return plant if pa.types.is_string(kind) or pa.types.is_large_string(kind) else 42


def resources(kind: str, plants: list[str]) -> pa.Table:
    schema = table(f"phi/fhir/{kind}").schema
    subject = 1 if resource_types()[kind].patient else None
    filled = [
        {field.name: planted(field.type, plant) for field in schema if not pa.types.is_timestamp(field.type)}
        | {"id": f"x{place}", "subject_id": subject}
        for place, plant in enumerate(plants)
    ]
    return pa.Table.from_pylist(filled, schema=schema)


@pytest.mark.parametrize("policy", SHIPPED)
@pytest.mark.parametrize("kind", resource_types())
def test_nothing_planted_survives(kind: str, policy: str, release: Callable[..., Release]) -> None:
    rows = resources(kind, PLANTS)
    out = release(policy, {f"phi/fhir/{kind}": rows}).table(f"phi/fhir/{kind}", rows)
    survivors = {leaf for found in out.to_pylist() for leaf in leaves(found, of=NAME)}
    towns = {"address.city", "contact.address.city"} if policy == "limited" else set()  # which a limited data set keeps
    assert survivors - towns == set()


@pytest.mark.parametrize("policy", SHIPPED)
@pytest.mark.parametrize("name", ["timeline", "notes", "embeddings"])
def test_nothing_planted_survives_in_flat_tables(name: str, policy: str, release: Callable[..., Release]) -> None:
    """One column at a time: an event whose code does not pass would take along what else was planted."""
    good = {
        "code": "LOINC//8302-2",
        "encoder": "net:1",
        "study_id": "s",
        "image_id": "i",
        "note_id": "n",
        "embedding": [1.0],
    }
    schema = table(f"phi/{name}").schema
    texts = [field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)]
    planted_rows = [{"subject_id": 1, **good, column: plant} for column in texts for plant in PLANTS]
    rows = pa.Table.from_pylist(
        [{k: v for k, v in row.items() if k in schema.names} for row in planted_rows], schema=schema
    )
    out = release(policy, {f"phi/{name}": rows}).table(f"phi/{name}", rows)
    assert {leaf for found in out.to_pylist() for leaf in leaves(found, of=NAME)} == set()


def numbers(elements: tuple[Element, ...], path: str = "") -> list[str]:
    own = [path + e.name for e in elements if e.type in ("decimal", "integer", "boolean")]
    return own + [inner for e in elements for inner in numbers(e.parts, f"{path}{e.name}.")]


def leaves(value: Any, path: str = "", of: str = "") -> set[str]:
    """Paths of values; `of`: of those that hold this text."""
    if isinstance(value, list):
        return {leaf for item in value for leaf in leaves(item, path, of)}
    if isinstance(value, dict):
        return {leaf for key, item in value.items() for leaf in leaves(item, f"{path}.{key}" if path else key, of)}
    return set() if value is None or of not in str(value) else {path}


DROPPED = ("extension", "position", "size", "data")


@pytest.mark.parametrize("kind", resource_types())
def test_every_number_stays(kind: str, release: Callable[..., Release]) -> None:
    rows = resources(kind, ["x"])
    found = leaves(release("research", {f"phi/fhir/{kind}": rows}).table(f"phi/fhir/{kind}", rows).to_pylist())
    wanted = {n for n in numbers(resource_types()[kind].elements) if not any(part in DROPPED for part in n.split("."))}
    identity = {n for n in wanted if n.split(".")[0] in ("telecom",) and not resource_types()[kind].patient}
    assert wanted - identity <= found
