"""Names of tumours and what ICD-O-3 calls them: the list of frequent morphologies, in Spanish and English."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nlp.pathology.oncology.icdo import Morphology
from nlp.pathology.oncology.words import said

LIST = Path(__file__).parent / "data" / "morphologies.csv"
LANGUAGES = ("es", "en")
MALIGNANT, SECONDARY = "3", "6"


@dataclass(frozen=True, slots=True)
class Name:
    """`words`: as `words.said` gives them."""

    words: str
    code: str
    language: str


@cache
def names() -> tuple[Name, ...]:
    return tuple(_names())


def _names() -> Iterator[Name]:
    lines = (line for line in LIST.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    for row in csv.DictReader(lines):
        for language in LANGUAGES:
            yield from (Name(said(name), row["code"], language) for name in row[language].split("|") if name)


@cache
def usual() -> dict[str, str]:
    """The behaviour of each listed histology; of several, malignant before all others but metastasis."""
    found: dict[str, str] = {}
    for name in names():
        each = Morphology.of(name.code)
        before = found.get(each.histology)
        if before is None or before == SECONDARY or each.behaviour == MALIGNANT:
            found[each.histology] = each.behaviour
    return found
