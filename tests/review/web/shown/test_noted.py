"""Notes as the page shows them: every character is there, in blocks, with marks around evidence."""

import re
from html import unescape

import pytest

from review.charts.chart import Chart, Note, Section, Span
from review.coding.line import Line
from review.web.shown.noted import BLOCK, Sheet, safe, sheets

BLOCKS = re.compile(r'<div class="text" data-start="(\d+)">(.*?)</div>', re.DOTALL)
TAGS = re.compile(r"</?mark[^>]*>")


def note(text: str, *sections: Section) -> Note:
    return Note("n <1>", None, "discharge", "physician", "en", text, sections)


def shown(made: Note, *lines: Line) -> Sheet:
    chart = Chart("c", "phi", "s", 1, "e", "d", (made,))
    return sheets(chart, lines)[0]


def line(code: str, *spans: tuple[int, int], state: str = "accepted") -> Line:
    evidence = tuple(Span("n <1>", start, end) for start, end in spans)
    return Line("ICD-10-CM", code, code, state, "diagnosis", evidence=evidence)


def read(sheet: Sheet) -> list[tuple[int, str]]:
    """Where each block begins, and what a browser has of it."""
    found = [each for part in sheet.parts for each in BLOCKS.findall(str(part.text))]
    return [(int(start), unescape(TAGS.sub("", said).replace("&#13;", "\r"))) for start, said in found]


@pytest.mark.parametrize(
    "text",
    ["", "a\r\nb\0c", "ab cd\n" * 9_000, "x" * 30_000, "word " * 9_000, "<b>&amp;\n" * 4_000, "😀\n" * 5_000],
)
def test_every_character_stands_where_the_note_has_it(text: str) -> None:
    blocks = read(shown(note(text), line("I10", (3, 9), (8, 40), (70, 90_000))))
    assert "".join(said for _, said in blocks) == text.replace("\0", "\ufffd")
    at = 0
    for start, said in blocks:
        assert start == at and len(said) <= 2 * BLOCK
        at += len(said)


def test_places_that_overlap_speak_for_both_codes() -> None:
    made = shown(
        note("acute kidney failure"),
        line("N17.9", (0, 20)),
        line("N19", (6, 20)),
        line("R94", (0, 5), state="rejected"),
    )
    marks = re.findall(r'<mark id="([^"]*)" data-codes="([^"]*)">([^<]*)</mark>', str(made.parts[0].text))
    assert marks == [("m0-0", "N17.9", "acute "), ("m0-6", "N17.9 N19", "kidney failure")]


def test_a_long_note_folds_by_section() -> None:
    text = "ASSESSMENT:\n" + "fine\n" * 1_000 + "PLAN:\nhome\n"
    plan = text.index("PLAN")
    made = shown(note(text, Section(0, plan, "assessment"), Section(plan, len(text), "plan")))
    assert made.folds and [part.name for part in made.parts] == ["Assessment", "Plan"]
    assert not shown(note("ASSESSMENT:\nfine", Section(0, 16, "assessment"))).folds


def test_text_is_never_markup() -> None:
    assert safe("<script>'\"&") == "&lt;script&gt;&#39;&#34;&amp;"
    assert safe("\ud800") == "?", "half a character cannot be sent"
