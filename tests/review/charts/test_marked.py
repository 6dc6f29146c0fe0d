"""Notes cut into pieces: every character once, each with what it speaks for."""

import random

from review.charts.chart import Note, Section, Span
from review.charts.marked import Marked, Piece, marked


def note(text: str, *sections: Section) -> Note:
    return Note("n", None, "progress", "physician", "en", text, sections)


def pieces(found: Marked) -> list[Piece]:
    return [piece for part in found.parts for piece in part.pieces]


def test_overlapping_evidence_is_split_and_each_stretch_names_all_it_supports() -> None:
    found = marked(note("abc def"), [("I10", Span("n", 0, 3)), ("E11", Span("n", 2, 5)), ("I10", Span("n", 1, 4))])
    assert [(piece.text, piece.keys, piece.first) for piece in pieces(found)] == [
        ("a", ("I10",), ("I10",)),
        ("b", ("I10",), ("I10",)),
        ("c", ("I10", "E11"), ("E11",)),
        (" ", ("I10", "E11"), ()),
        ("d", ("E11",), ()),
        ("ef", (), ()),
    ]


def test_a_mark_that_runs_over_a_heading_stands_in_both_sections() -> None:
    text = note("one two", Section(0, 4, "history"), Section(4, 7, "plan"))
    found = marked(text, [("I10", Span("n", 2, 6))])
    said = [(part.name, part.start, [(piece.text, piece.keys) for piece in part.pieces]) for part in found.parts]
    assert said == [
        ("history", 0, [("on", ()), ("e ", ("I10",))]),
        ("plan", 4, [("tw", ("I10",)), ("o", ())]),
    ]


def test_what_lies_outside_of_the_note_is_told_and_of_other_notes_passed_over() -> None:
    spans = [("a", Span("n", 5, 99)), ("b", Span("n", -1, 2)), ("c", Span("n", 3, 3)), ("d", Span("x", 0, 2))]
    found = marked(note("abc def"), spans)
    assert found.lost == ("a", "b", "c")
    assert [piece.text for piece in pieces(found)] == ["abc def"]
    assert pieces(marked(note(""), [("a", Span("n", 0, 1))])) == []


def test_every_character_stands_once_with_the_codes_of_the_spans_that_cover_it() -> None:
    draw = random.Random(7)
    for _ in range(200):
        text = "".join(draw.choice("ab <&\n😀é") for _ in range(draw.randrange(1, 40)))
        cut = sorted({0, *(draw.randrange(len(text)) for _ in range(3))})
        sections = [Section(a, b, "s") for a, b in zip(cut, [*cut[1:], len(text)], strict=True)]
        spans = [
            (draw.choice("xyz"), Span("n", start := draw.randrange(len(text)), draw.randrange(start, len(text)) + 1))
            for _ in range(draw.randrange(6))
        ]
        found = pieces(marked(note(text, *sections), spans))
        assert "".join(piece.text for piece in found) == text
        assert [piece.start for piece in found] == [0, *(piece.end for piece in found[:-1])]
        for piece in found:
            for place in range(piece.start, piece.end):
                assert set(piece.keys) == {key for key, span in spans if span.start <= place < span.end}
