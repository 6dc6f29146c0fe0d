"""Marks of coders become terms; one coder alone makes and unmakes none."""

from nlp.icd.learning.terms import ACTIVE, RETIRED, SHADOW
from nlp.icd.learning.votes import Mark, Rules, ballots, distrusted, terms


def mark(coder: str, phrase: str = "frozen shoulder", code: str = "M75.0", *, agrees: bool = True) -> Mark:
    return Mark(phrase, "en", "ICD-10-CM", code, coder, agrees)


def states(*marks: Mark) -> dict[tuple[str, str], str]:
    return {(term.phrase, term.code): term.state for term in terms(marks)}


SHOULDER = ("frozen shoulder", "M75.0")


def test_a_term_enters_in_shadow_and_counts_once_two_coders_agree() -> None:
    assert states(mark("ann")) == {SHOULDER: SHADOW}
    assert states(mark("ann"), mark("bob")) == {SHOULDER: ACTIVE}


def test_one_coder_has_one_vote_however_often() -> None:
    assert states(*[mark("ann")] * 50) == {SHOULDER: SHADOW}
    assert states(*[mark("mal", agrees=False)] * 50, mark("ann"), mark("bob"), mark("cid")) == {SHOULDER: ACTIVE}


def test_a_coder_who_says_both_has_the_vote_of_what_was_said_more_often() -> None:
    assert states(mark("ann"), mark("ann", agrees=False), mark("bob")) == {SHOULDER: SHADOW}
    assert states(mark("ann"), mark("ann"), mark("ann", agrees=False), mark("bob")) == {SHOULDER: ACTIVE}


def test_what_two_coders_reject_is_retired() -> None:
    against = (mark("bob", agrees=False), mark("cid", agrees=False))
    assert states(mark("ann"), *against) == {SHOULDER: RETIRED}
    assert states(*against) == {}, "what nobody stood for is no term"


def test_one_against_two_takes_the_term_back_into_shadow() -> None:
    assert states(mark("ann"), mark("bob"), mark("mal", agrees=False)) == {SHOULDER: SHADOW}


def test_the_weight_is_the_net_share_of_all_who_used_the_phrase() -> None:
    found = {term.code: term.weight for term in terms([mark("ann"), mark("bob"), mark("cid", code="M75.1")])}
    assert found["M75.0"] == 2 / 3 and found["M75.1"] == 1 / 3


def test_who_is_contradicted_by_the_others_has_no_vote() -> None:
    phrases = [f"phrase {at}" for at in range(20)]
    honest = [mark(coder, phrase) for phrase in phrases for coder in ("ann", "bob", "cid")]
    malicious = [mark("mal", phrase, agrees=False) for phrase in phrases]
    assert distrusted(ballots([*honest, *malicious]), Rules()) == {"mal"}
    assert set(states(*honest, *malicious).values()) == {ACTIVE}


def test_of_two_who_contradict_each_other_neither_loses_the_vote() -> None:
    marks = [mark(c, f"phrase {at}", agrees=c == "ann") for at in range(20) for c in ("ann", "bob")]
    assert not distrusted(ballots(marks), Rules())


def test_what_one_coder_alone_says_is_capped() -> None:
    flood = [mark("mal", f"phrase {at}") for at in range(30)]
    assert len(terms([*flood, mark("ann")], Rules(most_alone=10))) == 11
