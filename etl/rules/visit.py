"""R4 rules on columns: walks the declared elements of a type and yields the rows that break a rule.

Nothing is looked at twice: null counts first, then distinct values; row numbers are made for faults only.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.rules import formats, texts
from etl.rules.conditions import Mask, both, broken
from etl.rules.facts import Condition, Invariant, invariants
from etl.rules.policy import policy
from schemas.fhir import Element, ResourceType, bindings

Rows = NDArray[np.int64]
Place = Callable[[Rows], Rows]
"""Positions in an array (flattened out of lists) -> the rows they stand in."""
DATED = ("date", "dateTime", "instant", "time")
EMPTY = r"\{\s*\}|\[\s*\]"
PRIMITIVE = r'"_%s"\s*:'  # extensions of a primitive stand under this name


@dataclass(frozen=True)
class Fault:
    """`element` is its full path, such as Observation.component.code; `rows` may repeat.

    Of rows with resource_json it holds only where that matches `said`, and not where it matches `unless`.
    """

    rule: str
    element: str
    rows: Rows
    said: str = ""
    unless: str = ""


@dataclass(frozen=True)
class Mention:
    """All references of one element; `distinct`: their names, each once; `place`: positions in `names` -> rows."""

    path: str
    names: pa.Array
    distinct: pa.Array
    targets: tuple[str, ...]
    place: Place


@dataclass(frozen=True)
class Level:
    """The parts of a row, or of structures; `there` tells which of these are there, null: all."""

    elements: tuple[Element, ...]
    names: tuple[str, ...]  # by which rules may speak of it: its path, its place in a data type, its own type
    columns: Mapping[str, pa.Array]
    count: int
    path: str
    place: Place
    mentions: list[Mention]  # what was seen so far
    there: Mask = True

    def flagged(self, rule: str, path: str, bad: Mask, *, said: str = "", unless: str = "") -> Iterator[Fault]:
        bad = both(self.there, bad)
        if bad is False:
            return
        positions = np.arange(self.count) if bad is True else np.flatnonzero(bad)
        if len(positions):
            yield Fault(rule, path, self.place(positions), said, unless)


def faults(kind: ResourceType, rows: pa.RecordBatch, mentions: list[Mention]) -> Iterator[Fault]:
    """References are added to `mentions`: whether what they name is there is seen when all types are read."""
    columns = {name: rows.column(name) for name in rows.schema.names}
    level = Level(kind.elements, (kind.name,), columns, len(rows), kind.name, same, mentions)
    found = [*level.flagged("id-format", f"{kind.name}.id", _bad_ids(columns["id"])), *_structure(level)]
    for choice in kind.required_choices:
        filled = [columns[e.name] for e in kind.elements if e.choice == choice and e.name in columns]
        unless = "|".join(f'"{choice}{name}"' for name in kind.other.get(choice, ()))  # there in a form without column
        found += level.flagged("required", f"{kind.name}.{choice}[x]", _none_of(filled), unless=unless)
    open_json = columns.get("resource_json")
    for fault in found:
        yield from _confirmed(fault, open_json)


def _confirmed(fault: Fault, resources: pa.Array | None) -> Iterator[Fault]:
    """Without rows that the resource as received speaks against; one without text stands as it is."""
    if resources is None or not (fault.said or fault.unless):
        yield fault
        return
    texts_ = resources.take(pa.array(fault.rows))
    keep = pa.repeat(pa.scalar(True), len(texts_))
    if fault.said:
        keep = pc.fill_null(pc.match_substring_regex(texts_, fault.said), True)
    if fault.unless:
        keep = pc.and_(keep, pc.invert(pc.fill_null(pc.match_substring_regex(texts_, fault.unless), False)))
    rows = fault.rows[keep.to_numpy(zero_copy_only=False)]
    if len(rows):
        yield Fault(fault.rule, fault.element, rows)


@cache
def _rules(names: tuple[str, ...]) -> tuple[Invariant, ...]:
    return tuple(rule for name in dict.fromkeys(names) for rule in invariants().get(name, ()))


def _structure(level: Level) -> Iterator[Fault]:
    """What is required, what excludes each other, each part alone, then what holds between parts."""
    columns = level.columns
    for element in level.elements:
        here = f"{level.path}.{element.name}"
        values = columns.get(element.name)
        if element.required:
            unless = "" if element.parts else PRIMITIVE % element.name
            yield from level.flagged("required", here, _absent(element, values), unless=unless)
        if values is not None and values.null_count < level.count:
            names = (here, f"{level.names[-1]}.{element.name}", element.type)
            inner = Level(element.parts, names, {}, level.count, here, level.place, level.mentions)
            yield from _element(element, values, inner)
    for choice in {e.choice for e in level.elements if e.choice}:
        filled = [columns[e.name] for e in level.elements if e.choice == choice and e.name in columns]
        yield from level.flagged("one-of", f"{level.path}.{choice}[x]", _several(filled))
    declared = {element.name for element in level.elements}
    for rule in _rules(level.names):
        if policy().action(rule.key, level.path) != "ignore":
            unless = "|".join(_hidden(each, declared) for each in rule.any if _hidden(each, declared))
            place = f"{level.path}.{rule.element}" if rule.element else level.path
            yield from level.flagged(rule.key, place, broken(rule, columns), unless=unless)


def _hidden(condition: Condition, declared: set[str]) -> str:
    """How an element without a column is seen in the resource as received."""
    if condition.element.endswith("[x]"):
        return rf'"{condition.element.removesuffix("[x]")}[A-Z]\w*"\s*:'
    return "" if condition.element in declared else rf'"{condition.element}"\s*:'


def _element(element: Element, values: pa.Array, level: Level) -> Iterator[Fault]:
    if element.many:
        if not element.required:  # else it is said already
            yield from level.flagged("ele-1", level.path, _mask(pc.equal(pc.list_value_length(values), 0)))
        values, place = values.flatten(), below(values, level.place)
        level = replace(level, count=len(values), place=place)
    if element.type in DATED:
        yield from _dated(element, values, level)
    elif element.binding:
        codes = bindings()[element.binding]
        bad = _unbound(values, codes) if element.parts else _mask(texts.wrong(values, texts.outside(codes)))
        yield from level.flagged("binding", level.path, bad)
    elif element.type in formats.RULES:
        yield from level.flagged(formats.RULES[element.type], level.path, _mask(formats.misformed(element, values)))
    if element.type == "Reference":
        yield from _reference(element, pc.struct_field(values, "reference"), level)
    if element.parts:
        yield from _inside(values, level)


def _reference(element: Element, names: pa.Array, level: Level) -> Iterator[Fault]:
    distinct = texts.distinct(names)
    if not len(distinct):
        return
    level.mentions.append(Mention(level.path, names, distinct, element.targets, level.place))
    if element.targets:
        bad = _mask(texts.among(names, distinct, texts.mistargeted(element.targets)))
        yield from level.flagged("reference-target", level.path, bad)


def _dated(element: Element, values: pa.Array, level: Level) -> Iterator[Fault]:
    distinct = texts.distinct(values)
    misdated = texts.among(values, distinct, texts.misdated(element.type))
    yield from level.flagged("date-format", level.path, _mask(misdated))
    if element.type != "time":
        years = texts.out_of_years(policy().first_year, policy().last_year)
        yield from level.flagged("date-range", level.path, _mask(texts.among(values, distinct, years)))


def _inside(values: pa.StructArray, level: Level) -> Iterator[Fault]:
    """Parts of structures; of one that is not there all parts are null."""
    there = _mask(values.is_valid()) if values.null_count else True
    columns = {field.name: part for field, part in zip(values.type, values.flatten(), strict=True)}
    inner = replace(level, columns=columns, there=there)
    empty = _empty(list(columns.values()), values.null_count)
    yield from inner.flagged("ele-1", level.path, empty, said=EMPTY)
    yield from _structure(inner)


def same(positions: Rows) -> Rows:
    return positions


def below(lists: pa.ListArray, place: Place) -> Place:
    def rows(positions: Rows) -> Rows:
        lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy()
        return place(np.repeat(np.arange(len(lists)), lengths)[positions])

    return rows


def _mask(bad: pa.BooleanArray | None) -> Mask:
    if bad is None:
        return False
    found: Mask = pc.fill_null(bad, False).to_numpy(zero_copy_only=False)
    return found


def _absent(element: Element, values: pa.Array | None) -> Mask:
    if values is None:
        return True
    if element.many:
        return _mask(pc.equal(pc.fill_null(pc.list_value_length(values), 0), 0))
    return _mask(values.is_null()) if values.null_count else False


def _several(filled: list[pa.Array]) -> Mask:
    """Where more than one is there; null counts alone often say that none can be."""
    filled = [values for values in filled if values.null_count < len(values)]
    if len(filled) < 2:
        return False
    found: Mask = sum(values.is_valid().to_numpy(zero_copy_only=False).astype(np.int8) for values in filled) > 1
    return found


def _empty(parts: list[pa.Array], absent: int) -> Mask:
    """Where no part is there; null counts alone mostly say that some always is."""
    if any(part.null_count <= absent for part in parts):
        return False
    return _none_of(parts)


def _none_of(filled: list[pa.Array]) -> Mask:
    none: Mask = True
    for values in filled:
        none = both(none, _mask(values.is_null()) if values.null_count else False)
    return none


def _bad_ids(ids: pa.Array) -> Mask:
    if not ids.null_count and formats.plain_ids(ids):
        return False
    return _mask(pc.invert(pc.fill_null(pc.match_substring_regex(ids, formats.ID), False)))


def _unbound(concepts: pa.StructArray, codes: frozenset[str]) -> Mask:
    """Concepts that are there, and have no coding of the value set."""
    lists = concepts.field("coding")
    inside = pc.is_in(lists.flatten().field("code"), pa.array(sorted(codes), pa.string()))
    bound = np.zeros(len(lists), bool)
    bound[below(lists, same)(np.flatnonzero(inside))] = True
    return both(~bound, _mask(concepts.is_valid()))
