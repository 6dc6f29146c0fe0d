"""What rests on terms alone."""

import pytest

from nlp.icd.chart import HIDDEN, PRE_ACCEPT, REVIEW, Evidence, Suggestion
from nlp.icd.learning.standing import stood


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
