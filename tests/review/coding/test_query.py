"""Queries to physicians: drafts that do not lead, and what is held against those that do."""

from dataclasses import replace
from datetime import datetime

import pytest

from review.charts.chart import Note, Span, Suggestion
from review.coding.folded import folded
from review.coding.query import draft, indicators, leading, said
from tests.review.coding.made import CM, TEXT, chart

CODING = folded(chart(), (), [], blind=False)
PNEUMONIA = CODING.of(CM, "J18.9")
MARK = (Span("n1", 0, 9),)
ENDS = ("Other (please describe)", "Unable to determine")


def test_a_draft_quotes_the_record_and_asks_openly() -> None:
    found = draft(chart(), CODING, PNEUMONIA)
    assert "“Pneumonia of the left lung. Hypertension." in found.question
    assert "(discharge, 2026-05-02)" in found.question
    assert "Can it be described further" in found.question and "unspecified" not in found.question
    assert found.options == ("No further detail can be given", *ENDS)


@pytest.mark.parametrize("about", said()["questions"])
def test_no_draft_of_ours_leads(about: str) -> None:
    found = draft(chart(), CODING, PNEUMONIA, about=about)
    assert leading(found.question, found.options, chart(), MARK) == []
    assert found.options[-2:] == ENDS


def test_the_question_follows_from_the_doubt() -> None:
    assert PNEUMONIA
    doubted = replace(PNEUMONIA, flags=("billable", "uncertain-setting"))
    assert "Ruled out" in draft(chart(), CODING, doubted).options
    assert "Resolved before this stay" in draft(chart(), CODING, replace(PNEUMONIA, flags=("chronic-history",))).options
    assert draft(chart(), CODING, None, MARK).options == ENDS


def test_choices_are_those_that_the_record_supports() -> None:
    more = tuple(Suggestion(CM, code, title, 9, 0.3, "review", MARK)
                 for code, title in (("J18.0", "Bronchopneumonia"), ("J18.1", "Lobar pneumonia")))  # fmt: skip
    coding = folded(chart(suggestions=(*chart().suggestions, *more)), (), [], blind=False)
    line = coding.of(CM, "J18.9")
    assert draft(chart(), coding, line).options[:2] == ("Bronchopneumonia", "Lobar pneumonia")
    one = folded(chart(suggestions=(*chart().suggestions, more[0])), (), [], blind=False)
    assert "Bronchopneumonia" not in draft(chart(), one, line).options  # alone it would lead


def test_indicators_are_whole_words_of_one_line() -> None:
    note = Note(
        "n1", datetime(2026, 5, 2), "progress", "", "en", "A line.\n" + "word " * 30 + "creatinine 2.4 " + "more " * 30
    )
    (found,) = indicators(chart(notes=(note,)), [Span("n1", note.text.find("crea"), note.text.find("2.4") + 3)])
    assert "A line" not in found and found.startswith("“word") and "creatinine 2.4 more" in found
    assert indicators(chart(notes=()), MARK) == []


@pytest.mark.parametrize(
    ("question", "options", "why"),
    [
        ("“Pneumonia of the left lung.” Does the patient have sepsis?", ENDS, "names sepsis"),
        ("“Pneumonia of the left lung.” Does the patient have sepsis?", ENDS, "Yes or no"),
        ("“Pneumonia of the left lung.” Which type? It would be an MCC.", ENDS, "payment"),
        ("“Pneumonia of the left lung.” Which type? This raises the severity of illness.", ENDS, "score"),
        ("“Pneumonia of the left lung.” Do you agree?", ENDS, "one answer"),
        ("“Pneumonia of the left lung.” Which type?", ("Aspiration pneumonia", *ENDS), "aspiration pneumonia"),
        ("“Pneumonia of the left lung.” Which type?", ("Yes", "No"), "Yes or no"),
        ("“Pneumonia of the left lung.” Which stage of CKD is it?", ENDS, "names ckd"),
        ("“Pneumonia of the left lung.” Which type?", ("Unable to determine",), "other"),
        ("“Pneumonia of the left lung.” Which type?", ("Other",), "unable to determine"),
        ("Which type?", ENDS, "nothing of the record"),
        ("“Septic shock on pressors.” Which type?", ENDS, "nothing of the record"),
    ],
)
def test_what_leads(question: str, options: tuple[str, ...], why: str) -> None:
    assert any(why in each for each in leading(question, options, chart(), ()))


@pytest.mark.parametrize(
    "question",
    ["“Pneumonia of the left lung.” Which organism is it due to?", "“Type 2 diabetes.” Is the diabetes controlled?"],
)
def test_what_does_not(question: str) -> None:
    assert TEXT and leading(question, ENDS, chart(), ()) == []


def test_odd_notes_and_words_break_nothing() -> None:
    odd = chart(notes=(replace(chart().notes[0], text="“<b>” \u202e \x00" * 50, time=None),))
    found = draft(odd, CODING, None, (Span("n1", 3, 9),))
    assert leading(found.question * 3, found.options, odd, (Span("n1", 3, 9),)) is not None
