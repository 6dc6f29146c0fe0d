"""Search over every code, by words or by the code's beginning, and the way through the hierarchy."""

from collections.abc import Iterator
from dataclasses import dataclass

from nlp.icd.catalogue.catalogue import Catalogue
from nlp.icd.catalogue.search import Found
from nlp.icd.rules.book import FACTS, listed
from review.charts.chart import Chart
from review.coding.line import Coding
from review.coding.tables import Tables

LIMIT = 20
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
        """Builds the indices now: at start, not at the first request."""
        for system in self.tables.systems:
            self.tables.newest(system).search("warm", 1)

    def search(
        self, q: str, system: str = "ICD-10-CM", *, chart: Chart | None = None, coding: Coding | None = None
    ) -> tuple[Hit, ...]:
        """Best first; nothing for nothing."""
        table = self.tables.newest(system)
        found = table.search(q[:LONGEST], LIMIT)
        return tuple(_hit(table, each.code, each, chart, coding) for each in found)

    def browse(
        self, system: str, code: str = "", *, chart: Chart | None = None, coding: Coding | None = None
    ) -> Place | None:
        """Without a code: the chapters. None where the table does not know the code."""
        table = self.tables.newest(system)
        if code and not table.title(code):
            return None
        children = (_hit(table, child, None, chart, coding) for child in table.children(code))
        above = (_hit(table, each, None, None, None) for each in reversed(table.ancestors(code)))
        sevenths = tuple(table.seventh(code).items())
        return Place(
            _hit(table, code, None, chart, coding), tuple(above), tuple(children), tuple(_notes(table, code)), sevenths
        )


def _hit(table: Catalogue, code: str, found: Found | None, chart: Chart | None, coding: Coding | None) -> Hit:
    title = table.title(code)
    line = coding.of(table.system, code) if coding else None
    term = found.term if found and found.term != title else ""
    doubt = _doubt(code, chart) if chart else ""
    below = len(table.children(code))
    return Hit(table.system, code, title, table.billable(code), term, line.state if line else "", doubt, below)


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


def _doubt(code: str, chart: Chart) -> str:
    other = {"female": "male", "male": "female"}.get(chart.sex)
    if other and listed(code, "sex", other):
        return f"a code for {other} patients"
    if chart.age is not None:
        for number, group in enumerate(FACTS["age"]):
            if not group["least"] <= int(chart.age) <= group["most"] and listed(code, "age", number, "codes"):
                return f"a {group['who']} code"
    return ""
