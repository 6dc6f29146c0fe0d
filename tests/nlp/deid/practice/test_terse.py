"""Logs, grids and shorthand name nobody unless they are asked to, and the common words of practice are no names."""

from random import Random

import pytest

from models.lexicon import borne
from nlp.deid.practice.cast import Cast
from nlp.deid.practice.knowledge import frames, held, load
from nlp.deid.practice.names import names
from nlp.deid.practice.slots import Writer, common
from nlp.deid.practice.terse import terse

NAMES = {"PATIENT", "RELATIVE", "STAFF"}


def drawn(named: float, seed: int) -> list[tuple[str, list[str]]]:
    rng = Random(seed)
    pools = names("train", None)
    made = []
    for _ in range(60):
        draft = terse(Writer(frames("train"), Cast(pools, rng), rng), named)
        made.append((draft.text, [label for _, _, label in draft.marks]))
    return made


def test_blocks_differ_and_few_words_are_marked() -> None:
    made = drawn(0.0, 1)
    assert len({text for text, _ in made}) > 55
    assert sum(len(labels) for _, labels in made) < sum(len(text.split()) for text, _ in made) / 10


def test_shorthand_names_people_when_asked() -> None:
    quiet = sum(label in NAMES for _, labels in drawn(0.0, 2) for label in labels)
    loud = sum(label in NAMES for _, labels in drawn(0.9, 2) for label in labels)
    assert loud > quiet + 20


def test_common_words_are_no_given_names() -> None:
    assert len(common()) > 5000
    assert not set(common()) & borne("", "first_names")


@pytest.mark.parametrize("topic", ["flow", "tele", "telenamed", "order", "title"])
def test_frames_of_every_style_are_held_out(topic: str) -> None:
    assert any(held(frame) for frame in load("quiet")[topic])
    assert not set(frames("train").topics[topic]) & set(frames("held").topics[topic])
