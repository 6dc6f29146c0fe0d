"""Notes as one text: where words lie, which sentence they are of, which note."""

from nlp.icd.chart import Chart, Note
from nlp.icd.literature.joined import apart, joined, words

CHART = Chart("1", (Note("a", "Tos. 39 ºC"), Note("b", ""), Note("c", "Fiebre\nalta, T3N0")))


def test_characters_go_back_to_their_note() -> None:
    text = joined(CHART)
    said = {}
    for start, end in words(text.text):
        span = text.evidence(start, end, "word", 1.0)
        (note,) = [note for note in CHART.notes if note.note_id == span.note_id]
        said[text.text[start:end]] = (span.note_id, note.text[span.start : span.end])
    assert said == {
        word: (note, word) for word, note in [("Tos", "a"), ("ºC", "a"), ("Fiebre", "c"), ("alta", "c"), ("T3N0", "c")]
    }


def test_what_reaches_beyond_a_note_is_cut() -> None:
    span = joined(CHART).evidence(8, 20, "word", 1.0)
    assert (span.note_id, span.start, span.end) == ("a", 8, 10)


def test_sentences_are_numbered() -> None:
    text = "Tos. Fiebre alta\nDolor"
    assert apart(text, words(text)) == [0, 1, 1, 2]
