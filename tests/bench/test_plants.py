"""Planted notes: exact gold, every label, the same bytes from a seed; plants that change are renewed on purpose."""

import json

import pytest

from bench.plants import digests
from bench.plants.notes import corpus, templates
from bench.plants.slots import Slots
from bench.plants.template import choose, fill, wrapped
from contract.errors import ConfigError
from nlp.deid.labels import LABELS

ENGLISH = corpus(140, 7)
SPANISH = corpus(32, 7, "es")


@pytest.mark.parametrize("made", [ENGLISH, SPANISH], ids=["en", "es"])
def test_spans_are_disjoint_filled_and_of_known_labels(made) -> None:  # type: ignore[no-untyped-def]
    for note in made.notes:
        end = 0
        for span in note["spans"]:
            said = note["text"][span["start"] : span["end"]]
            assert span["start"] >= end and said.strip() == said != "" and span["label"] in LABELS
            end = span["end"]
        assert all(note["text"][start:stop] == said for start, stop, said in note["decoys"])
        assert not set("{}«»") & set(note["text"])


def test_every_label_occurs_in_both_languages() -> None:
    for made in (ENGLISH, SPANISH):
        assert {span["label"] for note in made.notes for span in note["spans"]} == set(LABELS)


def test_there_are_as_many_templates_as_promised() -> None:
    assert len(templates("en")) >= 60 and len(templates("es")) >= 15
    assert len({t.name for t in templates("en")}) == len(templates("en"))


def test_the_same_seed_gives_the_same_notes_and_another_others() -> None:
    assert corpus(10, 3) == corpus(10, 3)
    assert corpus(10, 3) != corpus(10, 4)


def test_a_name_is_found_where_the_patient_says() -> None:
    people = {one["id"]: one["name"][0]["family"] for one in ENGLISH.patients}
    hits = [people[n["patient_id"]].lower() in n["text"].lower().replace("\n", " ") for n in ENGLISH.notes]
    assert sum(hits) > 0.8 * len(hits)


def test_case_and_line_ends_do_not_move_gold() -> None:
    import random

    made = fill("seen straße [[a||a]] {x} end", lambda _: _piece("Groß"), random.Random(1), "upper")
    assert [made.text[start:end] for start, end, _ in made.spans] == ["GROSS"]
    assert len(wrapped("aaa bbb ccc ddd", 5)) == 15 and "\n" in wrapped("aaa bbb ccc ddd", 5)
    assert choose("[[a[[b||b]]||ab]]", random.Random(1)) == "ab"


def test_an_unknown_slot_is_named() -> None:
    import random
    from datetime import date

    from bench.plants.cast import cast
    from bench.plants.world import world

    who = cast(world("en"), random.Random(1), 1)[0]
    with pytest.raises(ConfigError, match="nonsense"):
        Slots(world("en"), random.Random(1), who, date(2021, 1, 1))("nonsense")


def test_plants_are_as_recorded() -> None:
    assert json.loads(digests.RECORD.read_text()) == digests.found(), "renew on purpose: python -m bench.plants.digests"


def _piece(text: str):  # type: ignore[no-untyped-def]
    from bench.plants.template import Piece

    return Piece(text, "PATIENT")
