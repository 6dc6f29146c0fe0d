"""Codes that say one thing twice: both sides apart, unspecified beside specific; external causes without place."""

import re
from collections.abc import Iterator

from nlp.icd.catalogue.catalogue import Catalogue
from nlp.icd.rules.book import listed
from nlp.icd.rules.case import Case
from nlp.icd.rules.found import Found

WORDS = re.compile(r"\b(right|left|bilateral)\b", re.I)
UNSPECIFIED = re.compile(r"\bunspecified\b", re.I)
INITIAL = "A"


def laterality(case: Case) -> Iterator[Found]:
    table = case.catalogue
    sides = {code: side for code in case.named if (side := _side(table, code))}
    for code, side in sides.items():
        for other, theirs in sides.items():
            if side == "left" and theirs == "right" and _same(table, code, other):
                both = _bilateral(table, code)
                if both:
                    yield Found(code, f"{code} and {other}: both sides have one code, {both}", other)
            elif side == "bilateral" and theirs in ("left", "right") and code == _bilateral(table, other):
                yield Found(code, f"{code} says both sides; {other} says {theirs} again", other)
    yield from _side_not_given(case, sides)


def _side_not_given(case: Case, sides: dict[str, str]) -> Iterator[Found]:
    for code in case.named:
        title = case.catalogue.title(code)
        for other in sides if UNSPECIFIED.search(title) and code not in sides else ():
            if _parent(case.catalogue, code) == _parent(case.catalogue, other) and _plain(title) == _plain(
                case.catalogue.title(other)
            ):
                yield Found(code, f"{code} gives no side; {other} does", other)


def _side(table: Catalogue, code: str) -> str:
    found = {word.lower() for word in WORDS.findall(table.title(code))}
    return found.pop() if len(found) == 1 else ""


def _plain(title: str) -> frozenset[str]:
    """A title without its side, and without the words in which sides are left out."""
    bare = re.sub(r"\b(right|left|bilateral|unilateral|unspecified|side|both|of|the|in)\b|,", " ", title.lower())
    return frozenset(word.rstrip("s") for word in bare.split())


def _parent(table: Catalogue, code: str) -> str:
    """Above the seventh character."""
    above = table.parent(code)
    return table.parent(above) if len(code) == 8 and table.seventh(code) else above


def _same(table: Catalogue, code: str, other: str) -> bool:
    return _parent(table, code) == _parent(table, other) and _plain(table.title(code)) == _plain(table.title(other))


def _bilateral(table: Catalogue, code: str) -> str:
    """The code for both sides beside it or beside the code above; its title may leave the organ out."""
    above = _parent(table, code)
    said = _plain(table.title(_base(table, code)))
    beside = (*table.children(above), *table.children(table.parent(above)))
    both = (each for each in beside if _side(table, each) == "bilateral" and _plain(table.title(each)) <= said)
    return next(both, "")


def _base(table: Catalogue, code: str) -> str:
    return table.parent(code) if len(code) == 8 and table.seventh(code) else code


def unspecified(case: Case) -> Iterator[Found]:
    """An unspecified code beside one that stands below the nearest level that is not unspecified itself."""
    table = case.catalogue
    bases = {code: _base(table, code) for code in case.named}
    vague = {code for code, base in bases.items() if UNSPECIFIED.search(table.title(base))}
    for code in (code for code in case.named if code in vague):
        above = _above_unspecified(table, bases[code])
        for other in (other for other in case.named if other not in vague and other[:1] == code[:1]):
            levels = table.ancestors(bases[other], groups=False)
            if above in levels and bases[code] not in levels and not _same(table, bases[code], bases[other]):
                yield Found(code, f"{code} is unspecified; {other} says more", other)


def _above_unspecified(table: Catalogue, code: str) -> str:
    above = table.parent(code)
    return _above_unspecified(table, above) if above and UNSPECIFIED.search(table.title(above)) else above


def place_of_occurrence(case: Case) -> Iterator[Found]:
    first = [code for code in case.named if listed(code, "place", "causes") and code.endswith(INITIAL)]
    place = any(listed(code, "place", "place") for code in case.named)
    if first and not place:
        yield Found(first[0], f"{first[0]} is an initial encounter without the place where it happened (Y92)")
    for code in case.named:
        if listed(code, "place", "unknown"):
            yield Found(code, f"{code} is not used where the place is not known")
