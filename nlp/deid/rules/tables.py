"""Tables: a row of headings such as Name | MRN | DOB says what the cells below them are."""

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources

import yaml

from nlp.deid.span import Span

CELL = re.compile(r"[^|\t]+?(?=\s*(?:[|\t]|[ ]{2,}|$))")
MOST_ROWS = 60


@lru_cache(maxsize=1)
def headings() -> dict[str, str]:
    """Heading in lower case -> label. fhir_mappings/deid/rules/columns.yaml"""
    text = resources.files("fhir_mappings").joinpath("deid/rules/columns.yaml").read_text(encoding="utf-8")
    return {heading: label for label, said in yaml.safe_load(text).items() for heading in said}


def row(line: str) -> list[tuple[int, int]]:
    """Offsets of the cells of a line that has at least two, empty ones between pipes and tabs included."""
    if "|" not in line and "\t" not in line and "  " not in line:
        return []
    divider = r"[|\t]" if "|" in line or "\t" in line else r" {2,}"
    found, at = [], 0
    for part in re.split(f"({divider})", line):
        if not re.fullmatch(divider, part):
            text = part.strip()
            lead = len(part) - len(part.lstrip())
            found.append((at + lead, at + lead + len(text)))
        at += len(part)
    if found and line.lstrip().startswith("|"):
        found = found[1:]
    return found if len(found) > 1 else []


def cells(text: str, language: str) -> Iterator[Span]:
    """Spans of the cells that stand below a known heading, down to the first line that is no row of the table."""
    if not language or ("|" not in text and "\t" not in text and "   " not in text):
        return
    labels: list[str] = []
    at = rows = 0
    for line in text.split("\n"):
        found = row(line)
        heads = [headings().get(line[s:e].lower().strip(" #.*"), "") for s, e in found]
        if sum(map(bool, heads)) >= max(2, 0.6 * len(heads)):
            labels, rows = heads, 0
        elif labels and found and set(line) - set("|-+=: \t"):
            rows += 1
            if len(found) == len(labels) and rows < MOST_ROWS:
                yield from filled(line, at, found, labels)
            else:
                labels = []
        elif set(line) - set("|-+=: \t") or not line.strip():
            labels = []
        at += len(line) + 1


def filled(line: str, at: int, found: list[tuple[int, int]], labels: list[str]) -> Iterator[Span]:
    for (start, end), label in zip(found, labels, strict=True):
        value = line[start:end]
        if label and re.search(r"\w", value) and value.lower() not in ("none", "n/a", "unknown", "na", "ninguno"):
            if label == "AGE" and (number := re.match(r"\d+", value)):
                end, label = start + number.end(), "AGE90" if int(number[0]) >= 90 else "AGE"
            yield Span(at + start, at + end, label, "rules", 0.9)
