"""What becomes of suggestions and decisions: the last act of a person stands."""

from typing import Any

import pytest

from nlp.icd.billing.decided import decided, person
from nlp.icd.billing.items import items
from tests.nlp.icd.billing.cases import CODES, act


def said(*acts: Any, suggested: bool = False) -> list[tuple[str, str, int]]:
    return [(item.code, item.status, item.sequence) for item in items(CODES, acts, suggested)]


def test_nothing_is_accepted_by_itself() -> None:
    assert said() == []
    assert said(suggested=True) == [("I50.9", "suggested", 1), ("E11.9", "suggested", 2), ("BW03ZZZ", "suggested", 1)]


def test_accepted_and_added_codes_in_the_order_of_suggestion() -> None:
    assert said(act(1, "add", "Z51.5"), act(2, "accept", "E11.9"), act(3, "accept", "I50.9")) == [
        ("I50.9", "accepted", 1), ("E11.9", "accepted", 2), ("Z51.5", "accepted", 3)
    ]  # fmt: skip


def test_accepted_before_suggested() -> None:
    assert said(act(1, "accept", "E11.9"), suggested=True)[:2] == [("E11.9", "accepted", 1), ("I50.9", "suggested", 2)]


def test_a_coders_order_goes_before() -> None:
    acts = [act(1, "accept", "I50.9"), act(2, "accept", "E11.9"), act(3, "order", "E11.9", after={"rank": 1})]
    assert said(*acts) == [("E11.9", "accepted", 1), ("I50.9", "accepted", 2)]


def test_the_last_act_stands() -> None:
    assert said(act(1, "reject", "I50.9"), act(2, "accept", "I50.9")) == [("I50.9", "accepted", 1)]
    assert said(act(2, "accept", "I50.9"), act(1, "reject", "I50.9")) == [("I50.9", "accepted", 1)]
    assert said(act(1, "reject", "I50.9"), suggested=True)[0] == ("E11.9", "suggested", 1)


def test_what_was_accepted_and_is_rejected_is_withdrawn() -> None:
    assert said(act(1, "accept", "I50.9"), act(2, "reject", "I50.9")) == [("I50.9", "withdrawn", 0)]
    assert said(act(1, "reject", "I50.9")) == []


def test_remove_is_the_contrary_of_add() -> None:
    assert said(act(1, "add", "Z51.5"), act(2, "remove", "Z51.5")) == [("Z51.5", "withdrawn", 0)]
    assert said(act(1, "remove", "I50.9"), suggested=True)[0] == ("E11.9", "suggested", 1)


def test_a_state_nested_without_end_is_a_text() -> None:
    assert said(act(1, "accept", "I50.9", after="[" * 200_000)) == [("I50.9", "accepted", 1)]


def test_an_edit_to_another_code() -> None:
    acts = [act(1, "accept", "I50.9"), act(2, "edit", "I50.9", after={"code": "I50.22", "poa": "Y"})]
    assert said(*acts) == [("I50.22", "accepted", 1), ("I50.9", "withdrawn", 0)]
    assert decided(acts).codes[1, "e1", "ICD-10-CM", "I50.22"].poa == "Y"


def test_an_edit_of_something_else_accepts_nothing() -> None:
    assert said(act(1, "edit", "I50.9", after={"poa": "N"})) == []
    held = decided([act(1, "accept", "I50.9", after={"poa": "Y"}), act(2, "edit", "I50.9", after={"poa": "N"})])
    assert [(one.state, one.poa) for one in held.codes.values()] == [("accepted", "N")]


@pytest.mark.parametrize("after", ["{", "[1]", '{"rank": "first", "poa": 3}', '{"rank": 0}', ""])
def test_words_that_say_nothing_change_nothing(after: str) -> None:
    assert said(act(1, "accept", "I50.9", after=after)) == [("I50.9", "accepted", 1)]


def test_coders_who_disagree_leave_a_flag() -> None:
    (item,) = items(CODES, [act(1, "reject", "I50.9", "bob"), act(2, "accept", "I50.9", "ann")], False)
    assert (item.flags, item.actor) == (("disputed", "unfinished"), "ann")
    (item,) = items(CODES, [act(1, "reject", "I50.9", "ann"), act(2, "accept", "I50.9", "ann")], False)
    assert item.flags == ("unfinished",)


def test_a_finished_encounter_and_one_that_was_reopened() -> None:
    accepted, finished, reopened = act(1, "accept", "I50.9"), act(2, "finish", ""), act(3, "reopen", "")
    (item,) = items(CODES, [accepted, finished], False)
    assert item.flags == ()
    assert said(accepted, finished, reopened) == [] == said(accepted, finished, reopened, suggested=True)
    assert said(accepted, finished, reopened, act(4, "finish", "")) == [("I50.9", "accepted", 1)]


def test_the_principal_diagnosis_is_the_last_that_was_named() -> None:
    acts = [act(1, "accept", "I50.9"), act(2, "accept", "E11.9"), act(3, "principal", "E11.9")]
    assert [code for code, _, _ in said(*acts)] == ["E11.9", "I50.9"]
    assert [code for code, _, _ in said(*acts, act(4, "principal", "I50.9"))] == ["I50.9", "E11.9"]


@pytest.mark.parametrize("after", [["E11.9", "I50.9"], {"codes": ["E11.9", "I50.9"]}])
def test_an_order_of_all_codes(after: object) -> None:
    acts = [act(1, "accept", "I50.9"), act(2, "accept", "E11.9"), act(3, "order", "", after=after)]
    assert [code for code, _, _ in said(*acts)] == ["E11.9", "I50.9"]


def test_indicators_and_the_admitting_diagnosis() -> None:
    acts = [act(1, "accept", "I50.9"), act(2, "poa", "I50.9", after="N"), act(3, "poa", "I50.9", after={"poa": "?"}),
            act(4, "admitting", "E11.9"), act(5, "admitting", "I50.9")]  # fmt: skip
    (item,) = items(CODES, acts, False)
    assert (item.poa, item.admitting) == ("N", True)


@pytest.mark.parametrize(
    ("actor", "human"), [("ann", True), ("", False), (None, False), ("chartloom icd-1", False), ("Artifact", False)]
)
def test_machines_decide_nothing(actor: str | None, human: bool) -> None:
    assert person(actor) is human
    assert bool(said(act(1, "accept", "I50.9", actor))) is human  # type: ignore[arg-type]


def test_an_id_is_the_same_in_every_export() -> None:
    first, second = (items(CODES, [act(1, "accept", "I50.9")], flag)[0].id for flag in (False, True))
    assert first == second and len(first) == 32


@pytest.mark.parametrize(("now", "flags"), [("aa", ()), ("bb", ("notes-changed",)), ("", ())])
def test_an_addendum_after_the_end_is_told(now: str, flags: tuple[str, ...]) -> None:
    acts = [act(1, "accept", "I50.9"), act(2, "finish", "", note_digest="aa")]
    (item,) = items(CODES, acts, False, {(1, "e1"): now})
    assert item.flags == flags


def test_an_added_code_has_its_title() -> None:
    assert [item.display for item in items(CODES, [act(1, "add", "Z51.5")], False)] == ["Encounter for palliative care"]
