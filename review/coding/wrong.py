"""Codes that would be wrong on a chart, and look as if they could be right."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from nlp.icd.catalogue.catalogue import Catalogue
from nlp.icd.catalogue.references import within
from nlp.icd.chart import HIDDEN
from review.charts.chart import Chart, Suggestion
from review.coding.fitting import doubt
from review.coding.kind import DIAGNOSIS, kind

FILE = Path(__file__).with_name("planting.yaml")
MANY = 200  # codes of a category that are looked at
WORD = re.compile(r"[a-z]{5,}")
Wrong = tuple[str, Suggestion | None]  # the code, and the suggestion that it is like


@cache
def said() -> Any:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def wrong(chart: Chart, table: Catalogue) -> dict[str, list[Wrong]]:
    """By likeness: side, neighbour, frequent; in the suggestions' order. What may be right is left out."""
    shown = [each for each in chart.suggestions if each.band != HIDDEN and _of(each, table)]
    named = {each.code for each in chart.suggestions}
    text = " ".join(note.text for note in chart.notes).lower()

    def unfit(code: str) -> bool:
        return code in named or not table.billable(code) or _implied(code, named, table) or bool(doubt(code, chart))

    sides = [(code, each) for each in shown for code in _sides(each.code, table) if not unfit(code)]
    near = [(code, each) for each in shown for code in _siblings(each.code, table) if not unfit(code)]
    frequent = [code for code in said()["frequent"].get(table.system, ()) if not unfit(code)]
    far = [(code, each) for code, each in near if not _said_of(code, each.code, table, text)]
    strange = [(code, None) for code in frequent if not any(word in text for word in _words(table.title(code)))]
    return {"side": list(sides), "neighbour": list(far), "frequent": list(strange)}


def _of(each: Suggestion, table: Catalogue) -> bool:
    return each.system == table.system and kind(each.system) == DIAGNOSIS


def _sides(code: str, table: Catalogue) -> Iterator[str]:
    """The same with the other side in its title."""
    sides = said()["sides"]
    title = table.title(code).lower().split()
    other = [sides.get(word.strip(","), word) for word in title]
    if other == title:
        return
    plain = [word.strip(",") for word in other]
    for each in table.billable_below(code[:3], MANY):
        if [word.strip(",") for word in table.title(each).lower().split()] == plain:
            yield each


def _siblings(code: str, table: Catalogue) -> Iterator[str]:
    return (each for each in table.children(table.parent(code)) if each != code)


def _implied(code: str, named: Iterable[str], table: Catalogue) -> bool:
    """Above or below what is suggested, or asked for by a note at it."""
    for each in named:
        if code.startswith(each) or each.startswith(code):
            return True
        for level in (each, *table.ancestors(each, groups=False)):
            lines = (*table.cited(level, "use_additional"), *table.cited(level, "code_first"))
            if any(within(code, ranges) for _, ranges in lines):
                return True
    return False


def _said_of(code: str, like: str, table: Catalogue, text: str) -> bool:
    """All that parts it from the true one stands in the notes."""
    apart = _words(table.title(code)) - _words(table.title(like))
    return all(word in text for word in apart)


def _words(title: str) -> set[str]:
    return set(WORD.findall(title.lower()))
