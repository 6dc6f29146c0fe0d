"""Practice notes: their marks are right, all labels occur, and what is held out is never practised on."""

import re
from random import Random

import pytest

from contract.errors import ConfigError
from nlp.deid.labels import LABELS
from nlp.deid.practice.cast import Cast
from nlp.deid.practice.dates import worded, worded_ordinal
from nlp.deid.practice.draft import Draft, rewrite
from nlp.deid.practice.grammar import phrase
from nlp.deid.practice.insertion import Insertion, marked
from nlp.deid.practice.knowledge import FILES, frames, load
from nlp.deid.practice.names import names
from nlp.deid.practice.noise import glued, wrapped
from nlp.deid.practice.notes import Practice
from nlp.deid.practice.sift import sift
from nlp.deid.practice.slots import Writer, shaped

TEXT = "The patient is a 91-year-old man who fell on July 31, 2008.  His wife called Dr. Kumar three days ago."


def writer(seed: int = 1) -> Writer:
    rng = Random(seed)
    return Writer(frames("train"), Cast(names("train"), rng), rng)


def test_marks_hold_words_and_do_not_overlap() -> None:
    for draft in Practice(texts=[TEXT]).notes(150, seed=3):
        last = 0
        for start, end, label in sorted(draft.marks):
            assert label in LABELS
            assert last <= start < end <= len(draft.text)
            assert draft.text[start:end].strip() == draft.text[start:end]
            last = end


def test_every_label_is_practised_and_judged() -> None:
    for split in ("train", "held"):
        seen = {label for draft in Practice(split).notes(400, seed=5) for _, _, label in draft.marks}
        assert seen == set(LABELS)


def test_the_same_seed_gives_the_same_notes() -> None:
    first, second = (list(Practice().notes(5, seed=8)) for _ in range(2))
    assert first == second
    assert first != list(Practice().notes(5, seed=9))


def test_no_frame_and_no_name_is_on_both_sides() -> None:
    for topic, items in frames("train").topics.items():
        if topic in load("words"):
            continue  # these name nobody
        both = set(items) & set(frames("held").topics[topic])
        assert not both or len(items) < 24, f"{topic} was not split"
    mine, theirs = names("train"), names("held")
    assert not {n for pool in mine.family for n in pool} & {n for pool in theirs.family for n in pool}


@pytest.mark.parametrize("name", [*FILES, "fields", "insertion"])
def test_every_phrase_can_be_read(name: str) -> None:
    def texts(value: object) -> list[str]:
        if isinstance(value, dict):
            return [text for one in value.values() for text in texts(one)]
        if isinstance(value, list):
            return [text for one in value for text in texts(one)]
        return [str(value)]

    loaded = load(name)
    phrases = [text for _, rule in loaded["replace"] for text in rule] if name == "insertion" else texts(loaded)
    assert all(phrase(text) for text in phrases)


def test_a_bracket_left_open_is_refused() -> None:
    with pytest.raises(ConfigError, match="not closed"):
        phrase("[He|She takes {drug}")


def test_an_unknown_topic_is_named() -> None:
    with pytest.raises(ConfigError, match="<nothing>"):
        writer().write("<nothing>")


def test_what_stands_in_open_text_is_marked() -> None:
    assert [(TEXT[s:e], label) for s, e, label in marked(TEXT)] == [("91", "AGE90"), ("July 31, 2008", "DATE")]


def test_insertion_renames_and_adds() -> None:
    made = [Insertion(writer(seed), 1.0).into(TEXT) for seed in range(20)]
    assert not any("Kumar" in draft.text for draft in made)
    labels = {label for draft in made for _, _, label in draft.marks}
    assert {"AGE90", "DATE", "STAFF", "PATIENT", "RELATIVE"} <= labels
    quiet = Insertion(writer(), 0.0).into(TEXT)
    assert [label for _, _, label in sorted(quiet.marks)] == ["AGE90", "DATE", "STAFF"]


def test_sentences_that_may_name_somebody_are_left_out() -> None:
    kept = list(
        sift(["He has Crohn disease and is well today.  It was Anna who brought him.  He works as a cook."], {"Anna"})
    )
    assert kept == ["He has Crohn disease and is well today."]


def test_a_rewritten_draft_keeps_its_marks() -> None:
    draft = Draft("Ann saw Bob at noon", [(0, 3, "PATIENT"), (8, 11, "STAFF")])

    def put(found: re.Match[str], into: Draft) -> bool:
        into.mark("DATE", "5/6")
        return found[0] == "noon"

    done = rewrite(draft, re.compile("noon"), put)
    assert [(done.text[s:e], label) for s, e, label in done.marks] == [
        ("Ann", "PATIENT"),
        ("Bob", "STAFF"),
        ("5/6", "DATE"),
    ]


def test_noise_keeps_names_whole() -> None:
    draft = Draft("Seen by Anna Nowak on 5/6 in clinic for a cough of some days", [(8, 18, "STAFF"), (22, 25, "DATE")])
    for seed in range(30):
        loose = glued(draft, Random(seed))
        assert [loose.text[s:e] for s, e, _ in loose.marks] == ["Anna Nowak", "5/6"]
    assert wrapped(draft, 16).text.split("\n")[0] == "Seen by Anna"


def test_numbers_take_their_shape() -> None:
    assert re.fullmatch(r"S-\d\d-A[B-Z]h", shaped(Random(1), "\\S-99-\\AA\\h"))
    assert (worded(91), worded(104), worded_ordinal(90)) == ("ninety-one", "one hundred and four", "ninetieth")
