"""From a code of the timeline and a unit as written to the code's canonical unit: one line, worked out once a pair."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cache

from etl.units.knowledge import Canonical, canonical_table, usual_units
from etl.units.spelling import readings, says_nothing
from etl.units.ucum import SAME, Line, Unit, is_ucum, line, unit

LOINC = "LOINC//"
PARTS = ("{ratio}", "{fraction}")  # annotations that say how much of a whole
LITRE = re.compile(r"(?<![A-Za-z\[_'])([dcmunpf]?)l(?![A-Za-z\]_'])")
ALIKE = re.compile(
    r"\[IU\]|\[iU\]|\[arb'U\]|\[USP'U\]|\[anti'Xa'U\]|\[AU\]|(?<![A-Za-z\[_'])U(?![A-Za-z\]_'])|(?<=[mukn])U"
)


class Found(StrEnum):
    """How a code and a unit come to a canonical unit, or why they do not."""

    TABLE = "table"  # the code has a canonical unit, and the unit leads there
    KIND = "kind"  # a LOINC without a row: the usual unit of its kind
    OWN = "own"  # no LOINC: the unit itself, as UCUM
    MISSING = "missing"  # no unit was delivered, and the code has one
    UNKNOWN = "unknown"  # what was delivered is no unit that is known
    CONTRADICTS = "contradicts"  # it is a unit of another kind of thing than the code measures


@dataclass(frozen=True)
class Way:
    """`unit` is null where there is none to be had; else a number's canonical value is line(number)."""

    found: Found
    unit: str | None = None
    line: Line = SAME
    known: Canonical | None = None


@cache
def way(code: str, written: str | None) -> Way:
    """`code` as the timeline names it; `written` as the source did, null where it wrote nothing."""
    known = canonical_table().get(_loinc(code))
    if written is None or says_nothing(written):
        return _bare(known)
    read = readings(written)
    if known is None:
        return _free(read, is_loinc=code.startswith(LOINC))
    for text in read:
        found = reach(text, known)
        if found:
            return Way(Found.TABLE, known.unit, found, known)
    return Way(Found.CONTRADICTS if read else Found.UNKNOWN, known=known)


def reach(text: str, known: Canonical) -> Line | None:
    """The line from a UCUM unit to a canonical one: by its own, by UCUM, by molar mass or valence, by likeness."""
    for also, own in known.also:
        if text == also:
            return own
    target = unit(known.unit)
    if _counts(known.unit) and _counts(text):
        return SAME
    if text.startswith("{") and _plain(text) and text not in PARTS:
        return None  # a score of 2 is no 200 %
    found = line(unit(text), target)
    if found:
        return found
    for other in _chemistry(unit(text), known):
        if found := line(other, target):
            return found
    alike = [ALIKE.sub("[iU]", side) for side in (text, known.unit)]
    return line(unit(alike[0]), unit(alike[1])) if all(map(is_ucum, alike)) else None


def _loinc(code: str) -> str:
    """LOINC//8302-2 and LOINC//8302-2//REASON speak of one code."""
    return code.split("//")[1] if code.startswith(LOINC) else ""


def _bare(known: Canonical | None) -> Way:
    if known and _counts(known.unit):
        return Way(Found.TABLE, known.unit, SAME, known)
    return Way(Found.MISSING, known=known)


def _free(read: tuple[str, ...], *, is_loinc: bool) -> Way:
    """Of a code that has no row."""
    if not read:
        return Way(Found.UNKNOWN)
    text = tidy(read[0])
    if is_loinc and unit(text).kinds:
        for usual in usual_units():
            if found := line(unit(text), unit(usual)):
                return Way(Found.KIND, usual, found)
    return Way(Found.OWN, text)


def tidy(text: str) -> str:
    """One spelling of what UCUM lets be spelled in two ways: L for l, 10* for 10^."""
    return LITRE.sub(r"\1L", text.replace("10^", "10*"))


def _chemistry(given: Unit, known: Canonical) -> Iterator[Unit]:
    """The same amount as mass, as moles and as equivalents, as far as the code's substance tells."""
    molar, valence = known.molar, known.valence
    steps = [("eq", "mol", Fraction(1, valence))] if valence else []
    steps += [("mol", "g", molar)] if molar else []
    steps += [("eq", "g", molar / valence)] if molar and valence else []
    for source, target, factor in steps:
        for old, new, by in ((source, target, factor), (target, source, 1 / factor)):
            if given.kinds.get(old) in (1, -1):
                power = given.kinds[old]
                kinds = {**given.kinds, old: 0, new: given.kinds.get(new, 0) + power}
                yield Unit(given.factor * by**power, {kind: n for kind, n in kinds.items() if n})


def _counts(text: str) -> bool:
    """A mere number: 1, {score}, {INR}, [pH]; not %, which is a hundredth."""
    return text == "[pH]" or text == "[arb'U]" or _plain(text)


def _plain(text: str) -> bool:
    found = unit(text)
    return not found.kinds and found.factor == 1
