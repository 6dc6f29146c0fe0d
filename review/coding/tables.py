"""Which code table holds for a chart and a code system: that of its own day where it is at hand."""

from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock

from nlp.icd.catalogue.catalogue import Catalogue
from nlp.icd.catalogue.editions import Edition, Kind, editions
from nlp.icd.catalogue.search import Index
from nlp.icd.catalogue.shelf import Shelf
from nlp.icd.rules.case import Stay
from nlp.icd.rules.rules import edition_of
from review.charts.chart import Chart
from review.coding.indexed import SAME_CODES, index
from review.coding.kind import PROCEDURE, kind

KINDS: dict[str, Kind] = {"diagnosis": "diagnoses", PROCEDURE: "procedures"}


@dataclass(frozen=True)
class InForce:
    """`dated`: it is the table of the chart's own day; else the newest at hand, and `wanted` what would be needed.

    `older`: the day lies before the table, which may lack codes that were in force then.
    """

    table: Catalogue
    dated: bool
    wanted: str = ""
    older: bool = False


@dataclass(frozen=True)
class Tables:
    """`shelf`: the installed table and a site's own; opened once in a process. `country`: whose editions and rules."""

    shelf: Shelf
    country: str = "US"
    _opened: dict[tuple[str, str], Catalogue | None] = field(default_factory=dict, repr=False, compare=False)
    _indices: dict[str, Index] = field(default_factory=dict, repr=False, compare=False)
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    @cached_property
    def systems(self) -> tuple[str, ...]:
        """Systems of which a table is at hand."""
        return self.shelf.systems

    def of(self, chart: Chart, system: str) -> InForce:
        edition = edition_of(stay(chart, self.country), KINDS[kind(system)])
        if edition is None or edition.system != system:
            return InForce(self.newest(system), dated=False)
        table = self._at(edition)
        if table is not None:
            return InForce(table, dated=True)
        newest, names = self.newest(system), [each.name for each in editions(system)]
        older = newest.edition in names and names.index(edition.name) < names.index(newest.edition)
        return InForce(newest, False, f"{edition.system} {edition.name}", older)

    def newest(self, system: str) -> Catalogue:
        """What search looks through; open where no table of the system is at hand."""
        if (system, "") not in self._opened:
            names = self.shelf.held(system)
            table = self.shelf.named(system, names[-1]) if names else None
            self._opened[system, ""] = table or Catalogue.unknown(system)
        found = self._opened[system, ""]
        assert found is not None
        return found

    def index(self, system: str) -> Index:
        """Of the newest table; made at its first use, in a second."""
        with self._lock:  # who searches while it is made waits, and does not make another
            return self._made(system)

    def _made(self, system: str) -> Index:
        if system not in self._indices:
            others = [self.newest(other) for other in SAME_CODES.get(system, ()) if other in self.systems]
            self._indices[system] = index(self.newest(system), others)
        return self._indices[system]

    def _at(self, edition: Edition) -> Catalogue | None:
        name = edition.system, edition.name
        if name not in self._opened:
            self._opened[name] = self.shelf.at(edition)
        return self._opened[name]


def stay(chart: Chart, country: str) -> Stay:
    """Past the gate dates are moved: they name no edition."""
    if chart.side == "open":
        return Stay(chart.setting, country=country)
    day = chart.discharged.date() if chart.discharged else None
    return Stay(chart.setting, discharge=day, service=chart.service, country=country)
