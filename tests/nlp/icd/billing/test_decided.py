"""What decisions come to where acts are taken back, lists are finished, and a second coder has a say."""

from datetime import UTC, datetime
from typing import Any

import pytest

from nlp.icd.billing.decided import decided
from nlp.icd.billing.hl7 import message
from nlp.icd.billing.items import items
from tests.nlp.icd.billing.cases import CODES, act, stay


def said(*acts: Any, suggested: bool = False) -> list[tuple[str, str, int]]:
    return [(item.code, item.status, item.sequence) for item in items(CODES, acts, suggested)]


def of(code: str, *acts: Any) -> Any:
    return decided(acts).codes[1, "e1", "ICD-10-CM", code]


def undo(number: int, what: int) -> dict[str, Any]:
    return act(number, "undo", "", after={"undone": f"d{what}"})


def finish(number: int, *codes: dict[str, Any], actor: str = "ann", **after: Any) -> dict[str, Any]:
    listed = [{"system": "ICD-10-CM", **each} for each in codes]
    return act(number, "finish", "", actor, after={"codes": listed, **after})


ACCEPT, ACCEPT_2 = act(1, "accept", "I50.9"), act(2, "accept", "E11.9")
FIRST, OTHER = {"code": "I50.9", "rank": 1}, {"code": "E11.9", "rank": 2, "poa": "Y"}


def test_what_was_undone_is_withdrawn_for_it_may_be_out_already() -> None:
    assert said(ACCEPT, undo(2, 1)) == [("I50.9", "withdrawn", 0)]
    assert said(act(1, "reject", "I50.9"), undo(2, 1)) == []
    assert said(ACCEPT, undo(2, 1), suggested=True)[0] == ("I50.9", "suggested", 1), "it is a suggestion again"
    assert ("Z51.5", "withdrawn", 0) in said(act(1, "add", "Z51.5"), undo(2, 1), suggested=True)


def test_what_was_undone_and_done_again_stands() -> None:
    redo = act(3, "redo", "", after={"redone": "d1"})
    assert said(ACCEPT, undo(2, 1), redo) == [("I50.9", "accepted", 1)]


def test_an_undone_reject_leaves_what_was_accepted_before() -> None:
    assert said(ACCEPT, act(2, "reject", "I50.9"), undo(3, 2)) == [("I50.9", "accepted", 1)]


def test_an_undone_edit_puts_the_old_code_back() -> None:
    acts = [ACCEPT, act(2, "edit", "I50.9", after={"code": "I50.22"})]
    assert said(*acts, undo(3, 2)) == [("I50.9", "accepted", 1), ("I50.22", "withdrawn", 0)]


def test_undone_marks_do_not_stand() -> None:
    acts = [ACCEPT, ACCEPT_2, act(3, "principal", "E11.9"), act(4, "poa", "I50.9", after={"poa": "N"})]
    assert said(*acts)[0][0] == "E11.9" and of("I50.9", *acts).poa == "N"
    back = [*acts, undo(5, 3), undo(6, 4)]
    assert said(*back)[0][0] == "I50.9" and of("I50.9", *back).poa is None


def test_an_indicator_can_be_taken_away() -> None:
    acts = [act(1, "accept", "I50.9", after={"poa": "Y"}), act(2, "poa", "I50.9", after={"poa": ""})]
    assert of("I50.9", *acts).poa is None


def test_others_keep_their_order_behind_a_new_principal() -> None:
    acts = [act(n, "add", code) for n, code in enumerate(("A09", "B20", "C61"), 1)]
    ordered = act(4, "order", "", after={"codes": ["C61", "A09", "B20"]})
    assert [code for code, _, _ in said(*acts, ordered)] == ["C61", "A09", "B20"]
    assert [code for code, _, _ in said(*acts, ordered, act(5, "principal", "B20"))] == ["B20", "C61", "A09"]


def test_who_puts_another_code_before_the_principal_names_that_one() -> None:
    acts = [ACCEPT, ACCEPT_2, act(3, "principal", "I50.9"), act(4, "order", "", after={"codes": ["E11.9"]})]
    assert [code for code, _, _ in said(*acts)] == ["E11.9", "I50.9"]
    assert of("E11.9", *acts).principal and not of("I50.9", *acts).principal


def test_codes_stand_as_they_were_added() -> None:
    assert [code for code, _, _ in said(act(1, "add", "Z51.5"), act(2, "add", "A09"))] == ["Z51.5", "A09"]


def test_an_edited_code_keeps_its_place_and_marks() -> None:
    acts = [act(1, "accept", "I50.9", after={"poa": "Y"}), ACCEPT_2, act(3, "principal", "I50.9"),
            act(4, "admitting", "I50.9"), act(5, "edit", "I50.9", after={"code": "I50.22"})]  # fmt: skip
    assert said(*acts) == [("I50.22", "accepted", 1), ("E11.9", "accepted", 2), ("I50.9", "withdrawn", 0)]
    new = of("I50.22", *acts)
    assert (new.poa, new.principal, new.admitting) == ("Y", True, True)


def test_a_finished_list_is_the_word() -> None:
    acts = [ACCEPT, act(2, "add", "Z51.5"), finish(3, OTHER | {"rank": 1, "admitting": True}, FIRST | {"rank": 2})]
    assert said(*acts) == [("E11.9", "accepted", 1), ("I50.9", "accepted", 2), ("Z51.5", "withdrawn", 0)]
    assert (of("E11.9", *acts).poa, of("E11.9", *acts).admitting, of("E11.9", *acts).actor) == ("Y", True, "ann")
    emptied = said(*acts, act(4, "reopen", ""), finish(5))
    assert {(code, status) for code, status, _ in emptied} == {
        ("I50.9", "withdrawn"), ("E11.9", "withdrawn"), ("Z51.5", "withdrawn")
    }  # fmt: skip


@pytest.mark.parametrize("codes", ["I50.9", None, 5, {"I50.9": 1}])
def test_a_list_that_is_none_changes_nothing(codes: object) -> None:
    assert said(ACCEPT, act(2, "finish", "", after={"codes": codes})) == [("I50.9", "accepted", 1)]


@pytest.mark.parametrize("entry", ["I50.9", {"code": "A09"}, {"system": "ICD-10-CM", "code": 5}, None])
def test_entries_that_name_no_code_are_passed_over(entry: object) -> None:
    acts = [
        ACCEPT,
        act(2, "finish", "", after={"codes": [entry, {"system": "ICD-10-CM", "code": "I50.9", "rank": "x"}]}),
    ]
    assert said(*acts) == [("I50.9", "accepted", 1)]


def test_a_second_coder_decides_nothing_until_somebody_settles() -> None:
    first = [ACCEPT, finish(2, FIRST, waits=True)]
    second = [act(3, "reject", "I50.9", "bob", {"round": 2}), act(4, "add", "A09", "bob", {"round": 2}),
              finish(5, {"code": "A09"}, actor="bob", round=2, waits=True)]  # fmt: skip
    settled = finish(7, {"code": "A09", "rank": 1}, actor="cid", round=3)
    (item,) = items(CODES, [*first, *second], False)
    assert (item.code, item.actor, item.flags) == ("I50.9", "ann", ("unsettled",))
    settling = act(6, "reject", "I50.9", "cid", {"round": 3})
    assert said(*first, *second, settling) == [("I50.9", "accepted", 1)], "who settles is heard at the end"
    assert said(*first, *second, settling, settled) == [("A09", "accepted", 1), ("I50.9", "withdrawn", 0)]
    assert items(CODES, [*first, *second, settled], False)[0].flags == ()


def test_what_was_settled_is_disputed_no_more() -> None:
    acts = [act(1, "reject", "I50.9"), act(2, "accept", "I50.9", "cid", {"round": 3}),
            finish(3, FIRST, actor="cid", round=3)]  # fmt: skip
    assert [item.flags for item in items(CODES, acts, False)] == [()]


def test_two_coders_who_agree_settle_it() -> None:
    first, second = finish(2, FIRST, waits=True), finish(5, FIRST, actor="bob", round=2, waits=False)
    assert [item.flags for item in items(CODES, [ACCEPT, first, second], False)] == [()]
    assert [item.flags for item in items(CODES, [ACCEPT, first], False)] == [("unsettled",)]


def test_what_is_not_settled_is_no_final_diagnosis() -> None:
    sent = message(stay(ACCEPT, finish(2, FIRST, waits=True), suggested=False), datetime(2026, 3, 2, tzinfo=UTC))
    (diagnosis,) = [line for line in sent.split("\r") if line.startswith("DG1")]
    assert diagnosis.split("|")[6] == "W"
