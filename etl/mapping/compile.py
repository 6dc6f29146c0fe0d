"""From YAML to trees: every element, type, column and expression is checked now, so that no night fails on them."""

import re
from collections.abc import Mapping as Dict
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

import pyarrow as pa

from contract.errors import MappingError
from etl.mapping.expressions import Expressions, plain
from etl.mapping.language import RawTable
from etl.mapping.shapes import CALL, Shapes, arguments, expand, opened
from etl.mapping.steps import OWNER, ZONE
from etl.mapping.tree import Constant, Items, Part, Resource, Sql, Struct
from schemas.fhir import PRIMITIVES, Element, resource_types

WORDS = ("id", "when", "by", "over", "lastUpdated", "recorded")  # beside the elements of a resource
TIMES = {"lastUpdated": "moment", "recorded": "moment_after"}  # word -> function of the zone and a FHIR dateTime
NEEDS = {"Quantity": "value", "Age": "value", "Money": "value"}  # a unit, a sign or a currency alone says nothing
NAME = re.compile(r"^[\w-]+$")
INNER_WORDS = ("when", "each")


@dataclass(frozen=True)
class Vocabulary:
    """What mappings may say by name."""

    shapes: Shapes
    systems: Dict[str, str]


def resources(table: RawTable, words: Vocabulary, sql: Expressions) -> tuple[Resource, ...]:
    """One resource for each entry of `resources:`; "Type label" lets a type come twice."""
    return tuple(_Compiler(table, label, words, sql).resource() for label in table.resources)


class _Compiler:
    def __init__(self, table: RawTable, label: str, words: Vocabulary, sql: Expressions) -> None:
        self._table, self._label, self._words, self._sql = table, label, words, sql
        self._ids = [f"id({other.split()[0]})" for other in table.resources]
        self._said: Dict[str, Any] = table.resources[label]

    def resource(self) -> Resource:
        name = self._label.split()[0]
        types = resource_types()
        if name not in types:
            raise self._error(f"{name} is no type with columns; types are {', '.join(types)}.")
        elements = {element.name: element for element in types[name].elements}
        self._known(self._said, [*elements, *WORDS], name)
        id_columns, hashed = self._id()
        parts = {
            key: self._part(value, elements[key], f"{name}.{key}")
            for key, value in self._said.items()
            if key in elements
        }
        times = {word: self._time(word, name) for word in TIMES if word in self._said and word not in elements}
        absent = [e.name for e in elements.values() if e.required and e.name not in parts]
        if absent:
            raise self._error(f"{name}: required element(s) {', '.join(absent)} have no value.")
        when = self._condition(self._said, f"{name}.when")
        return Resource(name, self._label, id_columns, hashed, parts, when, self._by(), times)

    def _error(self, text: str) -> MappingError:
        return MappingError(f"{self._table.name}.yaml: {text}")

    def _id(self) -> tuple[tuple[str | Constant, ...], bool]:
        """Any other expression is computed under a name of its own."""
        text = str(self._said.get("id", ""))
        call = CALL.match(text)
        if call and call["name"] == "hash":
            parts = [_hashed(part) for part in arguments(call["args"])]
            self._columns([part for part in parts if isinstance(part, str)], "id: a column, or hash(COLUMN, ...)")
            return tuple(parts), True
        if plain(text) not in self._sql.names and not text.isidentifier() and text:
            self._sql.hide(f"id${self._label}", text, f"{self._label}.id")
            return (f"id${self._label}",), False
        self._columns([plain(text)], "id: a column, or hash(COLUMN, ...)")
        return (plain(text),), False

    def _by(self) -> tuple[str, ...]:
        """Columns of the row itself may bring persons' rows together; what is computed of them never does."""
        by = [plain(str(name)) for name in self._said.get("by", [])]
        self._columns(by, "by: [COLUMN, ...]")
        own = {column.name for column in self._table.read}
        return (OWNER, *by) if self._table.person and not own.issuperset(by) else tuple(by)

    def _columns(self, names: list[str], what: str) -> None:
        wrong = [name for name in names if name not in self._sql.names]
        if wrong:
            known = ", ".join(self._sql.known)
            raise self._error(f"{self._label}: {what}; {', '.join(map(repr, wrong))} is not among {known}.")

    def _known(self, said: Any, allowed: list[str], path: str) -> None:
        if not isinstance(said, dict):
            raise self._error(f"{path}: found {said!r}; it has elements: {', '.join(allowed)}.")
        wrong = [key for key in said if key not in allowed]
        if wrong:
            raise self._error(f"{path} has no element {', '.join(map(str, wrong))}; it has {', '.join(allowed)}.")

    def _time(self, word: str, name: str) -> Sql:
        """A moment in UTC; `recorded` is over when a day without hour is."""
        text = self._sql.expression(str(self._said[word]), pa.string(), f"{name}.{word}", self._ids)
        call = f'{TIMES[word]}("{ZONE}", {text.text})'
        return Sql(call, tuple(dict.fromkeys((*text.columns, ZONE))), pa.timestamp("us"), text.said)

    def _condition(self, said: Dict[str, Any], path: str) -> Sql | None:
        return self._sql.condition(str(said["when"]), path, self._ids) if "when" in said else None

    def _part(self, value: Any, element: Element, path: str) -> Part:
        if not element.many:
            if isinstance(value, list):
                raise self._error(f"{path} holds one {element.type}, not a list.")
            return self._one(value, element, path)
        entries = value if isinstance(value, list) else [value]
        each = entries[0].get("each") if len(entries) == 1 and isinstance(entries[0], dict) else None
        parts = tuple(self._one(entry, element, path) for entry in entries)
        grouped = self._sql.expression(str(each), pa.string(), f"{path}.each", self._ids) if each else None
        return Items(parts, element.arrow, grouped)

    def _one(self, value: Any, element: Element, path: str) -> Part:
        if isinstance(value, str):
            value = expand(value, self._words.shapes)
        if element.type in PRIMITIVES:
            return self._leaf(value, element, path)
        kind = element.arrow.value_type if element.many else element.arrow
        parts = {part.name: part for part in element.parts}
        self._known(value, [*parts, *INNER_WORDS], path)
        inner = {k: self._part(v, parts[k], f"{path}.{k}") for k, v in value.items() if k not in INNER_WORDS}
        needs = NEEDS.get(element.type, "")
        return Struct(inner, kind, self._condition(value, f"{path}.when"), needs if needs in inner else "")

    def _leaf(self, value: Any, element: Element, path: str) -> Part:
        kind = PRIMITIVES[element.type]
        if isinstance(value, str) and element.name in ("system", "url") and value in self._words.systems:
            return Constant(self._words.systems[value], kind)
        if isinstance(value, str) and value.startswith("= "):
            return Constant(opened(value[2:]), kind)
        if isinstance(value, bool | int | float):
            return self._number(value, kind, path)
        if not isinstance(value, str):
            raise self._error(f"{path} is a {element.type}: say an expression or '= text'.")
        if element.name in ("system", "url") and NAME.match(value) and value not in self._sql.names:
            near = ", ".join(get_close_matches(value, self._words.systems, 5, 0.4)) or ", ".join(self._words.systems)
            raise self._error(f"{path}: {value!r} is neither a column nor a name in codesystems.yaml; close: {near}.")
        found = self._sql.expression(value, kind, path, self._ids)
        return self._named(found, value) if element.name == "system" else found

    def _named(self, found: Sql, said: str) -> Sql:
        """A short name that a map or a constant gives is no system yet: its URL is."""
        texts = {
            text for each in (said, *(text for _, text in self._table.let)) for text in re.findall(r"'([^']+)'", each)
        }
        fields = (entry for entries in self._sql.maps.values() for entry in entries.values())
        texts |= {str(text) for entry in fields for text in (entry.values() if isinstance(entry, dict) else [entry])}
        cases = [
            f"WHEN '{name}' THEN '{self._words.systems[name]}'" for name in sorted(texts & set(self._words.systems))
        ]
        return replace(found, text=f"CASE {found.text} {' '.join(cases)} ELSE {found.text} END") if cases else found

    def _number(self, value: bool | int | float, kind: pa.DataType, path: str) -> Constant:
        fits = pa.types.is_boolean(kind) if isinstance(value, bool) else not pa.types.is_string(kind)
        if not fits:
            raise self._error(f"{path} is a {kind}; found {value!r}. Write text as '= {value}'.")
        return Constant(value, kind)


def _hashed(part: str) -> str | Constant:
    return Constant(opened(part[2:]), pa.string()) if part.startswith("= ") else plain(part)
