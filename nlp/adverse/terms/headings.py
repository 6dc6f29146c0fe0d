"""What heads a place of a note: the name of its section, and the first line of a table that it lies in."""

import re
from dataclasses import dataclass
from functools import cached_property

from nlp.adverse.terms.rules import punctuated
from nlp.text.sections import Section, sections

BLANK = re.compile(r"\n[ \t\r]*\n")
CELLS = "|\t"  # what parts the cells of a line


@dataclass
class Headings:
    """Worked out where a rule asks for it, once for each note."""

    text: str
    language: str

    def over(self, at: int) -> str:
        """In small letters: the section's name (docs/text.md), and the table's first line with bars between cells."""
        name = next((each.name for each in reversed(self._sections) if each.start <= at), "")
        return f"{name} {self._table(at)}".strip()

    def _table(self, at: int) -> str:
        start = max((match.end() for match in BLANK.finditer(self.text, 0, at)), default=0)
        lines = self.text[start : max(at, start)].split("\n")[:-1]
        head = next((line for line in lines if any(mark in line for mark in CELLS)), "")
        return punctuated(head.replace("\t", " | "))

    @cached_property
    def _sections(self) -> list[Section]:
        return sections(self.text, self.language)
