"""Marked words of a Spanish text stand in its English translation too."""

import pytest

from nlp.icd.chart import Chart, Evidence, Note
from nlp.icd.projection import projected

PAIRS = {
    "dolor abdominal": "abdominal pain",
    "dolor lumbar": "lumbar pain",
    "dolor torácico": "thoracic pain",
    "fiebre alta": "high fever",
    "fiebre": "fever",
    "tensión alta": "high blood pressure",
}


def both(at: int, one: str, other: str, marked: list[tuple[str, str]]) -> tuple[Chart, Chart]:
    """`marked`: words and source."""
    spans = tuple(Evidence("n", one.index(w), one.index(w) + len(w), source) for w, source in marked)
    gold = {"R10.9": spans}
    return (
        Chart(f"e{at}", (Note("n", one, "es"),), gold),
        Chart(f"e{at}", (Note("n.en", other, "en"),), dict.fromkeys(gold, ())),
    )


def words(marked: list[tuple[str, str]], one: str, other: str) -> list[tuple[str, str]]:
    """What becomes of the marked words in a corpus that says all of PAIRS."""
    said = [both(1 + at, f"Paciente con {es}.", f"Patient with {en}.", []) for at, (es, en) in enumerate(PAIRS.items())]
    asked = both(0, one, other, marked)
    spanish, english = zip(asked, *said, strict=True)
    found = projected(spanish, english)[0]
    assert {span.note_id for span in found.gold["R10.9"]} <= {"n.en"}
    return [(other[span.start : span.end], span.source) for span in found.gold["R10.9"]]


@pytest.mark.parametrize(("spanish", "english"), PAIRS.items())
def test_a_phrase_is_found_where_its_translation_stands(spanish: str, english: str) -> None:
    other = f"The man came yesterday.\nPatient with {english} and cough."
    assert words([(spanish, "marked")], f"Vino ayer. Paciente con {spanish} y tos.", other) == [(english, "projected")]


def test_pieces_stay_pieces_and_what_is_around_them_is_left_out() -> None:
    one = "Paciente con dolor y fiebre abdominal."
    marked = [("dolor y fiebre abdominal", "around"), ("dolor", "piece-1"), ("abdominal", "piece-1")]
    found = words(marked, one, "Patient with pain and fever, abdominal.")
    assert sorted(found) == [("abdominal", "piece-1"), ("pain", "piece-1")]


def test_what_the_translation_left_out_has_no_span() -> None:
    assert words([("dolor lumbar", "marked")], "Paciente con dolor lumbar.", "Patient came.") == []


def test_a_piece_without_its_other_pieces_is_left_out() -> None:
    marked = [("dolor", "piece-1"), ("lumbar", "piece-1")]
    assert words(marked, "Paciente con dolor agudo lumbar.", "Patient with pain.") == []


def test_charts_of_other_encounters_stay_as_they_are() -> None:
    alone = Chart("other", (Note("m", "Fever.", "en"),), {"R50.9": ()})
    assert projected([], [alone]) == [alone]
