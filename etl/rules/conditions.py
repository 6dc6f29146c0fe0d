"""Conditions of invariants on columns: masks made of null counts where these say enough, else of validity and codes."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.rules.facts import Condition, Invariant
from etl.rules.periods import after

Mask = NDArray[np.bool_] | bool
"""One truth a row, or one for all."""
Columns = Mapping[str, pa.Array]
COMPARISONS = {">=": pc.less, ">": pc.less_equal}  # what breaks the rule


def broken(rule: Invariant, columns: Columns) -> Mask:
    """Where the rule is broken, of structures that are there."""
    asked: Mask = True
    for condition in rule.when:
        asked = both(asked, holds(condition, columns))
        if asked is False:
            return False
    wrong: Mask = negated(any_of(rule.any, columns)) if rule.any else False
    if rule.none:
        wrong = either(wrong, any_of(rule.none, columns))
    if rule.same:
        found = [holds(each, columns) for each in rule.same]
        wrong = either(wrong, differing(found[0], found[1]))
    for element, bound in rule.least:
        wrong = either(wrong, _under(columns.get(element), bound))
    if rule.order:
        wrong = either(wrong, after(columns.get(rule.order[0]), columns.get(rule.order[1])))
    if rule.ascending:
        wrong = either(wrong, _descending(columns.get(rule.ascending[0]), columns.get(rule.ascending[1])))
    if rule.distinct:
        wrong = either(wrong, _repeated(columns, rule.distinct[0], rule.distinct[1], asked))
    return both(asked, wrong)


def any_of(conditions: Iterable[Condition], columns: Columns) -> Mask:
    found: Mask = False
    for condition in conditions:
        found = either(found, holds(condition, columns))
        if found is True:
            return True
    return found


def holds(condition: Condition, columns: Columns) -> Mask:
    stem = condition.element.removesuffix("[x]")
    if stem != condition.element:
        names = [name for name in columns if name.startswith(stem) and name[len(stem) :][:1].isupper()]
        return any_of((Condition(name) for name in names), columns)
    values = columns.get(stem)
    if values is None:
        return False
    return coded(values, condition.codes) if condition.codes else there(values)


def there(values: pa.Array) -> Mask:
    """Not null, and no empty list."""
    if values.null_count == len(values):
        return False
    if pa.types.is_list(values.type):
        return _numpy(pc.greater(pc.fill_null(pc.list_value_length(values), 0), 0))
    return True if not values.null_count else _numpy(values.is_valid())


def coded(values: pa.Array, codes: tuple[str, ...]) -> Mask:
    """Which have one of the codes: a code, Coding or CodeableConcept, alone or in a list."""
    if values.null_count == len(values):
        return False
    if pa.types.is_list(values.type):
        inner = coded(values.flatten(), codes)
        return there(values) if inner is True else _raised(values, inner)
    if pa.types.is_struct(values.type):
        name = "coding" if values.type.get_field_index("coding") >= 0 else "code"
        return coded(pc.struct_field(values, name), codes)
    return _numpy(pc.is_in(values, pa.array(codes, pa.string())))


def _raised(lists: pa.ListArray, inner: Mask) -> Mask:
    """Lists of which some item is marked."""
    if inner is False or not np.any(inner):
        return False
    found = np.zeros(len(lists), bool)
    found[pc.list_parent_indices(lists).to_numpy()[inner]] = True
    return found


def _under(values: pa.Array | None, bound: str) -> Mask:
    if values is None or values.null_count == len(values):
        return False
    sign = ">=" if bound.startswith(">=") else ">"
    return _numpy(COMPARISONS[sign](values, float(bound.removeprefix(sign))))


def _descending(low: pa.Array | None, high: pa.Array | None) -> Mask:
    """Where both are there in the same unit, and the first is greater."""
    if low is None or high is None or low.null_count == len(low) or high.null_count == len(high):
        return False
    wrong = pc.greater(pc.struct_field(low, "value"), pc.struct_field(high, "value"))
    for name in ("unit", "code", "system"):
        one, other = (pc.fill_null(pc.struct_field(side, name), "") for side in (low, high))
        wrong = pc.and_(wrong, pc.equal(one, other))
    return _numpy(wrong)


def _repeated(columns: Columns, name: str, other: str, asked: Mask) -> Mask:
    """Of the rows asked, which are few: those whose coding stands in the list too."""
    lists, _, part = other.partition(".")
    if name not in columns or lists not in columns:
        return False
    count = len(columns[name])
    rows = np.arange(count) if asked is True else np.flatnonzero(asked)
    own = columns[name].take(pa.array(rows)).to_pylist()
    inner = columns[lists].take(pa.array(rows)).to_pylist()
    found = np.zeros(count, bool)
    for row, concept, items in zip(rows, own, inner, strict=True):
        among = {code for item in items or () if item for code in _codes(item.get(part))}
        found[row] = not among.isdisjoint(_codes(concept))
    return found


def _codes(concept: Mapping[str, Any] | None) -> set[tuple[str | None, str]]:
    return {(c["system"], c["code"]) for c in (concept or {}).get("coding") or () if c and c["code"]}


def _numpy(mask: pa.BooleanArray) -> Mask:
    found: NDArray[np.bool_] = pc.fill_null(mask, False).to_numpy(zero_copy_only=False)
    return found


def both(one: Mask, other: Mask) -> Mask:
    if one is False or other is False:
        return False
    return other if one is True else one if other is True else one & other


def either(one: Mask, other: Mask) -> Mask:
    if one is True or other is True:
        return True
    return other if one is False else one if other is False else one | other


def negated(mask: Mask) -> Mask:
    return not mask if isinstance(mask, bool) else ~mask


def differing(one: Mask, other: Mask) -> Mask:
    if isinstance(one, bool) and isinstance(other, bool):
        return one != other
    found: Mask = np.not_equal(one, other)
    return found
