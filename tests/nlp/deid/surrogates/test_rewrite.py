"""Spans are replaced where they stand, and it is known where the surrogates do."""

import numpy as np
import pyarrow as pa
import pytest

from nlp.deid.offsets import Offsets
from nlp.deid.span import Span
from nlp.deid.surrogates.rewrite import rewrite


def spans(*bounds: tuple[int, int]) -> list[Span]:
    return [Span(start, end, "PATIENT", "known") for start, end in bounds]


def test_adjacent_and_outermost_spans() -> None:
    made, places = rewrite("abcXYZ", spans((0, 1), (1, 3), (5, 6)), lambda text, _: text.upper() * 2)
    assert made == "AABCBCXYZZ"
    assert [made[start:end] for start, end in places] == ["AA", "BCBC", "ZZ"]


def test_no_span() -> None:
    assert rewrite("abc", [], str) == ("abc", [])


@pytest.mark.parametrize("bounds", [((0, 2), (1, 3)), ((2, 3), (0, 1)), ((0, 9),), ((1, 1),)])
def test_what_cannot_be_replaced_is_refused(bounds: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValueError, match="expected disjoint spans in order"):
        rewrite("abc", spans(*bounds), lambda text, _: text)


def offsets() -> Offsets:
    """Note 0: `Mr Smith, 12` -> `Mr Featherstone, 7`; note 1: no spans; note 2: `Bo x` -> `Jonathan x`."""
    rows = [("a", 3, 8, 3, 15), ("a", 10, 12, 17, 18), ("c", 0, 2, 0, 8)]
    columns = [list(column) for column in zip(*rows, strict=True)]
    table = pa.table(dict(zip(("note_id", "start", "end", "open_start", "open_end"), columns, strict=True)))
    return Offsets.of(table.take([2, 1, 0]), {"a": 0, "b": 1, "c": 2})


@pytest.mark.parametrize(
    ("note", "released", "original"),
    [
        (0, (0, 2), (0, 2)),
        (0, (3, 15), (3, 8)),
        (0, (5, 7), (3, 8)),  # in a surrogate: the whole identifier
        (0, (0, 5), (0, 8)),
        (0, (15, 17), (8, 10)),
        (0, (16, 18), (9, 12)),
        (0, (14, 18), (3, 12)),
        (0, (15, 15), (8, 8)),
        (1, (4, 9), (4, 9)),
        (2, (8, 10), (2, 4)),
        (2, (0, 1), (0, 2)),
    ],
)
def test_released_to_original(note: int, released: tuple[int, int], original: tuple[int, int]) -> None:
    one = (np.array([note]), np.array([released[0]]), np.array([released[1]]))
    start, end = offsets().to_original(*one)
    assert (int(start[0]), int(end[0])) == original


def test_whole_spans_go_there_and_back() -> None:
    note, start, end = np.array([0, 0, 0, 1, 2, 2]), np.array([0, 3, 8, 2, 0, 2]), np.array([3, 8, 12, 7, 2, 4])
    there = offsets().to_released(note, start, end)
    back = offsets().to_original(note, *there)
    assert np.array_equal(back[0], start) and np.array_equal(back[1], end)


def test_every_character_outside_of_spans_is_found_again() -> None:
    text = "Mr Smith saw Dr Jones on 3 May at the clinic."
    made, places = rewrite(text, spans((3, 8), (16, 21), (25, 30)), lambda said, _: said[::-1] + "++")
    rows = [("n", s, e, *place) for (s, e), place in zip(((3, 8), (16, 21), (25, 30)), places, strict=True)]
    columns = [list(column) for column in zip(*rows, strict=True)]
    table = pa.table(dict(zip(("note_id", "start", "end", "open_start", "open_end"), columns, strict=True)))
    known = Offsets.of(table, {"n": 0})
    place = np.array([p for p in range(len(made)) if not any(s <= p < e for s, e in places)])
    start, end = known.to_original(np.zeros_like(place), place, place + 1)
    assert [text[s:e] for s, e in zip(start, end, strict=True)] == [made[p] for p in place]


def test_no_spans_at_all() -> None:
    empty = Offsets.of(pa.table({n: pa.array([], t) for n, t in SPANS}), {"a": 0})
    start, end = empty.to_original(np.array([0]), np.array([2]), np.array([5]))
    assert (start.tolist(), end.tolist()) == ([2], [5])


SPANS = [("note_id", pa.string()), *((n, pa.int64()) for n in ("start", "end", "open_start", "open_end"))]
