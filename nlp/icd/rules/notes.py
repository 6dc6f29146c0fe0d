"""What the notes of the tabular list ask for: excludes, code first, use additional code."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from nlp.icd.catalogue.catalogue import Catalogue
from nlp.icd.catalogue.references import Range, named, within
from nlp.icd.rules.book import codes
from nlp.icd.rules.case import Case
from nlp.icd.rules.found import Found

Kind = Literal["excludes1", "excludes2", "code_first", "use_additional"]
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
        for line in (line for lines in _at_levels(case.catalogue, code, kind) for line in lines):
            ranges = named(line)
            for other in case.named:
                pair = frozenset((code, other))
                if within(other, ranges) and pair not in told and not _related(code, other):
                    told.add(pair)
                    yield Found(code, f"{code} and {other}: {text} ({line})", other, note=line)


def _related(code: str, other: str) -> bool:
    return code.startswith(other) or other.startswith(code)


def code_first(case: Case) -> Iterator[Found]:
    table = case.catalogue
    for code in case.named:
        for lines in _at_levels(table, code, "code_first"):
            ranges = [each for line in lines for each in named(line)]
            text = _missing_first(case, code, lines, ranges)
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
    table = case.catalogue
    for code in case.named:
        for lines in _at_levels(table, code, "use_additional"):
            for line in lines:
                ranges = named(line)
                asked = ranges and ADDITIONAL.match(line) and not CONDITIONAL.search(line)
                if asked and not any(within(other, ranges) for other in case.named if other != code):
                    yield Found(code, f"{code}: use additional {line}", note=f"use additional {line}")


def _at_levels(table: Catalogue, code: str, kind: Kind) -> Iterator[Sequence[str]]:
    """Notes of the code and of all above it; of the chapter only Excludes1: its others are for what may be."""
    for level in (code, *table.ancestors(code)):
        lines = table.notes(level).get(kind, [])
        if lines and (table.parent(level) or kind == "excludes1"):
            yield lines


def manifestation_principal(case: Case) -> Iterator[Found]:
    title = case.catalogue.title(case.principal)
    if MANIFESTATION in title.lower() and not within(case.principal, codes("principal", "infections")):
        yield Found(case.principal, f"{case.principal} ({title}) is a manifestation; the disease itself comes first")
