"""The chart as it is opened: what stands on it, who may see what, and what the audit says of it."""

import re

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from review.state.tables import audit, locks
from tests.review.web.charting import Charting, chart_id
from tests.review.web.conftest import Enter

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)  # both: tests of the log


def viewed(app: FastAPI) -> list[tuple[str, str]]:
    kept = audit.c
    with app.state.house.database.read() as connection:
        rows = connection.execute(select(kept.actor, kept.chart_id).where(kept.act == "view").order_by(kept.seq))
        return [(row.actor, row.chart_id) for row in rows]


def test_notes_suggestions_and_evidence_stand_on_it(hospital: FastAPI, enter: Enter) -> None:
    coder = Charting(enter("coder"), hospital)
    answer = coder.open()
    assert answer.status_code == 200
    assert [line["data-code"] for line in coder.seen.lines] == ["I50.21", "N17.9", "I10", "E11.9", "R07.9", "B2111ZZ"]
    assert coder.seen.current == "I50.21" and coder.seen.line("R07.9")["data-band"] == "hidden"
    assert 'data-codes="I50.21">Acute systolic heart failure</mark>' in answer.text
    assert '<h2 id="t0">Admission</h2>' in answer.text and 'href="#n1"' in answer.text
    assert all(tab in answer.text for tab in ("?tab=timeline", "?tab=imaging", "?tab=events", "?tab=pathology"))


def test_markup_in_a_note_stays_text(hospital: FastAPI, enter: Enter) -> None:
    text = Charting(enter("coder"), hospital).open().text
    assert "&lt;script&gt;alert(" in text and "<script>alert" not in text
    assert "Cardiology &lt;3 &amp; &#34;Step-down&#34;" in text
    assert not re.search(r"<[^>]+\s(on[a-z]+|style)=", text), "scripts and styles in attributes are refused by browsers"


def test_every_view_is_in_the_audit_before_it_is_sent(hospital: FastAPI, enter: Enter) -> None:
    coder = Charting(enter("coder"), hospital)
    coder.open()
    coder.open("?tab=timeline", fragment=True)
    coder.open(fragment=True)
    assert viewed(hospital) == [("coder", chart_id(hospital))] * 3


def test_who_may_not_see_original_notes_sees_the_open_text(hospital: FastAPI, enter: Enter) -> None:
    for role in ("trainee", "researcher"):
        text = Charting(enter(role), hospital).open().text
        assert "Lindqvist" in text and "Ünal" not in text and "de-identified" in text
    assert viewed(hospital) == []


def test_a_researcher_reads_and_a_trainee_practises(hospital: FastAPI, enter: Enter) -> None:
    researcher, trainee = Charting(enter("researcher"), hospital), Charting(enter("trainee"), hospital)
    assert "data-read-only" in researcher.open().text
    assert researcher.act("accept", "I10").status_code == 403
    assert "data-read-only" not in trainee.open().text
    assert trainee.act("accept", "I10").status_code == 200
    coder = Charting(enter("coder"), hospital)
    coder.open()
    assert coder.seen.state("I10") == "suggested", "practice is nobody else's"


def test_admins_see_no_chart(hospital: FastAPI, enter: Enter) -> None:
    assert Charting(enter("admin"), hospital).open().status_code == 403


def test_the_second_to_come_reads_who_works_on_it(hospital: FastAPI, enter: Enter) -> None:
    Charting(enter("coder"), hospital).open()
    late = Charting(enter("coder", "late"), hospital)
    text = late.open().text
    assert "data-read-only" in text and "Coder works on this chart since" in text
    refused = late.act("accept", "I10")
    assert refused.status_code == 423 and "Your decision was not recorded" in refused.text


def test_signs_of_life_and_the_release(hospital: FastAPI, enter: Enter) -> None:
    first, late = Charting(enter("coder"), hospital), Charting(enter("coder", "late"), hospital)
    first.open()
    assert first.visitor.post(f"{first.path}/hold").status_code == 204
    assert first.visitor.post(f"{first.path}/hold", {"digest": "of other notes"}).status_code == 409
    assert late.visitor.post(f"{late.path}/hold").status_code == 423
    assert first.visitor.post(f"{first.path}/release").status_code == 204
    with hospital.state.house.database.read() as connection:
        assert connection.execute(select(locks)).all() == []
    assert "data-read-only" not in late.open().text


def test_a_blind_chart_shows_no_suggestion(hospital: FastAPI, enter: Enter) -> None:
    coder = Charting(enter("coder"), hospital, "blind-1")
    text = coder.open().text
    assert coder.seen.lines == [] and "M54.50" not in text and "<mark" not in text
    assert coder.act("add", "M54.50").status_code == 200
    assert coder.seen.state("M54.50") == "accepted" and "E66.9" not in coder.seen.text


@pytest.mark.parametrize("encounter", ["quiet-1", "undated-1", "letter <1>/é", 'out/1 "x" <i>'])
def test_charts_that_lack_something_open_too(hospital: FastAPI, enter: Enter, encounter: str) -> None:
    assert Charting(enter("coder"), hospital, encounter).open().status_code == 200


def test_tabs_hold_what_else_is_known(hospital: FastAPI, enter: Enter) -> None:
    coder = Charting(enter("coder"), hospital)
    timeline = coder.open("?tab=timeline", fragment=True).text
    assert "Creatinine" in timeline and "<svg" in timeline and "1 mg/dL → 2.1 mg/dL" in timeline
    assert "unusual" in timeline and timeline.lstrip().startswith('<section id="beside"')
    assert "The heart is enlarged." in coder.open("?tab=imaging", fragment=True).text
    events = coder.open("?tab=events", fragment=True).text
    assert "Rash" in events and "amoxicillin" in events and 'href="#n1"' in events
    letter = Charting(enter("coder", "other"), hospital, "letter <1>/é")
    assert "Invasive ductal carcinoma" in letter.open("?tab=pathology", fragment=True).text


def test_a_note_of_500_kb_comes_in_blocks(hospital: FastAPI, enter: Enter) -> None:
    text = Charting(enter("coder"), hospital, "long-1").open().text
    blocks = re.findall(r'<div class="text" data-start="(\d+)">([^<]*(?:<mark[^<]*</mark>[^<]*)*)</div>', text)
    assert len(blocks) > 50 and max(len(said) for _, said in blocks) < 20_000


def test_addresses_that_lead_nowhere(hospital: FastAPI, enter: Enter) -> None:
    coder = enter("coder")
    assert coder.get("/charts/0123456789abcdef").status_code == 404
    known = Charting(coder, hospital)
    for query in ("?line=999999", "?line=-1", "?line=x", "?tab=../../etc", "?tab=<b>"):
        answer = known.open(query)
        assert answer.status_code == 200 and "<b>" not in answer.text
