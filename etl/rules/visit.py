"""R4 rules on columns: walks the declared elements of a type and yields the rows that break a rule.

Nothing is looked at twice: null counts first, then distinct values; row numbers are made for faults only.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.rules import texts
from etl.rules.policy import policy
from schemas.fhir import Element, ResourceType, bindings

Rows = NDArray[np.int64]
Place = Callable[[Rows], Rows]
"""Positions in an array (flattened out of lists) -> the rows they stand in."""
DATED = ("date", "dateTime", "instant", "time")


@dataclass(frozen=True)
class Fault:
    """`element` is its full path, such as Observation.component.code; `rows` may repeat."""

    rule: str
    element: str
    rows: Rows


def faults(kind: ResourceType, rows: pa.RecordBatch) -> Iterator[Fault]:
    columns = {name: rows.column(name) for name in rows.schema.names}
    yield from _flagged("id-format", f"{kind.name}.id", _bad_ids(columns["id"]), _same)
    yield from _structure(kind.elements, columns, len(rows), kind.name, _same)
    open_json = columns.get("resource_json")
    for choice in kind.required_choices:
        filled = [columns[e.name] for e in kind.elements if e.choice == choice and e.name in columns]
        missing = _none_of(filled, len(rows))
        if choice in kind.other and open_json is not None:  # it may stand there in a form without column
            missing = pc.and_(missing, open_json.is_null())
        yield from _flagged("required", f"{kind.name}.{choice}[x]", missing, _same)


def _structure(
    elements: tuple[Element, ...], columns: dict[str, pa.Array], count: int, path: str, place: Place
) -> Iterator[Fault]:
    """The parts of a row, or of a structure that is there: which are required, which exclude each other, each alone."""
    for element in elements:
        here = f"{path}.{element.name}"
        values = columns.get(element.name)
        if element.required:
            yield from _flagged("required", here, _absent(element, values, count), place)
        if values is not None and values.null_count < count and _judged(element):
            yield from _element(element, values, here, place)
    for choice in {e.choice for e in elements if e.choice}:
        filled = [columns[e.name] for e in elements if e.choice == choice and e.name in columns]
        yield from _flagged("one-of", f"{path}.{choice}[x]", _several(filled), place)


@cache
def _judged(element: Element) -> bool:
    """Whether any rule speaks of the element or of what is below it."""
    own = element.binding or element.targets or element.type in DATED
    return bool(own) or any(part.required or part.choice or _judged(part) for part in element.parts)


def _element(element: Element, values: pa.Array, path: str, place: Place) -> Iterator[Fault]:
    if element.many:
        values, place = values.flatten(), _below(values, place)
    if element.type in DATED:
        yield from _flagged("date-format", path, texts.wrong(values, texts.misdated(element.type)), place)
        if element.type != "time":
            years = texts.out_of_years(policy().first_year, policy().last_year)
            yield from _flagged("date-range", path, texts.wrong(values, years), place)
    elif element.type == "Reference":
        names = values.field("reference")
        yield from _flagged("reference-target", path, texts.wrong(names, texts.mistargeted(element.targets)), place)
    elif element.type == "CodeableConcept" and element.binding:
        yield from _flagged("binding", path, _unbound(values, bindings()[element.binding]), place)
    elif element.binding:
        yield from _flagged("binding", path, texts.wrong(values, texts.outside(bindings()[element.binding])), place)
    elif element.parts:
        yield from _inside(element, values, path, place)


def _inside(element: Element, values: pa.StructArray, path: str, place: Place) -> Iterator[Fault]:
    if values.null_count:  # rules speak of structures that are there
        there = np.flatnonzero(values.is_valid())
        outer, values = place, values.take(pa.array(there))

        def place(positions: Rows) -> Rows:
            return outer(there[positions])

    columns = {field.name: values.field(field.name) for field in values.type}
    yield from _structure(element.parts, columns, len(values), path, place)


def _same(positions: Rows) -> Rows:
    return positions


def _below(lists: pa.ListArray, place: Place) -> Place:
    def rows(positions: Rows) -> Rows:
        lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy()
        return place(np.repeat(np.arange(len(lists)), lengths)[positions])

    return rows


def _flagged(rule: str, path: str, bad: pa.BooleanArray | None, place: Place) -> Iterator[Fault]:
    if bad is not None:
        positions = np.flatnonzero(pc.fill_null(bad, False))
        if len(positions):
            yield Fault(rule, path, place(positions))


def _absent(element: Element, values: pa.Array | None, count: int) -> pa.BooleanArray | None:
    if values is None:
        return pa.repeat(pa.scalar(True), count)
    if element.many:
        return pc.equal(pc.fill_null(pc.list_value_length(values), 0), 0)
    return values.is_null() if values.null_count else None


def _several(filled: list[pa.Array]) -> pa.BooleanArray | None:
    """Where more than one is there; null counts alone often say that none can be."""
    filled = [values for values in filled if values.null_count < len(values)]
    if len(filled) < 2:
        return None
    there = sum(values.is_valid().to_numpy(zero_copy_only=False).astype(np.int8) for values in filled)
    return pa.array(there > 1)


def _none_of(filled: list[pa.Array], count: int) -> pa.BooleanArray:
    none = pa.repeat(pa.scalar(True), count)
    for values in filled:
        none = pc.and_(none, values.is_null())
    return none


def _bad_ids(ids: pa.Array) -> pa.BooleanArray:
    return pc.invert(pc.fill_null(pc.match_substring_regex(ids, texts.ID), False))


def _unbound(concepts: pa.StructArray, codes: frozenset[str]) -> pa.BooleanArray:
    """Concepts that are there, and have no coding of the value set."""
    lists = concepts.field("coding")
    inside = pc.is_in(lists.flatten().field("code"), pa.array(sorted(codes), pa.string()))
    bound = np.zeros(len(lists), bool)
    bound[_below(lists, _same)(np.flatnonzero(inside))] = True
    return pc.and_(concepts.is_valid(), pa.array(~bound))
