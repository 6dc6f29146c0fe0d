"""Who wins where layers overlap, what protection takes away, and that nothing that stands is uncovered again."""

import random
from itertools import pairwise

import pytest

from nlp.deid.merge import merge
from nlp.deid.span import Span

TEXT = "Mr. John Parkinson has Parkinson disease, seen 03/05/2020."
JOHN, NAME, DISEASE, DAY = (4, 8), (9, 18), (23, 32), (47, 57)


def span(place: tuple[int, int], label: str, layer: str, score: float = 1.0) -> Span:
    return Span(*place, label, layer, score)


def said(spans: list[Span]) -> list[tuple[str, str, str]]:
    return [(TEXT[s.start : s.end], s.label, s.layer) for s in spans]


def test_parts_of_a_name_are_one_span() -> None:
    found = [span(JOHN, "PATIENT", "known"), span(NAME, "PATIENT", "tagger")]
    assert said(merge(TEXT, found, [])) == [("John Parkinson", "PATIENT", "known")]


@pytest.mark.parametrize(
    ("layer", "score", "stands"),
    [
        ("veto", 1.0, False),
        ("tagger", 0.5, False),
        ("tagger", 0.95, False),
        ("rules", 0.6, False),
        ("rules", 0.99, True),
        ("known", 0.8, True),
        ("known", 0.5, False),
    ],
)
def test_protection_beats_what_is_weak(layer: str, score: float, stands: bool) -> None:
    found = merge(TEXT, [span(DISEASE, "PATIENT", layer, score)], [span(DISEASE, "EPONYM", "protect")])
    assert bool(found) == stands


def test_a_shape_is_cut_out_of_all_but_the_known() -> None:
    shape = [span(DISEASE, "PATIENT", "shape")]
    assert said(merge(TEXT, [span((10, 32), "PATIENT", "rules", 0.99)], shape)) == [
        ("arkinson has", "PATIENT", "rules")
    ]
    assert said(merge(TEXT, [span(DISEASE, "PATIENT", "known")], shape)) == [("Parkinson", "PATIENT", "known")]


def test_small_words_at_the_ends_of_a_tagged_name_go() -> None:
    assert said(merge(TEXT, [span((4, 22), "PATIENT", "tagger")], [])) == [("John Parkinson", "PATIENT", "tagger")]


def test_short_numbers_and_common_words_that_the_tagger_doubts_are_not_believed() -> None:
    text = "pain 1445 and the bus for 3/12"
    found = [
        Span(5, 9, "SSN", "tagger", 0.7),
        Span(18, 21, "EMPLOYER", "tagger", 0.95),
        Span(26, 30, "DATE", "tagger", 0.7),
    ]
    assert [span.label for span in merge(text, found, [])] == ["DATE"]


def test_protection_of_a_part_does_not_free_the_whole() -> None:
    found = merge(TEXT, [span((4, 32), "PATIENT", "veto")], [span(DISEASE, "EPONYM", "protect")])
    assert said(found) == [("John Parkinson has Parkinson", "PATIENT", "veto")]


def test_the_surer_layer_names_the_label() -> None:
    found = [span(DAY, "MRN", "veto"), span(DAY, "DATE", "rules", 0.99), span(DAY, "PHONE", "tagger", 0.95)]
    assert said(merge(TEXT, found, [])) == [("03/05/2020", "DATE", "rules")]


def test_what_sticks_out_stays_covered() -> None:
    found = [span((47, 52), "DATE", "rules", 0.99), span(DAY, "ACCOUNT", "tagger", 0.7)]
    assert said(merge(TEXT, found, [])) == [("03/05", "DATE", "rules"), ("/2020", "ACCOUNT", "tagger")]


def test_no_character_is_lost_and_none_stands_twice() -> None:
    draw = random.Random(5)
    for _ in range(300):
        places = [sorted(draw.sample(range(len(TEXT)), 2)) for _ in range(6)]
        found = [
            span((a, b), draw.choice(["PATIENT", "DATE", "MRN"]), draw.choice(["known", "rules", "tagger", "veto"]))
            for a, b in places
        ]
        merged = merge(TEXT, found, [])
        covered = {k for s in merged for k in range(s.start, s.end)}
        assert {k for s in found for k in range(s.start, s.end) if TEXT[k].isalnum()} <= covered
        assert all(a.end <= b.start for a, b in pairwise(merged))
