"""FHIR R4 resource types as tables, read from fhir.yaml: the columns, and the facts that the checks are made of."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import pyarrow as pa

from contract.table import Column, Table
from schemas import yaml_text

PRIMITIVES: dict[str, pa.DataType] = {
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "decimal": pa.float64(),
    **dict.fromkeys(("id", "string", "code", "uri", "url", "markdown", "base64Binary"), pa.string()),
    **dict.fromkeys(
        ("date", "dateTime", "instant", "time"), pa.string()
    ),  # as FHIR writes them: precision and zone stay
}
LEAST = {"positiveInt": 1, "unsignedInt": 0}  # integers with a bound: their column is that of any integer
ELEMENT = re.compile(r"^(?P<type>\w+)(\((?P<targets>[\w|]+)\))?(?P<card>[!*+]?)( (?P<binding>[\w-]+))?$")


@dataclass(frozen=True)
class Element:
    """One element of a type: Observation.status is Element("status", "code", required=True, binding=...)."""

    name: str
    type: str  # a primitive, a data type, Reference, or BackboneElement
    required: bool = False
    many: bool = False
    targets: tuple[str, ...] = ()
    binding: str = ""
    choice: str = ""  # the x of value[x]: "value"
    least: int | None = None  # of an integer: positiveInt 1, unsignedInt 0
    parts: tuple["Element", ...] = ()

    @property
    def arrow(self) -> pa.DataType:
        if self.type in PRIMITIVES:
            one = PRIMITIVES[self.type]
        else:
            one = pa.struct([pa.field(part.name, part.arrow) for part in self.parts])
        return pa.list_(one) if self.many else one


@dataclass(frozen=True)
class ResourceType:
    name: str
    about: str
    patient: str  # the element that says whose row it is; empty: shared
    elements: tuple[Element, ...]
    required_choices: tuple[str, ...] = ()
    other: Mapping[str, list[str]] = field(default_factory=dict)


def _load(name: str) -> Any:
    return yaml_text.read(resources.files("schemas").joinpath(name).read_text(encoding="utf-8"))


@cache
def bindings() -> dict[str, frozenset[str]]:
    return {name: frozenset(codes) for name, codes in _load("bindings.yaml").items()}


@cache
def _datatype(name: str) -> tuple[Element, ...]:
    return tuple(_elements(_load_datatypes()[name]))


@cache
def _load_datatypes() -> dict[str, dict[str, str]]:
    return dict(_load("datatypes.yaml"))


def _elements(declared: Mapping[str, Any]) -> Iterator[Element]:
    for name, text in declared.items():
        if isinstance(text, list):
            card, parts = text
            yield Element(
                name,
                "BackboneElement",
                card in "!+" and card != "",
                card in "*+" and card != "",
                parts=tuple(_elements(parts)),
            )
        elif name.endswith("[x]"):
            stem = name.removesuffix("[x]")
            for choice in re.findall(r"\w+(?:\([\w|]+\))?", text):
                kind = choice.split("(")[0]
                yield _element(stem + kind[0].upper() + kind[1:], choice, stem)
        else:
            yield _element(name, text)


def _element(name: str, text: str, choice: str = "") -> Element:
    found = ELEMENT.match(text)
    if not found:
        raise ValueError(f"schemas/fhir.yaml: {name}: {text!r} is not TYPE CARD BINDING")
    least, card = LEAST.get(found["type"]), found["card"]
    kind = "integer" if found["type"] in LEAST else found["type"]
    parts = () if kind in PRIMITIVES else _datatype(kind)
    targets = tuple(found["targets"].split("|")) if found["targets"] else ()
    required, many = card in ("!", "+"), card in ("*", "+")
    return Element(name, kind, required, many, targets, found["binding"] or "", choice, least, parts)


@cache
def resource_types() -> dict[str, ResourceType]:
    """Every R4 type with columns, by name."""
    return {
        name: ResourceType(
            name,
            said["about"],
            said.get("patient", ""),
            tuple(_elements(said["elements"])),
            tuple(said.get("required_choices", ())),
            said.get("other", {}),
        )
        for name, said in _load("fhir.yaml").items()
    }


ORIGIN = (
    Column("source", pa.string(), "The source in pipelines.yaml that delivered the row.", required=True),
    Column("origin_id", pa.int64(), "The subject given to the source's own person at first sight, before merges."),
    Column("source_group", pa.string(), "The group of files it came with."),
    Column("source_file", pa.string(), "The file it came from."),
    Column("source_line", pa.int64(), "The line in that file, from 1; of a bundle, the entry."),
    Column(
        "arrival",
        pa.int64(),
        "Ordinal of its group among the source's deliveries; newest lastUpdated wins, then arrival.",
        required=True,
    ),
)
RECORDED = Column(
    "recorded",
    pa.timestamp("us"),
    "When the fact became known, in UTC, where the source says so and the type has no element for it.",
)
ARRIVED = ("source", "arrival", "source_file", "source_line", "id")  # the order the rows came in costs no sort
COMMON = (
    Column("id", pa.string(), "Resource.id, unique within type and source.", required=True),
    Column("subject_id", pa.int64(), "The person; null in the shared shard."),
    Column("lastUpdated", pa.timestamp("us"), "Resource.meta.lastUpdated in UTC; null when the source has none."),
    Column("resource_json", pa.large_string(), "The resource as received, when the source was FHIR itself."),
)


def fhir_table(kind: ResourceType, phi: bool) -> Table:
    """phi/fhir/<Type> with its origin, or fhir/<Type> without."""
    elements = tuple(Column(e.name, e.arrow, _about(e)) for e in kind.elements)
    recorded = () if any(element.name == "recorded" for element in kind.elements) else (RECORDED,)
    columns = COMMON[:2] + elements + COMMON[2:] + ((*recorded, *ORIGIN) if phi else ())
    name = f"{'phi/' if phi else ''}fhir/{kind.name}"
    return Table(
        name,
        kind.about,
        columns,
        key=("source", "id") if phi else ("id",),
        order=ARRIVED if phi else ("id",),
        sparse=True,
    )


def _about(element: Element) -> str:
    said = [element.type + (f" of {'|'.join(element.targets)}" if element.targets else "")]
    if element.required:
        said.append("required")
    if element.binding:
        said.append(f"bound to {element.binding}")
    return ", ".join(said) + "."


def other_table(phi: bool) -> Table:
    """Resources of types that have no columns, whole."""
    kind = Column("resourceType", pa.string(), "The R4 type.", required=True)
    columns = (COMMON[0], COMMON[1], kind, *COMMON[2:], *(ORIGIN if phi else ()))
    key = ("source", "resourceType", "id") if phi else ("resourceType", "id")
    return Table(
        f"{'phi/' if phi else ''}fhir/Other",
        "Resources of types without columns of their own.",
        columns,
        key=key,
        order=ARRIVED if phi else ("resourceType", "id"),
    )
