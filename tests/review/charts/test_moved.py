"""Spans found again in texts that changed, and spans that rightly are not."""

import pytest

from review.charts.chart import Chart, Note, Span
from review.charts.moved import every_moved, moved
from review.charts.standing import standing

OLD = (
    "HPI: chest pain since Monday.\nExam: no chest pain on pressure.\nPlan: treat acute kidney injury, creatinine 2.1."
)


def span(words: str, nth: int = 0, text: str = OLD) -> Span:
    start = -1
    for _ in range(nth + 1):
        start = text.index(words, start + 1)
    return Span("n", start, start + len(words), quote=words)


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        ("acute kidney injury", OLD, "acute kidney injury"),
        ("acute kidney injury", "Dictated, not read.\n\n" + OLD, "acute kidney injury"),
        ("acute kidney injury", "Plan: Acute\n  kidney  injury.", "Acute\n  kidney  injury"),
        ("acute kidney injury", "Plan: acute kidney injruy.", "acute kidney injruy"),
        ("acute kidney injury", "Plan: acute kídney injury", "acute kídney injury"),
        ("acute kidney injury", "Plan: acute on chronic kidney injury", None),
        ("acute kidney injury", "acute kidney injury; later: acute kidney injury", None),
        ("creatinine 2.1", "creatinine 2.4", None),
        ("no chest pain on pressure", "on chest pain on pressure", None),
        ("chest pain since Monday", "chest pain since Sunday", None),
        ("acute kidney injury", "", None),
        ("kidney", "the kidneys are well", None),
    ],
)
def test_by_its_words_alone(words: str, text: str, expected: str | None) -> None:
    found = moved(span(words), words, text)
    assert (found and text[found.start : found.end]) == expected
    assert found is None or found.quote == expected


def test_by_its_surroundings_where_the_words_stand_twice() -> None:
    text = "Corrected.\n" + OLD.replace("Monday", "Sunday")
    first, second = (moved(span("chest pain", nth), OLD, text) for nth in (0, 1))
    assert first is not None and text[: first.start].endswith("HPI: ")
    assert second is not None and text[: second.start].endswith("no ")
    assert moved(span("chest pain"), "chest pain", text) is None, "the words alone do not tell which"
    assert moved(span("chest pain"), OLD, "chest pain; chest pain") is None


def test_the_same_place_with_other_surroundings_is_not_the_same() -> None:
    there = "    ROS denies 1 chest pain at any time, has eaten well and slept through all nights of the week"
    text = there[span("chest pain", text=there).start - span("chest pain").start :]
    assert text[span("chest pain").start :].startswith("chest pain")
    assert moved(span("chest pain"), "chest pain", text) is not None
    assert moved(span("chest pain"), OLD, text + " chest pain") is None


def test_of_several_places_that_which_moved_as_its_neighbours() -> None:
    text = "Addendum above.\n" + OLD
    marked = [span("HPI"), span("chest pain"), span("Monday"), span("chest pain", 1), span("Plan")]
    found = every_moved(marked, text)
    assert [each and each.start - old.start for each, old in zip(found, marked, strict=True)] == [16] * 5
    alone = every_moved([span("chest pain")], text)
    assert alone == [None]


def test_offsets_beyond_the_text_and_odd_words_are_no_errors() -> None:
    assert moved(Span("n", 900, 905), "abc", "abc") == Span("n", 0, 3, quote="abc")
    assert moved(Span("n", 0, 0), "", "abc") is None
    assert moved(Span("n", 5, 8, quote="(++"), "(++", "now (++ here") is not None
    assert moved(Span("n", 5, 8, quote="(++"), "(++", "gone") is None


def test_evidence_stands_moves_or_is_lost() -> None:
    note = Note("n", None, "progress", "physician", "en", "New line.\n" + OLD)
    chart = Chart("c", "phi", "s", 1, "e", "d", (note,))
    kept = Span("n", 0, 8, quote="New line")
    bare, beyond = Span("n", 2, 5, "dictionary"), Span("n", 2, 5000, "dictionary")
    elsewhere, gone = Span("other", 0, 3, quote="HPI"), Span("n", 3, 8, quote="pneumonia")
    found = standing([kept, span("Plan"), bare, beyond, elsewhere, gone], chart)
    assert [each and each.start for each in found] == [0, OLD.index("Plan") + 10, 2, None, None, None]
    assert standing([kept], chart) == [kept] and standing([], chart) == []
