"""Values that a note tells as effects, "K of 2.9": the analyte, a word or sign, and a number beyond the bounds."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from nlp.adverse.terms.tables import said

LINKS = "is|was|has|had|of|at|to|in the|now|dropped|fell|rose|down|up|went|came back|returned|es|era|fue|de|en|a|hasta"
BETWEEN = rf"[ ]*(?:levels?|value|count|nivel(?:es)?)?[ ]*(?:(?:{LINKS})[ ]+){{0,3}}[:=]?[ ]*"
NUMBER = r"(?P<number>\d{1,6}(?:[.,]\d{1,3})?)(?!\d)(?P<tens>s\b)?"


@dataclass(frozen=True, slots=True)
class Bounds:
    """`low` and `high`: a number, and the concept beyond it."""

    within: tuple[float, float]
    low: tuple[float, str] | None
    high: tuple[float, str] | None

    def concept(self, value: float) -> str | None:
        if not self.within[0] <= value <= self.within[1]:
            return None
        if self.low and value < self.low[0]:
            return self.low[1]
        return self.high[1] if self.high and value > self.high[0] else None


@dataclass(slots=True)
class Labs:
    """`find` yields (start, end, concept) of a text."""

    _bounds: dict[str, Bounds] = field(init=False, default_factory=dict)
    _pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        any_case, exact = [], []
        for row in said("labs").values():
            bounds = Bounds((row["within"][0], row["within"][1]), _bound(row, "low"), _bound(row, "high"))
            any_case += [str(name) for name in row.get("names", ())]
            exact += [str(name) for name in row.get("exact", ())]
            self._bounds |= {str(name).lower(): bounds for name in (*row.get("names", ()), *row.get("exact", ()))}
        names = f"(?i:{_either(any_case)})|{_either(exact)}"
        self._pattern = re.compile(rf"(?<![\w.])(?P<name>{names})(?![\w+]){BETWEEN}{NUMBER}")

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """The text as it is written: K is potassium, k is not."""
        for match in self._pattern.finditer(text):
            number = match["number"]
            value = float(number.replace(",", "" if re.fullmatch(r"\d{1,3},\d{3}", number) else "."))
            concept = self._bounds[match["name"].lower()].concept(value)
            if concept:
                yield match.start(), match.end(), concept


def _bound(row: dict[str, Any], name: str) -> tuple[float, str] | None:
    return (float(row[name][0]), str(row[name][1])) if name in row else None


def _either(names: list[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
