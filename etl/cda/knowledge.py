"""What is known of C-CDA: which templates make which raw table, and which cells their rows have. Read once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml
from lxml import etree

FOLDER = "ccda/reader"
COMMON = ("person", "document", "written", "section", "entry", "element", "mood", "status", "negated", "absent",
          "unclear")  # fmt: skip
"""Columns that every raw table has, beside those of entries.yaml."""
HL7 = "2.16.840.1.113883.10.20."
SHORT = re.compile(r"\bT\(([\d.]+)\)")  # in paths: has this template


@dataclass(frozen=True)
class Cell:
    """A kind of cells.py, and where its elements or attributes stand, seen from the row's element.

    With `above`, seen from the element that this leads to; all rows that share it have the same cell.
    """

    kind: str
    path: etree.XPath
    above: etree.XPath | None = None


@dataclass(frozen=True)
class Entry:
    """What makes rows of a raw table: elements with one of `templates`, or at one of `paths`.

    `key`: columns that, beside an element's own id, tell two apart where one id is used twice.
    """

    name: str
    table: str
    templates: frozenset[str]
    paths: tuple[etree.XPath, ...]
    unless: etree.XPath | None
    key: tuple[str, ...]
    cells: Mapping[str, tuple[Cell, ...]]  # the first that says something counts
    shared: bool
    says: Mapping[str, str]

    @property
    def columns(self) -> tuple[str, ...]:
        return (*COMMON, *self.says, *self.cells)


@cache
def columns() -> Mapping[str, tuple[str, ...]]:
    """Raw table -> its columns."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in entries():
        found[entry.table] = tuple(dict.fromkeys((*found.get(entry.table, ()), *entry.columns)))
    return found


@cache
def entries() -> tuple[Entry, ...]:
    """In the order in which they claim elements."""
    return tuple(_entry(name, said) for name, said in _yaml("entries.yaml").items())


@cache
def systems() -> Mapping[str, str]:
    """OID -> the URL that FHIR has for it."""
    short = yaml.safe_load(resources.files("fhir_mappings").joinpath("codesystems.yaml").read_text(encoding="utf-8"))
    return {str(oid): short.get(name, name) for oid, name in _yaml("oids.yaml").items()}


@cache
def _placeholders() -> tuple[re.Pattern[str], ...]:
    said = resources.files("fhir_mappings").joinpath("fhir/identities.yaml").read_text(encoding="utf-8")
    return tuple(re.compile(each, re.IGNORECASE) for each in yaml.safe_load(said)["values_not"])


def is_placeholder(identifier: str) -> bool:
    """Whether it was never given to one person."""
    return any(each.fullmatch(identifier) for each in _placeholders())


def system(oid: str) -> str:
    return systems().get(oid, f"urn:oid:{oid}" if oid[:1].isdigit() and "." in oid else f"urn:uuid:{oid.lower()}")


def _yaml(name: str) -> dict[str, Any]:
    text = resources.files("fhir_mappings").joinpath(f"{FOLDER}/{name}").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def _entry(name: str, said: Mapping[str, Any]) -> Entry:
    return Entry(
        name,
        said.get("table", name),
        frozenset(_template(str(each)) for each in said.get("templates", ())),
        tuple(_path(each) for each in said.get("paths", ())),
        _path(said["unless"]) if "unless" in said else None,
        tuple(said.get("key", ())),
        {column: _cells(text) for column, text in said["columns"].items()},
        bool(said.get("shared", False)),
        said.get("says", {}),
    )


def _cells(said: str | list[str]) -> tuple[Cell, ...]:
    return tuple(_cell(each) for each in ([said] if isinstance(said, str) else said))


def _cell(said: str) -> Cell:
    kind, path = said.split(" ", 1)
    above, arrow, below = path.partition(" -> ")
    return Cell(kind, _path(below), _path(above)) if arrow else Cell(kind, _path(path))


def _template(said: str) -> str:
    """Those of HL7's C-CDA are written without what they all begin with."""
    return said if said.startswith(("1.", "2.16.")) else HL7 + said


def _path(said: str) -> etree.XPath:
    return etree.XPath(SHORT.sub(lambda found: f"templateId/@root='{_template(found[1])}'", said))
