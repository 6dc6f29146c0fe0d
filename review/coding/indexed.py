"""What search looks through: titles, inclusion terms, how physicians write it, and other languages' tables."""

from collections.abc import Iterator, Sequence

from nlp.icd.catalogue.catalogue import Catalogue
from nlp.icd.catalogue.search import Index
from nlp.icd.chart import DIAGNOSES, PROCEDURES
from nlp.icd.knowledge.terms import terms

SAME_CODES = {DIAGNOSES: ("CIE-10-ES",)}  # other languages' tables of (nearly) the same codes


def index(table: Catalogue, others: Sequence[Catalogue]) -> Index:
    """`others`: tables of SAME_CODES. What equals is answered in the order of the lines: titles first."""
    spoken = ("en", "es") if others else ("en",)
    found = [*table.lines(), *((code, phrase) for phrase, code in _written(table.system, spoken) if table.knows(code))]
    for other in others:
        found += [line for line in other.lines() if table.knows(line[0])]
    return Index(found)


def _written(system: str, spoken: Sequence[str]) -> Iterator[tuple[str, str]]:
    if system in (DIAGNOSES, PROCEDURES):
        for language in spoken:
            yield from terms(language, system)
