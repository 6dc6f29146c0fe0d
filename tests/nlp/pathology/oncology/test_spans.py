"""Stretches that may be mentions, and the choice among them; a tiny finder taught, saved and loaded."""

from pathlib import Path

import numpy as np
import pytest

from contract.errors import InputError
from eval.corpora.marked import Marked
from nlp.pathology.oncology import artifact
from nlp.pathology.oncology.beliefs import Believed
from nlp.pathology.oncology.candidates import Stretch, features, stretches
from nlp.pathology.oncology.choice import chosen
from nlp.pathology.oncology.habits import UNKNOWN, Habits, share
from nlp.pathology.oncology.reader import OncologyReader
from nlp.text.tokens import tokenize

TEXT = "Tiene un adenocarcinoma de colon estadio IV."
LABEL = "MORFOLOGIA_NEOPLASIA"


def marked(text: str, *mentions: str) -> Marked:
    spans = tuple((text.index(mention), text.index(mention) + len(mention), LABEL) for mention in mentions)
    return Marked("d", text, tuple(sorted(spans)))


def believed(text: str, first: int, inside: int) -> Believed:
    """That the word `first` begins a mention, and the `inside` words after it belong to it."""
    tokens = tokenize(text)
    chances = np.tile(np.array([0.998, 0.001, 0.001], np.float32), (len(tokens), 1))
    chances[first] = [0.1, 0.9, 0.0]
    chances[first + 1 : first + 1 + inside] = [0.4, 0.0, 0.6]
    return Believed(tokens, chances)


def test_stretches_are_those_of_the_networks_and_names_that_are_marked() -> None:
    habits = Habits.of([marked("Un tumor y otro", "tumor")])
    text = "Un carcinoma de mama. El tumor crece"
    found = {text[each.start : each.end] for each in stretches(text, believed(text, 1, 2), habits)}
    assert found == {"carcinoma", "carcinoma de mama", "tumor"}


def test_each_stretch_has_as_many_numbers() -> None:
    habits = Habits.of([marked(TEXT, "adenocarcinoma")])
    of = believed(TEXT, 2, 2)
    numbers = features(TEXT, of, stretches(TEXT, of, habits), habits)
    assert numbers.ndim == 2
    assert np.isfinite(numbers).all()
    assert features("", Believed(tokenize(""), np.zeros((0, 3), np.float32)), [], habits).shape[0] == 0


def test_thousands_of_stretches_are_looked_at_by_their_neighbours() -> None:
    habits = Habits.of([marked("Un tumor y otro", "tumor")])
    text = "tumor " * 5000
    of = Believed(tokenize(text), np.tile(np.array([0.5, 0.4, 0.1], np.float32), (5000, 1)))
    numbers = features(text, of, stretches(text, of, habits), habits)
    assert len(numbers) >= 5000


def test_habits_are_shares_of_what_was_marked() -> None:
    habits = Habits.of([marked("un tumor de mama, un tumor", "tumor de mama")])
    assert share(habits.whole, "tumor de mama") == 0.75
    assert share(habits.first, "tumor") == 0.5
    assert share(habits.last, "sarcoma") == UNKNOWN


def test_the_best_that_lie_apart_are_chosen() -> None:
    found = [Stretch(0, 0, 0, 1, 0), Stretch(0, 2, 0, 5, 0), Stretch(2, 2, 4, 5, 0), Stretch(4, 4, 7, 8, 0)]
    assert chosen(found, [0.6, 0.7, 0.6, 0.1]) == [0, 2]
    assert chosen(found, [0.4, 0.9, 0.4, 0.9]) == [1, 3]
    assert chosen([], []) == []


def test_a_trained_folder_is_a_reader(folder: Path) -> None:
    reader = OncologyReader.load(folder)
    assert reader.artifact.startswith("oncology-")
    assert len(reader.read([TEXT, ""])) == 2
    once, again = (artifact.load(folder).find([TEXT])[0] for _ in range(2))
    assert once == again


def test_a_changed_folder_is_refused(folder: Path) -> None:
    path = folder / "normaliser.npz"
    before = path.read_bytes()
    path.write_bytes(before + b"x")
    with pytest.raises(InputError, match="not as it was saved"):
        OncologyReader.load(folder)
    path.write_bytes(before)


def test_english_asks_for_no_networks(folder: Path) -> None:
    reader = OncologyReader.load(folder)
    ((found, *_),) = reader.read(["The right breast was found to have an invasive ductal carcinoma."])
    assert found.code == "8500/3"
    assert "finder" not in vars(reader.finder)
