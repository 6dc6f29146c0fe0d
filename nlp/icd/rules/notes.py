"""What the notes of the tabular list ask for: excludes, code first, use additional code."""

import re
from collections.abc import Iterator, Mapping, Sequence

from nlp.icd.catalogue.catalogue import Catalogue, Kind, Line
from nlp.icd.catalogue.references import Range, within
from nlp.icd.rules.book import listed
from nlp.icd.rules.case import Case
from nlp.icd.rules.found import Found

CONDITIONAL = re.compile(
    r"if applicable|if known|if present|where applicable|if desired|^,|^any\b|, any\b|complicat|following|associated",
    re.I,
)
OPEN = re.compile(r"such as|underlying|related|causal|etiology|cause\b", re.I)
ADDITIONAL = re.compile(r"^(?:external cause )?codes?\b", re.I)
MANIFESTATION = "diseases classified elsewhere"


def excludes1(case: Case) -> Iterator[Found]:
    return _excludes(case, "excludes1", "Excludes1: not together, unless the conditions are unrelated")


def excludes2(case: Case) -> Iterator[Found]:
    return _excludes(case, "excludes2", "Excludes2: not part of it; both stand only if the patient has both")


def _excludes(case: Case, kind: Kind, text: str) -> Iterator[Found]:
    """Each pair once, from the code whose note it is. A chapter's Excludes2 part chapters, not codes: left out."""
    told: set[frozenset[str]] = set()
    for code in case.named:
        for line, ranges in _lines(case.catalogue, code, kind):
            for other in _held(ranges, case.by_letter):
                pair = frozenset((code, other))
                if pair not in told and not _related(code, other):
                    told.add(pair)
                    yield Found(code, f"{code} and {other}: {text} ({line})", other, note=line)


def _held(ranges: Sequence[Range], by_letter: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for each in ranges:
        for letter in by_letter if each.first[0] != each.last[0] else each.first[0]:
            yield from (code for code in by_letter.get(letter, ()) if code in each)


def _related(code: str, other: str) -> bool:
    return code.startswith(other) or other.startswith(code)


def code_first(case: Case) -> Iterator[Found]:
    table = case.catalogue
    for code in case.named:
        for cited in _at_levels(table, code, "code_first"):
            lines = [line for line, _ in cited]
            text = _missing_first(case, code, lines, [each for _, ranges in cited for each in ranges])
            if text:
                yield Found(code, text, note=f"code first {lines[0]}")


def _missing_first(case: Case, code: str, lines: Sequence[str], ranges: Sequence[Range]) -> str:
    """What is wrong, or nothing. An open list ("such as") is answered by any disease that stands before the code."""
    present = [other for other in case.named if other != code and within(other, ranges)]
    before = case.named[: case.named.index(code)] if case.ordered else case.named
    if present and not set(present) & set(before):
        return f"{code} stands before {present[0]}, which its note says to code first"
    if present or CONDITIONAL.search(lines[0]):
        return ""
    if len(lines) > 1 and not lines[0].endswith(":"):  # one situation a line: which of them it is, nobody knows
        return ""
    if ranges and not OPEN.search(lines[0]):
        return f"{code}: its note says to code first: {'; '.join(lines)}"
    if any(other != code and _disease(case.catalogue, other) for other in before):
        return ""
    return f"{code}: its note says to code first: {'; '.join(lines)}"


def _disease(table: Catalogue, code: str) -> bool:
    """Not a symptom, an external cause, a Z code or another manifestation."""
    return code[:1] not in "RVWXYZ" and MANIFESTATION not in table.title(code).lower()


def use_additional(case: Case) -> Iterator[Found]:
    """Of the notes at the code, its category and its block; single lines that ask for one thing."""
    for code in case.named:
        for line, ranges in _lines(case.catalogue, code, "use_additional"):
            asked = ranges and ADDITIONAL.match(line) and not CONDITIONAL.search(line)
            if asked and not any(within(other, ranges) for other in case.named if other != code):
                yield Found(code, f"{code}: use additional {line}", note=f"use additional {line}")


def _lines(table: Catalogue, code: str, kind: Kind) -> Iterator[Line]:
    return (line for lines in _at_levels(table, code, kind) for line in lines)


def _at_levels(table: Catalogue, code: str, kind: Kind) -> Iterator[Sequence[Line]]:
    """Notes of the code and of all above it; of the chapter only Excludes1: its others are for what may be."""
    for level in (code, *table.ancestors(code)):
        lines = table.cited(level, kind)
        if lines and (table.parent(level) or kind == "excludes1"):
            yield lines


def manifestation_principal(case: Case) -> Iterator[Found]:
    title = case.catalogue.title(case.principal)
    if MANIFESTATION in title.lower() and not listed(case.principal, "principal", "infections"):
        yield Found(case.principal, f"{case.principal} ({title}) is a manifestation; the disease itself comes first")
