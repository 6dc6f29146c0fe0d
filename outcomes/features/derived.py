"""Ratios and sums that clinicians read from several values: named in derived.yaml."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, reduce
from itertools import chain
from typing import Any

import numpy as np

from outcomes.features.layers import knowledge
from outcomes.features.plan import USUAL
from outcomes.features.vocabulary import Vocabulary
from outcomes.timeline import Floats, Places

Column = tuple[Places, Floats]


@dataclass(frozen=True)
class Formula:
    name: str
    quantities: tuple[str, ...]
    weights: tuple[float, ...]  # of a sum; of a ratio: none
    of: Mapping[str, tuple[str, ...]]


SHIFT = Formula("shift", (), (1.0, -1.0), {})


@cache
def formulas() -> tuple[Formula, ...]:
    said = knowledge("derived.yaml")["derived"].items()
    return tuple(_formula(name, one) for name, one in said)


def _formula(name: str, one: Mapping[str, Any]) -> Formula:
    weights = tuple(one["sum"].values()) if "sum" in one else ()
    of = {label: tuple(aggregates) for label, aggregates in one["of"].items()}
    return Formula(name, tuple(one.get("sum", one.get("ratio", ()))), weights, of)


def derived(vocabulary: Vocabulary) -> Iterator[tuple[str, Formula, tuple[str, ...]]]:
    """Name of the feature, its formula, and the features that it is made of; only what the vocabulary allows."""
    valued = {name for layer in vocabulary.layers for name in vocabulary.names(layer, "value")}
    for formula in formulas():
        codes = [_code(quantity, valued) for quantity in formula.quantities]
        if None in codes:
            continue
        for window, some in vocabulary.plan.values.items():
            for label, aggregates in formula.of.items():
                if set(aggregates) <= set(some):
                    parts = zip(codes, aggregates, strict=True)
                    yield f"{window}/{formula.name}/{label}", formula, tuple(f"{window}/{a}/{b}" for a, b in parts)


def shifts(vocabulary: Vocabulary) -> Iterator[tuple[str, Formula, tuple[str, ...]]]:
    """How far the mean of a window lies from the person's usual one."""
    plan = vocabulary.plan
    usual = "mean" in plan.values.get(USUAL, ())
    windows = [one for one in plan.shifts if usual and "mean" in plan.values.get(one, ())]
    for layer in vocabulary.layers:
        for code in vocabulary.names(layer, "value"):
            for window in windows:
                yield f"{window}/{code}/shift", SHIFT, (f"{window}/{code}/mean", f"{USUAL}/{code}/mean")


def _code(quantity: str, valued: set[str]) -> str | None:
    codes = knowledge("derived.yaml")["quantities"][quantity]
    return next((code for code in codes if code in valued), None)


def derived_names(vocabulary: Vocabulary) -> tuple[str, ...]:
    return tuple(name for name, _, _ in chain(derived(vocabulary), shifts(vocabulary)))


def derive(found: Mapping[str, Column], vocabulary: Vocabulary) -> dict[str, Column]:
    return {
        name: _made(formula, [found[part] for part in parts])
        for name, formula, parts in chain(derived(vocabulary), shifts(vocabulary))
        if all(part in found for part in parts)
    }


def _made(formula: Formula, parts: list[Column]) -> Column:
    rows: Places = reduce(lambda a, b: np.intersect1d(a, b, assume_unique=True), [row for row, _ in parts])
    values = [data[np.searchsorted(row, rows)] for row, data in parts]
    if formula.weights:
        terms = [np.float32(w) * one for w, one in zip(formula.weights, values, strict=True)]
        return rows, reduce(np.add, terms)  # element by element: a product of matrices rounds as its neighbours have it
    over, under = values
    sure = under != 0
    return rows[sure], over[sure] / under[sure]
