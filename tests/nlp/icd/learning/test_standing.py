"""What rests on terms alone."""

import pytest

from nlp.icd.chart import HIDDEN, PRE_ACCEPT, REVIEW, Chart, Evidence, Note, Suggestion
from nlp.icd.learning.standing import stood, taken_up


@pytest.mark.parametrize(
    ("layers", "band", "flags"),
    [
        (("learned",), REVIEW, ("learned",)),
        (("learned", "shadow"), REVIEW, ("learned",)),
        (("shadow",), HIDDEN, ("shadow",)),
        (("learned", "dictionary"), PRE_ACCEPT, ()),
        (("dictionary",), PRE_ACCEPT, ()),
        ((), PRE_ACCEPT, ()),
    ],
)
def test_terms_alone_never_reach_pre_accept(layers: tuple[str, ...], band: str, flags: tuple[str, ...]) -> None:
    spans = tuple(Evidence("n", at, at + 1, layer) for at, layer in enumerate(layers))
    found = stood(Suggestion("A00", 0.99, PRE_ACCEPT, spans))
    assert (found.band, found.flags) == (band, flags)


def test_what_was_hidden_stays_hidden() -> None:
    assert stood(Suggestion("A00", 0.1, HIDDEN, (Evidence("n", 0, 1, "learned"),))).band == HIDDEN


def taught(text: str, score: float = 0.01) -> list[Suggestion]:
    start = text.index("gout")
    span = Evidence("n", start, start + 4, "learned", 0.8)
    others = [Suggestion("B00", 0.3), Suggestion("M10.9", score, HIDDEN, (span,))]
    return taken_up(Chart("e", (Note("n", text, "en"),)), others)


def test_two_coders_word_is_shown_where_the_ranker_knows_nothing_of_it() -> None:
    first, second = taught("He has gout in the left foot.")
    assert (first.code, first.score, first.band) == ("M10.9", 0.4, REVIEW) and second.code == "B00"


def test_not_where_the_note_denies_it_nor_where_the_ranker_says_more() -> None:
    assert [each.code for each in taught("There is no gout.")] == ["B00", "M10.9"]
    assert taught("He has gout.", score=0.9)[1].score == 0.9
