"""A reader that needs no training: every word in capitals is a field."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp.pathology.field import Field, Span


@dataclass
class Capitals:
    artifact: str = ""
    name: str = "capitals"
    languages: tuple[str, ...] = ("en",)

    @staticmethod
    def load(folder: Path) -> "Capitals":
        return Capitals(f"{folder.name}-{(folder / 'digest').read_text().strip()}")

    def read(self, reports: Sequence[str]) -> list[list[Field]]:
        return [[self._field(found) for found in re.finditer(r"\b[A-Z]{2,}\b", text)] for text in reports]

    def _field(self, found: re.Match[str]) -> Field:
        weak, strong = Span(0, 1, 0.2), Span(*found.span(), 1.0, "word")
        return Field(found[0].lower(), found[0], 0.5 + len(found[0]) / 100, (weak, strong), specimen="A")
