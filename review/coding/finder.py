"""Search over every code, by words or by the code's beginning, and the way through the hierarchy."""

import gc
from collections.abc import Iterator
from dataclasses import dataclass

from nlp.icd.catalogue.catalogue import Catalogue
from nlp.icd.catalogue.search import Found
from nlp.icd.chart import DIAGNOSES
from review.charts.chart import Chart
from review.coding.fitting import doubt
from review.coding.line import Coding
from review.coding.tables import Tables

SYSTEM = DIAGNOSES
LIMIT, CATEGORIES = 20, 4
DEEP = 200  # hits that are looked at for codes that may be billed
LATER = ("sequela", "subsequent")  # encounters that are meant only where they are typed: most are initial ones
LONGEST = 200  # characters of a query that are read
NOTES = {
    "includes": "Includes",
    "excludes1": "Excludes1",
    "excludes2": "Excludes2",
    "code_first": "Code first",
    "use_additional": "Use additional code",
    "code_also": "Code also",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """`term`: what answered, where it is not the title. `state`: of its line on the chart. `doubt`: not of this sex or
    age. `below`: codes under it.
    """

    system: str
    code: str
    title: str
    billable: bool
    term: str = ""
    state: str = ""
    doubt: str = ""
    below: int = 0


@dataclass(frozen=True)
class Place:
    """One level of the hierarchy. `above`: from the chapter down. `notes`: heading and lines."""

    hit: Hit
    above: tuple[Hit, ...]
    children: tuple[Hit, ...]
    notes: tuple[tuple[str, tuple[str, ...]], ...]
    sevenths: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Finder:
    tables: Tables

    def warm(self) -> None:
        """Builds the indices now, in a second or two: at start, not at the first request."""
        for system in self.tables.systems:
            self.search("1", system)
            self.search("warm", system)
            self.browse(system)
        gc.collect()
        gc.freeze()  # what was built lives as long as the process: no later collection needs to look at it

    def search(
        self, q: str, system: str = SYSTEM, *, chart: Chart | None = None, coding: Coding | None = None
    ) -> tuple[Hit, ...]:
        """Codes that may be billed first, best first; then categories, for the way down."""
        table, typed = self.tables.newest(system), q[:LONGEST]
        found = table.begun(typed, DEEP) or self.tables.index(system).search(typed, DEEP)
        billable = [each for each in _timely(found, typed, table) if table.billable(each.code)]
        others = [each for each in found if not table.billable(each.code)][:CATEGORIES]
        hits = [*billable[: LIMIT - len(others)], *others]
        return tuple(_hit(table, each.code, each, chart, coding) for each in hits)

    def browse(
        self, system: str = SYSTEM, code: str = "", *, chart: Chart | None = None, coding: Coding | None = None
    ) -> Place | None:
        """Without a code: the chapters. None where the table does not know the code."""
        table = self.tables.newest(system)
        if code and not table.title(code):
            return None
        children = (_hit(table, child, None, chart, coding) for child in table.children(code))
        above = (_hit(table, each, None, None, None) for each in reversed(table.ancestors(code)))
        here, sevenths = _hit(table, code, None, chart, coding), tuple(table.seventh(code).items())
        return Place(here, tuple(above), tuple(children), tuple(_notes(table, code)), sevenths)


def _timely(found: list[Found], typed: str, table: Catalogue) -> list[Found]:
    if any(word[:4] in typed.lower() for word in LATER):
        return found
    return sorted(found, key=lambda each: any(word in table.title(each.code).lower() for word in LATER))


def _hit(table: Catalogue, code: str, found: Found | None, chart: Chart | None, coding: Coding | None) -> Hit:
    title = " ".join(table.title(code).split())
    line = coding.of(table.system, code) if coding else None
    term = found.term if found and found.term != table.title(code) else ""
    unlike = doubt(code, chart) if chart else ""
    below = len(table.children(code))
    return Hit(table.system, code, title, table.billable(code), term, line.state if line else "", unlike, below)


def _notes(table: Catalogue, code: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    said = {
        "includes": table.includes(code),
        "excludes1": table.excludes1(code),
        "excludes2": table.excludes2(code),
        "code_first": table.code_first(code),
        "use_additional": table.use_additional(code),
        "code_also": table.code_also(code),
    }
    if terms := table.terms(code)[1:]:
        yield "Also", terms
    yield from ((NOTES[name], lines) for name, lines in said.items() if lines)
