"""What acts come to."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from nlp.deid.acts import SHAPES, digest, outcome
from nlp.icd.catalogue.catalogue import Catalogue


def act(actor: str, action: str, code: str | None = None, at: int = 0, **said: Any) -> dict[str, Any]:
    usual = {"after": None, "evidence": None, "note_digest": None, "system": "ICD-10-CM" if code else None}
    time = datetime(2026, 1, 1) + timedelta(minutes=at)
    return {**usual, "actor": actor, "action": action, "code": code, "time": time, "decision_id": f"{at}", **said}


END = act("ann", "finish", at=99)


def verdicts(*acts: dict[str, Any]) -> dict[str, bool | None]:
    return {said.code: said.verdict for said in outcome(acts)}


def test_only_what_is_finished_counts() -> None:
    assert verdicts(act("ann", "accept", "I10")) == {}
    assert verdicts(act("ann", "accept", "I10"), END) == {"I10": True}
    assert verdicts(act("ann", "accept", "I10"), END, act("ann", "reopen", at=100)) == {}


def test_the_last_word_of_a_coder_counts() -> None:
    assert verdicts(act("ann", "accept", "I10"), act("ann", "reject", "I10", at=1), END) == {"I10": False}


def test_the_majority_decides_and_an_even_vote_is_no_label() -> None:
    yes, no = act("ann", "accept", "I10"), act("bob", "reject", "I10", at=1)
    assert verdicts(yes, no, END) == {"I10": None}
    assert verdicts(yes, no, act("cid", "add", "I10", at=2), END) == {"I10": True}


def test_an_edit_takes_one_code_back_and_sets_another() -> None:
    changed = act("ann", "edit", "I10", after=json.dumps({"code": "I11.9"}))
    assert verdicts(changed, END) == {"I10": False, "I11.9": True}
    assert verdicts(act("ann", "edit", "I10", after="{"), END) == {"I10": True}
    assert verdicts(act("ann", "edit", "I10", after="[" * 200_000), END) == {"I10": True}


def test_what_is_no_code_does_not_pass() -> None:
    typed = [act("ann", "add", said, at=at) for at, said in enumerate(("Imogen Fairweather", "7731039", "I10 Imogen"))]
    assert verdicts(*typed, act("ann", "add", "I10", system="Imogen"), END) == {}


@pytest.mark.parametrize("typed", ["LAURA", "GARCEZ", "BARBER", "DUNN", "BYRD", "7731039", "850214", "WARD7", "0OI0"])
def test_names_and_numbers_are_no_procedures(typed: str) -> None:
    assert verdicts(act("ann", "add", typed, system="ICD-10-PCS"), END) == {}


@pytest.mark.parametrize("code", ["BW03ZZZ", "BW03", "0DTJ4ZZ", "0016070", "30233N1", "GZHZZZZ", "XW033E5", "F07Z9ZZ"])
def test_procedures_pass_whole_or_cut(code: str) -> None:
    assert verdicts(act("ann", "add", code, system="ICD-10-PCS"), END) == {code: True}


def test_every_code_of_the_tabular_list_passes() -> None:
    assert [code for code in Catalogue.icd10cm() if SHAPES["ICD-10-CM"].fullmatch(code) is None] == []


def test_a_number_is_no_digest() -> None:
    assert digest([act("ann", "finish", at=1, note_digest="4003830171874018")]) is None
    assert digest([act("ann", "finish", at=1, note_digest="ab" * 32)]) is None


def test_the_digest_is_that_of_the_last_end_or_none() -> None:
    said = [act("ann", "finish", at=1, note_digest="a" * 16), act("bob", "finish", at=2, note_digest="b" * 16)]
    assert digest(said) == "b" * 16
    assert digest([act("ann", "finish", note_digest="Imogen")]) is None


def test_words_that_a_machine_guessed_are_not_learned_from() -> None:
    def span(start: int, source: str) -> dict[str, Any]:
        return {"note_id": "n", "start": start, "end": start + 4, "source": source}

    accepted = act("ann", "accept", "R69", evidence=[span(0, "words"), span(9, "coder"), span(20, "near-index")])
    (said,) = outcome([accepted, END])
    assert said.spans[True] == {("n", 9, 13)}


def test_what_was_undone_is_said_by_nobody() -> None:
    yes, undo = act("ann", "accept", "I10"), act("ann", "undo", at=5, after=json.dumps({"undone": "0"}))
    assert verdicts(yes, undo, END) == {}
    assert verdicts(undo, END, yes) == {}, "in whatever order rows come"
    assert verdicts(act("bob", "reject", "I10", at=2), yes, undo, END) == {"I10": False}
    assert verdicts(yes, undo, act("ann", "redo", at=6, after=json.dumps({"redone": "0"})), END) == {"I10": True}


def test_marks_count_with_a_code_that_somebody_accepts() -> None:
    span = {"note_id": "n", "start": 9, "end": 13, "source": "coder"}
    marked = act("ann", "evidence", "R69", at=1, evidence=[span])
    assert verdicts(marked, END) == {}
    (said,) = outcome([act("ann", "accept", "R69"), marked, END])
    assert (said.verdict, said.spans[True]) == (True, {("n", 9, 13)})
    undo = act("ann", "undo", at=5, after=json.dumps({"undone": "1"}))
    assert outcome([act("ann", "accept", "R69"), marked, undo, END])[0].spans[True] == set()


def by(round: int, *codes: str) -> str:
    listed = {"codes": [{"system": "ICD-10-CM", "code": code} for code in codes]} if codes else {}
    return json.dumps({"round": round, **listed})


SECOND = [act("bob", "reject", "I10", at=101, after=by(2)), act("bob", "add", "I50.9", at=102, after=by(2))]
SECOND_END = act("bob", "finish", at=103, after=by(2))


def test_a_second_coder_counts_once_finished() -> None:
    yes = act("ann", "accept", "I10")
    assert verdicts(yes, END, *SECOND) == {"I10": True}
    assert verdicts(yes, END, *SECOND, SECOND_END) == {"I10": None, "I50.9": True}
    reopened = act("ann", "reopen", at=104)
    assert verdicts(yes, END, *SECOND, SECOND_END, reopened) == {}, "the first coder's list is the chart's"


def test_who_settles_is_heard_at_the_end() -> None:
    acts = [act("ann", "accept", "I10"), END, act("cid", "reject", "I10", at=110, after=by(3))]
    assert verdicts(*acts) == {"I10": True}
    assert verdicts(*acts, act("cid", "finish", at=111, after=by(3))) == {"I10": False}


def test_who_settles_has_the_last_word() -> None:
    """Also on what one coder alone had coded, and nobody has said no to but by leaving it out."""
    both = [act("ann", "accept", "I10"), act("ann", "add", "Z51.5", at=1), END, *SECOND, SECOND_END]
    acts = [act("cid", "accept", "I50.9", at=110, after=by(3)), act("cid", "finish", at=111, after=by(3, "I50.9"))]
    assert verdicts(*both, *acts) == {"I10": False, "I50.9": True, "Z51.5": False}
    found = outcome([*both, *acts])
    assert [(each.actors(True), each.actors(False)) for each in found] == [
        (["ann"], ["bob", "cid"]), (["bob", "cid"], []), (["ann"], ["cid"])
    ]  # fmt: skip
    later = [act("ann", "reopen", at=120), act("ann", "accept", "I10", at=121), act("ann", "finish", at=122)]
    assert verdicts(*both, *acts, *later)["I10"] is True, "an addendum that changes what was settled"


def test_the_digest_is_not_that_of_a_second_coder() -> None:
    first, second = (act("ann", "finish", at=1, note_digest="a" * 16),
                     act("bob", "finish", at=2, note_digest="b" * 16, after=by(2)))  # fmt: skip
    assert digest([first, second]) == "a" * 16
