"""What is known of codes before a chart is read: how common they are; codes are numbers, to be looked up at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from nlp.icd.coder.columns import Floats, Ints


@dataclass
class Codes:
    """Every code that anything may speak for, by number."""

    names: list[str] = field(default_factory=list)
    number: dict[str, int] = field(default_factory=dict)

    def of(self, code: str) -> int:
        if code not in self.number:
            self.number[code] = len(self.names)
            self.names.append(code)
        return self.number[code]

    def all_of(self, codes: Iterable[str]) -> Ints:
        return np.array([self.of(code) for code in codes], np.int64)


class Prior(NamedTuple):
    """Of codes of one chart; `ridge`, `neighbours`: what its whole text says. `group`: a number of their category."""

    charts: Ints
    category: Ints
    ridge: Floats
    neighbours: Floats
    ridge_category: Floats
    group: Ints

    def take(self, rows: Ints) -> "Prior":
        return Prior(*(column[rows] for column in self))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Priors:
    """`counts`, `categories`: charts that have a code, and a category; `whole`: the codes that the whole text speaks
    for, in its order."""

    codes: Codes
    counts: Mapping[str, int]
    categories: Mapping[str, int]
    whole: Sequence[str]

    def of(self, codes: Ints, ridge: np.ndarray, near: np.ndarray) -> Prior:
        group, place = self._group[codes], self._place[codes]
        sums: Floats = np.bincount(
            self._group[self.whole_numbers], weights=ridge, minlength=len(self._of_group)
        ).astype(np.float64)
        charts, category = self.charts[codes], self._of_group[group]
        known = place >= 0
        return Prior(
            charts, category, np.where(known, ridge[place], 0.0), np.where(known, near[place], 0.0), sums[group], group
        )

    @cached_property
    def charts(self) -> Ints:
        return np.array([self.counts.get(code, 0) for code in self.codes.names], np.int64)

    @cached_property
    def whole_numbers(self) -> Ints:
        return self.codes.all_of(self.whole)

    @cached_property
    def _place(self) -> Ints:
        """Of a code in `whole`; -1: not there."""
        found = np.full(len(self.codes.names), -1, np.int64)
        found[self.whole_numbers] = np.arange(len(self.whole))
        return found

    @cached_property
    def _groups(self) -> dict[str, int]:
        return {category: at for at, category in enumerate(dict.fromkeys(code[:3] for code in self.codes.names))}

    @cached_property
    def _group(self) -> Ints:
        return np.array([self._groups[code[:3]] for code in self.codes.names], np.int64)

    @cached_property
    def _of_group(self) -> Ints:
        return np.array([self.categories.get(category, 0) for category in self._groups], np.int64)
