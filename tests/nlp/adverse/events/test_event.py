"""Event files: the shipped ones are whole, and what is wrong is told."""

from pathlib import Path

import pytest

from contract.errors import ConfigError
from nlp.adverse.events.event import Event, checked, load, shipped
from nlp.adverse.events.note import EventNote
from nlp.adverse.events.reading import read
from nlp.adverse.events.terms import Terms

WHOLE = {"name": "delirium", "question": "Is the patient delirious?", "labels": ["no", "yes"], "positive": ["yes"]}


@pytest.mark.parametrize("name", shipped())
def test_shipped_events_find_words_in_their_own_examples(name: str) -> None:
    event = load(name)
    terms = Terms(event)
    for example in event.examples:
        if example.label in event.positive:
            assert read(EventNote(example.text), terms).mentions, example.text


def test_yes_and_no_may_stand_without_quotes(tmp_path: Path) -> None:
    file = tmp_path / "delirium.yaml"
    file.write_text("name: delirium\nquestion: Is it?\nlabels: [no, yes]\npositive: [yes]\n")
    assert load(file).labels == ("no", "yes")
    assert load(file).silent == "no"


def test_an_event_is_written_and_read_the_same() -> None:
    event = load("fall")
    assert checked(event.said(), "again") == event


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": "Line Infection"}, "small letters"),
        ({"labels": ["yes"]}, "two labels"),
        ({"positive": ["no", "yes"]}, "not all"),
        ({"positive": ["maybe"]}, "of which some"),
        ({"question": ""}, "question is missing"),
        ({"keywords": ["x"]}, "keywords not known"),
        ({"words": "confused"}, "expected a list"),
        ({"examples": ["confused"]}, "examples is a list"),
        ({"examples": [{"text": "x", "label": "perhaps"}]}, "example 1"),
    ],
)
def test_errors_teach(change: dict[str, object], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        checked(WHOLE | change, "delirium.yaml")


def test_an_unknown_event_lists_the_shipped_ones() -> None:
    with pytest.raises(ConfigError, match="hip_dislocation"):
        load("shoulder")


@pytest.mark.parametrize(
    ("kind", "language", "asked"),
    [
        ("phone", "en", True),
        ("Phone", "en-US", True),
        (None, None, True),
        ("pathology", "en", False),
        ("phone", "fr", False),
    ],
)
def test_notes_of_other_kinds_and_languages_are_not_asked(kind: str | None, language: str | None, asked: bool) -> None:
    assert Event("fall", kinds=("phone",)).asks(kind, language) is asked


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("He fell in the yard.", ["p"]),
        ("No falls since discharge.", ["n"]),
        ("Afraid of falling.", ["w"]),
        ("His wife fell last week.", ["o"]),
        ("NO EVIDENCE OF A RECENT INJURY, AND THE PATIENT TODAY DENIES HAVING HAD\nFALLS.", ["n"]),
        ("Diabetes.", []),
    ],
)
def test_what_is_said_of_a_mention(text: str, letters: list[str]) -> None:
    found = read(EventNote(text, language="en"), Terms(load("fall")))
    assert [one for one, m in zip(found.letters, found.mentions, strict=True) if m.group == "name"] == letters


def test_the_words_of_the_name_are_mentions_where_they_stand_in_one_sentence() -> None:
    terms = Terms(Event("line_infection"))
    found = read(EventNote("Infected PICC lines were pulled. The line flushes. No infection."), terms)
    assert [one.group for one in found.mentions] == ["own"]
