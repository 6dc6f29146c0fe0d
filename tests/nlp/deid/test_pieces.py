"""A long note is read in pieces that together are the note, and its spans lie where they lay."""

from nlp.deid.note import Note
from nlp.deid.pieces import LONG, cuts, pieces
from nlp.deid.pipeline import Pipeline

TOLD = "Seen by Dr. Hazel Quimby on 03/05/2019, MRN 4471902.\n\n"


def test_short_notes_are_one_piece() -> None:
    note = Note("x" * LONG)
    assert pieces(note) == [(0, note)]


def test_pieces_are_the_whole_text_and_end_between_paragraphs() -> None:
    text = TOLD * (3 * LONG // len(TOLD))
    parts = [text[start:end] for start, end in cuts(text)]
    assert "".join(parts) == text and len(parts) > 3
    assert all(len(part) <= LONG and part.endswith("\n\n") for part in parts)


def test_a_text_without_blanks_is_cut_all_the_same() -> None:
    assert [end - start for start, end in cuts("x" * (2 * LONG + 7))] == [LONG, LONG, 7]


def test_spans_of_a_long_note_lie_in_the_whole() -> None:
    text = TOLD * (2 * LONG // len(TOLD))
    (found,) = Pipeline(layers=("rules",)).spans([Note(text)])
    said = {text[span.start : span.end] for span in found if span.start > LONG}
    assert "03/05/2019" in said and "4471902" in said
    assert len(found) >= 3 * (2 * LONG // len(TOLD)) - 3
