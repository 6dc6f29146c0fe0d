"""Acts on a chart: by script and by form, sent twice, refused, undone, finished."""

import re
from html import unescape

import orjson
import pytest
from fastapi import FastAPI

from review.state import database
from tests.review.web.charting import CM, Charting, log
from tests.review.web.conftest import Enter

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)  # both: tests of the log


@pytest.fixture
def coder(hospital: FastAPI, enter: Enter) -> Charting:
    made = Charting(enter("coder"), hospital)
    made.open()
    return made


def test_accept_and_reject_lead_to_the_next_undecided(coder: Charting) -> None:
    answer = coder.act("accept", "I50.21")
    assert answer.status_code == 200 and answer.text.lstrip().startswith('<section id="codes"')
    assert coder.seen.state("I50.21") == "accepted" and coder.seen.current == "N17.9"
    coder.act("reject", "N17.9", reason="History, <b>not</b> current")
    assert coder.seen.state("N17.9") == "rejected" and coder.seen.current == "I10"
    assert "History, &lt;b&gt;not&lt;/b&gt; current" in coder.seen.text


def test_an_answer_to_an_act_holds_no_words_of_the_notes(coder: Charting) -> None:
    assert "<q>" in coder.seen.text
    coder.act("accept", "I50.21")
    assert "<q>" not in coder.seen.text, "only views that the audit knows do"


def test_sent_twice_it_counts_once(coder: Charting) -> None:
    version = coder.seen.version
    for _ in range(2):
        answer = coder.act("accept", "I10", decision_id="same", version=version)
        assert answer.status_code == 200 and coder.seen.state("I10") == "accepted"
    assert log(coder.app) == [("coder", "accept", "I10")]


def test_behind_a_writer_that_does_not_let_go_it_is_sent_again(
    coder: Charting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    turn = coder.app.state.house.database.turn._lock
    with turn:
        answer = coder.act("accept", "I10", decision_id="waits")
    assert answer.status_code == 503 and log(coder.app) == []
    coder.open()
    assert coder.act("accept", "I10", decision_id="waits").status_code == 200
    assert log(coder.app) == [("coder", "accept", "I10")]


def test_whoever_is_behind_sees_what_was_done(coder: Charting) -> None:
    version = coder.seen.version
    coder.act("accept", "I10")
    answer = coder.act("reject", "E11.9", version=version)
    assert answer.status_code == 409 and 'id="refused"' in answer.text
    assert coder.seen.version == "1" and coder.seen.state("E11.9") == "suggested"


def test_notes_that_changed_are_read_first(coder: Charting) -> None:
    answer = coder.act("accept", "I10", digest="of other notes")
    assert answer.status_code == 409 and "notes of this chart have changed" in answer.text and log(coder.app) == []


def test_all_that_is_sure_is_accepted_one_by_one(coder: Charting) -> None:
    for _ in range(2):
        coder.act("accept-all", decision_id="all", version="0")
    assert log(coder.app) == [("coder", "accept", "I50.21")]
    assert coder.act("accept-all").status_code in (200, 422)


def test_undo_and_redo(coder: Charting) -> None:
    coder.act("accept", "I10")
    coder.act("undo")
    assert coder.seen.state("I10") == "suggested"
    coder.act("redo")
    assert coder.seen.state("I10") == "accepted"


def test_sequence_principal_admitting_and_poa(coder: Charting) -> None:
    for code in ("I50.21", "N17.9", "I10"):
        coder.act("accept", code)
    coder.act("later", "I50.21")
    assert [coder.seen.line(code)["data-rank"] for code in ("N17.9", "I50.21", "I10")] == ["1", "2", "3"]
    coder.act("order", "I10", codes=["I10", "N17.9", "I50.21"])
    assert coder.seen.line("I10")["data-rank"] == "1"
    coder.act("principal", "I50.21")
    coder.act("admitting", "N17.9")
    coder.act("poa-Y", "N17.9")
    coder.act("poa", "I10", poa="N")
    assert "data-principal" in re.search(r'<li[^>]*data-code="I50.21"[^>]*>', coder.seen.text)[0]  # type: ignore[index]
    assert coder.seen.line("N17.9")["data-poa"] == "Y" and coder.seen.line("I10")["data-poa"] == "N"
    assert coder.seen.current == "I10", "the line that was changed is looked at"
    assert coder.act("earlier", "I50.21").status_code == 422


def test_another_code_takes_its_place(coder: Charting) -> None:
    coder.act("edit", "N17.9", to="N17.0")
    assert coder.seen.state("N17.0") == "accepted" and coder.seen.current == "N17.0"
    answer = coder.act("edit", "I10", to="N17")
    assert answer.status_code == 422 and "cannot be billed" in answer.text


def test_selected_words_become_evidence(coder: Charting) -> None:
    coder.act("accept", "I10")
    place = {"note_id": "n-progress", "start": 0, "end": 10, "quote": "10/05/2026"}
    coder.act("evidence", "I10", evidence=[place])
    assert [1, 0, 10] in orjson.loads(coder.seen.line("I10")["data-spans"])
    for wrong in ('[{"note_id": 1}]', "[[]]", "{}", "[{", '[{"note_id": "n-progress", "start": 9, "end": 3}]'):
        assert coder.act("evidence", "I10", evidence=wrong).status_code == 422


def test_a_less_likely_code_is_added_with_its_evidence(coder: Charting) -> None:
    assert coder.act("accept", "R07.9").status_code == 200
    assert coder.seen.state("R07.9") == "accepted" and coder.seen.line("R07.9")["data-spans"] != "[]"
    assert log(coder.app) == [("coder", "add", "R07.9")]


def test_a_question_is_kept_as_a_draft(coder: Charting) -> None:
    coder.act("query", "N17.9", question="What caused the <i>rise</i> of creatinine?", options=["Other", "Unknown"])
    assert "&lt;i&gt;rise&lt;/i&gt;" in coder.seen.text and "It is not sent from here." in coder.seen.text


def test_finish_says_what_is_missing_and_ends_the_work(coder: Charting) -> None:
    assert "5 codes are undecided." in coder.seen.text
    refused = coder.act("finish")
    assert refused.status_code == 422 and "not decided yet" in refused.text
    coder.act("accept", "I50.21")
    coder.act("principal", "I50.21")
    done = coder.act("finish-leave")
    assert done.status_code == 200 and "data-finished" in done.text and "data-read-only" in done.text
    assert "by Coder" in coder.open().text
    assert coder.act("accept", "I10").status_code == 422
    coder.act("reopen")
    assert "data-finished" not in coder.seen.text


def test_an_act_that_nobody_knows(coder: Charting) -> None:
    for action in ("", "delete", "accept-everything", "__class__"):
        assert coder.act(action, "I10").status_code == 422
    assert coder.act("accept", "I10", version="x").status_code == 422
    assert coder.act("accept", "Z99.9").status_code == 422 and log(coder.app) == []


def test_without_a_script_buttons_do_the_same(coder: Charting) -> None:
    answer = coder.press(f"accept|{CM}|I50.21")
    assert answer.status_code == 303 and answer.headers["location"] == coder.path
    again = coder.press(f"accept|{CM}|I50.21")
    assert again.status_code == 303, "the same form sent twice"
    other = coder.press(f"reject|{CM}|I10")
    assert other.status_code == 409, "a page that is old says so"
    assert "I50.21" in other.text and log(coder.app) == [("coder", "accept", "I50.21")]
    coder.open()
    moved = coder.press("", do="principal", system=CM, code="I50.21")
    assert moved.headers["location"] == f"{coder.path}?line=0#line-0"


def test_without_a_script_typed_words_are_evidence(coder: Charting) -> None:
    coder.act("accept", "I10")
    said = {"action": "evidence", "system": CM, "code": "I10"}
    assert coder.press("", **said, quote="Known hypertension").status_code == 303
    assert coder.press("", **said, quote="words that stand nowhere").status_code in (409, 422)
    coder.open()
    assert len(orjson.loads(coder.seen.line("I10")["data-spans"])) == 3


def test_keys_pressed_over_codes_decided(coder: Charting) -> None:
    """Where suggestions are right: A for all that is sure, a for each other, then p and f."""
    pressed, decided = 0, 0
    coder.act("accept-all")
    pressed, decided = pressed + 1, decided + 1
    while left := [
        line for line in coder.seen.lines if line["data-state"] == "suggested" and line["data-band"] != "hidden"
    ]:
        assert coder.seen.current == left[0]["data-code"], "no key is needed to get there"
        system = left[0]["data-system"]
        assert coder.act("accept", left[0]["data-code"], system=system).status_code == 200
        pressed, decided = pressed + 1, decided + 1
    assert decided == 5 and pressed / decided <= 1.2


def test_codes_that_are_named_instead_are_one_press_away(coder: Charting) -> None:
    place = {"note_id": "n-progress", "start": 0, "end": 10, "quote": "10/05/2026"}
    refused = coder.act("add", "J18", evidence=[place])
    assert refused.status_code == 422
    named = re.findall(r'<button name="code" value="(J18\.\d)" data-does="instead" data-key="\d"', refused.text)
    assert named and "neumonia" in refused.text
    said = unescape(re.findall(r'name="evidence" value="([^"]*)"', refused.text)[-1])
    coder.act("add", named[0], evidence=said)
    assert orjson.loads(coder.seen.line(named[0])["data-spans"]) == [[1, 0, 10]], "with the words that were marked"
    edited = coder.act("edit", "I10", to="N17").text
    assert '<input type="hidden" name="code" value="I10">' in edited and '<button name="to" value="N17.0"' in edited
