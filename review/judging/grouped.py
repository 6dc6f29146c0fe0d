"""Chapter and category of a code, as agreement is broken down by."""

from dataclasses import dataclass

from nlp.icd.catalogue.catalogue import Catalogue
from nlp.icd.catalogue.shelf import INSTALLED
from review.coding.tables import Tables

CATEGORY = 3  # characters


@dataclass(frozen=True)
class Groups:
    """Codes of systems without chapters at hand make one group: their system."""

    tables: Tables

    def chapter(self, system: str, code: str) -> str:
        above = self._above(system, code)
        table = self._table(system)
        return table.title(above[-1]) if above and table.title(above[-1]) else system

    def category(self, system: str, code: str) -> str:
        """Of ICD-10-CM alone."""
        head = code[:CATEGORY]
        return f"{head} {self._table(system).title(head)}".strip() if system == INSTALLED else ""

    def _above(self, system: str, code: str) -> tuple[str, ...]:
        """A code that the newest table no longer has stands with its category."""
        table = self._table(system)
        return table.ancestors(code) or table.ancestors(code[:CATEGORY])

    def _table(self, system: str) -> Catalogue:
        return self.tables.newest(system)
