"""UCUM: a unit's text as a dimension and an exact factor, and the way from one unit to another."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Any

import yaml

TERM = re.compile(
    r"(?P<open>\()|(?P<close>\))|(?P<operator>[./])"
    r"|(?P<symbol>10[*^]|(?:[^\[\]{}()./+\-\d\s]|\[[^\[\]\s]*\])+)(?P<exponent>[+-]?\d+)?"
    r"|(?P<number>\d+)|(?P<annotation>\{[!-z|~]*\})"
)
DEEPEST = 8  # parentheses
APART = re.compile(r"\{(log|lg|log10|ddu|feu)(?=[_}])", re.IGNORECASE)  # annotations that are not to be mixed


class NotUcum(ValueError):
    """The text is no unit of UCUM that fhir_mappings/units/ucum.yaml knows."""


@dataclass(frozen=True)
class Unit:
    """A number n of it is (n + add) * factor of the base units in `kinds` (kind -> exponent)."""

    factor: Fraction
    kinds: Mapping[str, int] = field(default_factory=dict)
    add: Fraction = Fraction(0)
    special: bool = False

    def times(self, other: "Unit", power: int = 1) -> "Unit":
        if (self.special and self.kinds) or (other.special and (power != 1 or self.kinds or self.factor != 1)):
            raise NotUcum("a unit with a zero of its own, such as Cel, stands alone")
        kinds = {
            kind: self.kinds.get(kind, 0) + power * other.kinds.get(kind, 0)
            for kind in sorted({*self.kinds, *other.kinds})
        }
        factor = self.factor * other.factor**power
        return Unit(factor, {k: n for k, n in kinds.items() if n}, self.add + other.add, self.special or other.special)


@dataclass(frozen=True)
class Line:
    """The way from one unit to another: number * factor + add."""

    factor: Fraction
    add: Fraction = Fraction(0)

    def __call__(self, number: float) -> float:
        return float(Fraction(number) * self.factor + self.add)


SAME = Line(Fraction(1))
ONE = Unit(Fraction(1))


def line(source: Unit, target: Unit) -> Line | None:
    """None where they measure different kinds of thing."""
    if dict(source.kinds) != dict(target.kinds):
        return None
    factor = source.factor / target.factor
    return Line(factor, source.add * factor - target.add)


@cache
def unit(text: str) -> Unit:
    """Raises NotUcum. An annotation alone, such as {score}, is the number 1; those of APART make kinds of their own."""
    if not text:
        raise NotUcum("an empty text is no unit")
    found = _Reader(list(_tokens(text))).whole()
    apart = APART.search(text)
    return found.times(Unit(Fraction(1), {apart[1].lower()[:3]: 1})) if apart else found


@cache
def is_ucum(text: str) -> bool:
    try:
        unit(text)
    except NotUcum:
        return False
    return True


def _tokens(text: str) -> Iterator[re.Match[str]]:
    at = 0
    while at < len(text):
        found = TERM.match(text, at)
        if not found:
            raise NotUcum(f"no unit at character {at + 1}")
        yield found
        at = found.end()


@dataclass
class _Reader:
    """Left to right, as UCUM says: a/b.c is (a/b).c."""

    tokens: list[re.Match[str]]
    at: int = 0
    depth: int = 0

    def whole(self) -> Unit:
        found = self._term()
        if self.at < len(self.tokens):
            raise NotUcum("a parenthesis closes that was never opened")
        return found

    def _term(self) -> Unit:
        power = -1 if self._take("operator", "/") else 1
        found = ONE.times(self._component(), power)
        while operator := self._take("operator"):
            found = found.times(self._component(), -1 if operator[0] == "/" else 1)
        return found

    def _component(self) -> Unit:
        if self._take("open"):
            self.depth += 1
            if self.depth > DEEPEST:
                raise NotUcum("too many parentheses")
            found = self._term()
            if not self._take("close"):
                raise NotUcum("a parenthesis is not closed")
        elif number := self._take("number"):
            found = Unit(Fraction(int(number[0])))
            if not found.factor:
                raise NotUcum("a unit cannot be zero")
        elif symbol := self._take("symbol"):
            exponent = int(symbol["exponent"] or 1)
            if abs(exponent) > 30:
                raise NotUcum("no unit has such an exponent")
            found = ONE.times(_symbol(symbol["symbol"]), exponent)
        elif self._take("annotation"):
            return ONE
        else:
            raise NotUcum("a unit is missing beside an operator")
        self._take("annotation")
        return found

    def _take(self, kind: str, text: str = "") -> re.Match[str] | None:
        if self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token[kind] and text in ("", token[0]):
                self.at += 1
                return token
        return None


@cache
def _table() -> Mapping[str, Any]:
    text = resources.files("fhir_mappings").joinpath("units", "ucum.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader)))


@cache
def _symbol(text: str) -> Unit:
    found = _atom(text)
    if found:
        return found[0]
    for length in (2, 1):
        prefix, rest = text[:length], text[length:]
        if prefix in _table()["prefixes"] and (known := _atom(rest)) and known[1]:
            return Unit(Fraction(_table()["prefixes"][prefix])).times(known[0])
    raise NotUcum(f"no atom of UCUM is written {text}")


@cache
def _atom(text: str) -> tuple[Unit, bool] | None:
    """The atom and whether it takes prefixes."""
    table = _table()
    for name, metric in (("metric", True), ("plain", False)):
        if text in table["kinds"][name]:
            return Unit(Fraction(1), {text: 1}), metric
        if text in table[name]:
            return _defined(table[name][text]), metric
    if text in table["special"]:
        said = table["special"][text]
        of = _defined(said["unit"])
        return Unit(of.factor, of.kinds, Fraction(said["add"]), special=True), text == "Cel"
    return None


def _defined(said: str) -> Unit:
    value, _, of = said.partition(" ")
    found = ONE if of == "1" else unit(of)
    return Unit(Fraction(value) * found.factor, found.kinds)
