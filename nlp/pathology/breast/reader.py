"""The reader of breast reports that the step runs: a trained parser whose answers are fields with codes and words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nlp.pathology.breast.artifact import LANGUAGES, load
from nlp.pathology.breast.knowledge import MORPHOLOGY
from nlp.pathology.breast.parser import Found, Parsed, Parser
from nlp.pathology.field import Field, Span

ICDO = "ICD-O-3"
NAME = "breast"


@dataclass
class BreastReader:
    """20 fields of every breast specimen, and those that follow from them: malignant, invasive, morphology."""

    parser: Parser = field(repr=False)
    artifact: str = ""
    name: str = NAME
    languages: Sequence[str] = LANGUAGES

    @staticmethod
    def load(folder: Path) -> "BreastReader":
        digest = (folder / "digest").read_text(encoding="utf-8").strip() if (folder / "digest").is_file() else ""
        return BreastReader(load(folder), f"{folder.name}-{digest[:12]}")

    def read(self, reports: Sequence[str]) -> list[list[Field]]:
        return [[each for one in parsed for each in fields(one)] for parsed in self.parser.parse(reports)]


def fields(parsed: Parsed) -> Iterator[Field]:
    for name, found in parsed.fields.items():
        if name == "nodes":
            positive, _, examined = found.value.partition("/")
            yield _field(parsed, "nodes_positive", positive, found)
            yield _field(parsed, "nodes_examined", examined, found)
        elif name == "topography":
            yield _field(parsed, name, found.value, found, found.value)
        else:
            yield _field(parsed, name, found.value, found)
        if name == "histology":
            yield from _following(parsed, found)


def _following(parsed: Parsed, histology: Found) -> Iterator[Field]:
    """What a histology implies."""
    code = MORPHOLOGY.get(histology.value)
    yield _field(parsed, "malignant", "yes" if code else "no", histology)
    yield _field(parsed, "invasive", "yes" if code and code.endswith("/3") else "no", histology)
    if code:
        yield _field(parsed, "morphology", code, histology, code)


def _field(parsed: Parsed, name: str, value: str, found: Found, code: str | None = None) -> Field:
    spans = [Span(start, end, weight, NAME) for start, end, weight in found.spans]
    return Field(name, value, found.score, spans, ICDO if code else None, code, parsed.label or None)
