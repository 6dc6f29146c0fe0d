"""Codes are found by their titles, in both languages, with the place of the words."""

from pathlib import Path

import pytest

from nlp.icd.titles.entries import alternatives
from nlp.icd.titles.lexicon import Lexicon
from nlp.icd.titles.titles import Titles

TABLE = [
    ("N20.0", "Calculus of kidney"),
    ("N20.1", "Calculus of ureter"),
    ("K63.9", "Intestinal disorder"),
    ("N44.0", "Torsion of testis"),
    ("N44.8", "Other noninflammatory disorders of the testis"),
    ("I10", "Essential (primary) hypertension"),
    ("E11", "Type 2 diabetes mellitus"),
    ("E11.9", "Type 2 diabetes mellitus without complications"),
    ("K74.60", "Unspecified cirrhosis of liver"),
]
SPANISH = Lexicon({"cist": (("cist", 1.0),), "higad": (("liver", 1.0),), "rinon": (("cidnei", 1.0),)})


@pytest.fixture(scope="module")
def titles() -> Titles:
    return Titles.of(lexicon=SPANISH, table=TABLE)


def codes(titles: Titles, text: str, language: str) -> list[str]:
    return [hit.code for hit in titles.find(text, language)]


def test_words_in_any_order_with_their_place(titles: Titles) -> None:
    text = "He had a kidney calculus."
    (hit,) = [hit for hit in titles.find(text, "en") if hit.code == "N20.0"]
    assert text[hit.start : hit.end] == "kidney calculus" and hit.score > 0.9


def test_cognates_and_learned_words(titles: Titles) -> None:
    assert "K74.60" in codes(titles, "Cirrosis de hígado avanzada", "es")


def test_abbreviations_in_capitals_alone(titles: Titles) -> None:
    assert "I10" in codes(titles, "Antecedentes: HTA", "es") and "I10" in codes(titles, "PMH: HTN", "en")
    assert "I10" not in codes(titles, "hta", "es")


def test_what_is_absent_need_not_be_said(titles: Titles) -> None:
    assert {"E11", "E11.9"} <= set(codes(titles, "Diabetes mellitus tipo 2", "es"))


def test_no_mention_across_sentences(titles: Titles) -> None:
    text = "A calculus. The kidney is well."
    assert all(hit.end - hit.start < 12 for hit in titles.find(text, "en"))


def test_a_full_title_before_half_a_title(titles: Titles) -> None:
    assert titles.near("torsión de testis", "es")[0][0] == "N44.0"


def test_spans_teach_words(titles: Titles) -> None:
    taught = titles.taught([("guijarros de riñón", "N20.0"), ("guijarros de uréter", "N20.1")] * 3)
    assert taught.near("guijarros de uréter", "es")[0][0] == "N20.1"
    assert "N20.0" not in codes(titles, "guijarros duros", "es")


def test_relatives_are_of_the_category(titles: Titles) -> None:
    assert [code for code, _ in titles.relatives("N44.8")] == ["N44.0"]
    assert titles.relatives("Q99.9") == []


def test_only_within_spans(titles: Titles) -> None:
    text = "Hypertension. Torsion of testis."
    assert {hit.code for hit in titles.find(text, "en", spans=[(14, len(text))])} == {"N44.0"}


@pytest.mark.parametrize("text", ["", "   ", "...", "xyzzy"])
def test_nothing_to_find(titles: Titles, text: str) -> None:
    assert titles.find(text, "es") == [] and titles.near(text, "es") == []


def test_another_language_is_taken_by_its_cognates(titles: Titles) -> None:
    assert "N20.0" not in codes(titles, "Nierenstein", "de")


@pytest.mark.parametrize("word", ["retrointestinal", "calculuss"])
def test_compounds_and_slips(titles: Titles, word: str) -> None:
    assert titles.near(word, "es")[0][0] in ("N20.0", "N20.1", "K63.9")


def test_one_of_several_things_is_enough() -> None:
    assert set(alternatives("Embolism and thrombosis of vein")) == {"Embolism of vein", "thrombosis of vein"}
    assert list(alternatives("Pain of left and right eye")) == []


def test_saved_and_loaded(titles: Titles, tmp_path: Path) -> None:
    titles.fit_spans([("piedra de riñón", "N20.0")] * 3)
    titles.save(tmp_path)
    again = Titles.load(tmp_path, "ICD-10-PCS")
    assert again.spans == titles.spans and again.lexicons == titles.lexicons


def test_words_elsewhere_in_the_note_speak_for_a_title(titles: Titles) -> None:
    def score(text: str) -> float:
        return max(hit.score for hit in titles.find(text, "en") if hit.code == "N20.1")

    assert score("A calculus was seen. The ureter was wide.") > score("A calculus was seen. The stomach was wide.")
