"""The longest phrase that was seen in training is found, and nothing else."""

from nlp.adverse.literature.dictionary import Dictionary, all_pairs
from nlp.adverse.mining.page import Line


def line(text: str, *marks: tuple[str, str]) -> Line:
    return Line(text, 0, tuple((text.index(words), text.index(words) + len(words), label) for words, label in marks))


SEEN = [
    line("Tulipril gave a blue rash.", ("Tulipril", "DRUG"), ("blue rash", "EFFECT")),
    line("A rash from perisone.", ("rash", "EFFECT"), ("perisone", "DRUG")),
]


def test_the_longest_match_wins() -> None:
    found = Dictionary.of(SEEN).spans(Line("Blue Rash and rash after TULIPRIL, not tuliprilat."))
    assert found == [(0, 9, "EFFECT"), (14, 18, "EFFECT"), (25, 33, "DRUG")]


def test_every_drug_stands_beside_every_effect() -> None:
    assert all_pairs([(0, 9, "EFFECT"), (14, 18, "EFFECT"), (25, 33, "DRUG")]) == [(25, 33, 0, 9), (25, 33, 14, 18)]


def test_nothing_was_seen() -> None:
    assert Dictionary.of([]).spans(Line("Tulipril gave a rash.")) == []
