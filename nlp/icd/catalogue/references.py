"""Codes that a line of the tabular list names: `I70.23-, T36-T50 with fifth or sixth character 5`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

CODE = r"[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?"
NAMED = re.compile(
    rf"(?<![0-9A-Za-z.])({CODE})(?:\.?-(?!\d|[A-Z]))?(?:\s?-\s?({CODE})(?:\.?-)?)?(?![0-9A-Za-z])"
    r"((?:,? with (?:a )?(?:fifth or sixth|fourth|fifth|sixth|4th|5th|6th|final) characters? -?[0-9A-Z]+(?:-[0-9A-Z])?)"
    r"|(?: with \.[0-9A-Z]+(?:(?:,| or) \.[0-9A-Z]+)*))?"
    r"( with)?"
)
JOINED = re.compile(r"(?:,| or|, or| and) [A-Z]\d")
PLACES = {"fifth or sixth": (4, 5), "fourth": (3,), "4th": (3,), "fifth": (4,), "5th": (4,), "sixth": (5,), "6th": (5,)}


@dataclass(frozen=True, slots=True)
class Range:
    """Codes from `first` to `last`, each with all below. `places`: one of these characters must be one of `marks`.

    `ends`: what must follow the category. A condition in words that is not understood is `strange`: it holds no code.
    """

    first: str
    last: str
    places: tuple[int, ...] = ()
    marks: str = ""
    ends: tuple[str, ...] = ()
    strange: bool = False

    def __contains__(self, code: object) -> bool:
        if not isinstance(code, str) or self.strange:
            return False
        if not (self.first <= code[: len(self.first)] and code[: len(self.last)] <= self.last):
            return False
        if self.ends:
            return code[3:].startswith(self.ends)
        plain = code.replace(".", "")
        return not self.places or any(plain[at : at + 1] in self.marks for at in self.places if len(plain) > at)


@lru_cache(maxsize=20_000)
def named(line: str) -> tuple[Range, ...]:
    """In the order of the line. A condition behind a list of codes (`E08, E09 with .21`) holds for all of them."""
    found: list[Range] = []
    for match in reversed(list(NAMED.finditer(line))):
        each = _range(match)
        plain = not (each.places or each.ends or each.strange)
        if found and plain and JOINED.match(line[match.end() :]) and (found[-1].ends or found[-1].strange):
            each = replace(found[-1], first=each.first, last=each.last)
        found.append(each)
    return tuple(reversed(found))


def within(code: str, ranges: Iterable[Range]) -> bool:
    return any(code in each for each in ranges)


def _range(match: re.Match[str]) -> Range:
    first, last, condition = match[1], match[2] or match[1], match[3] or ""
    if match[4]:
        return Range(first, last, strange=True)
    ends = tuple(re.findall(r"\.[0-9A-Z]+", condition))
    if ends:
        return Range(first, last, ends=ends)
    where = re.search(r"(fifth or sixth|\w+) characters? -?(\w)(?:-(\w))?$", condition)
    if not where:
        return Range(first, last, strange=bool(condition))
    if where[1] not in PLACES:
        return Range(first, last, strange=True)
    end = where[3] or where[2]
    marks = "".join(chr(each) for each in range(ord(where[2]), ord(end) + 1))
    return Range(first, last, PLACES[where[1]], marks)
