"""Known identifiers in odd forms: what is found, under which label, and that nothing else is."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from nlp.deid.known.matcher import Matcher
from nlp.deid.person import Identifier, Person

SAID = yaml.safe_load((Path(__file__).parents[3] / "cases/deid_known.yaml").read_text(encoding="utf-8"))
WORD = re.compile(r"\w")


def person(name: str) -> Person:
    said = SAID["persons"][name]
    found = tuple(Identifier(label, part, value) for label, part, value in said["identifiers"])
    return Person(1, found, birth=said.get("birth"), death=said.get("death"))


def places(text: str, around: str, inner: str) -> Iterator[tuple[int, int]]:
    """Offsets of `inner` within every occurrence of `around`."""
    for match in re.finditer(re.escape(around), text):
        start = match.start() + around.index(inner)
        yield start, start + len(inner)


@pytest.mark.parametrize("case", SAID["cases"], ids=lambda case: f"{case['person']}: {case['text'][:40]}")
def test_case(case: dict[str, Any]) -> None:
    text = case["text"]
    spans = Matcher(person(case["person"]), case.get("language", "en")).find(text)
    covered = {at for span in spans for at in range(span.start, span.end)}
    allowed = {at for words in case.get("also", ()) for s, e in places(text, words, words) for at in range(s, e)}
    for label, around, *inner in case["find"]:
        found = list(places(text, around, inner[0] if inner else around))
        assert found, f"the case is wrong: {around!r} is not in its text"
        for start, end in found:
            allowed |= set(range(start, end))
            missed = [at for at in range(start, end) if WORD.match(text[at]) and at not in covered]
            assert not missed, f"not covered: {text[start:end]!r}"
            assert any(span.label == label and span.start < end and start < span.end for span in spans)
    surplus = "".join(text[at] if at in covered - allowed else " " for at in range(len(text)))
    assert not re.findall(r"\w+", surplus)


def test_spans_are_sorted_and_unique() -> None:
    spans = Matcher(person("smith")).find("John Smith, John Smith, 453-71-71")
    assert spans == sorted(spans, key=lambda span: (span.start, span.end))
    assert len({(span.start, span.end) for span in spans}) == len(spans)


def test_a_birthday_alone_is_enough() -> None:
    assert Matcher(Person(1, birth=date(1990, 1, 2))).find("DOB 01/02/1990")


def test_odd_texts() -> None:
    matcher = Matcher(person("smith"))
    for text in ("", "\x00\x01", "\ud800 Smith", "مرحبا Smith", "Smith" * 2000, "J" * 100_000, "\u0301\u0301Smith"):
        matcher.find(text)
