"""What is another's: charts, decisions, accounts, and what stands before the gate."""

import json
import re
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from review.state import locks, tables, users
from tests.review.web import routes
from tests.review.web.abuse.acting import act, chart, first, said
from tests.review.web.abuse.traces import recorded
from tests.review.web.conftest import ON_SQLITE, Enter
from tests.review.web.visitor import Visitor, person

pytestmark = [ON_SQLITE, pytest.mark.usefixtures("hospital")]


def decisions(app: FastAPI) -> list[Any]:
    with app.state.house.database.read() as connection:
        return list(connection.execute(select(tables.decisions).order_by(tables.decisions.c.seq)))


def test_lock_of_another(app: FastAPI, enter: Enter) -> None:
    anna, berta = enter("coder", "anna"), enter("coder", "berta")
    shown = chart(app)
    assert anna.get(f"/charts/{shown.id}").status_code == 200
    assert berta.get(f"/charts/{shown.id}").status_code == 200  # to read
    before = recorded(app)
    assert act(berta).status_code == 423
    assert berta.post(f"/charts/{shown.id}/hold").status_code == 423
    assert berta.post(f"/charts/{shown.id}/release").status_code in (204, 423)
    assert berta.post(f"/charts/{shown.id}/free").status_code == 403
    assert recorded(app) == before
    with app.state.house.database.read() as connection:
        held = locks.holder(connection, shown.id, 10.0)
    assert held and held.user_id == person(app, "coder", "anna").id
    assert act(anna).status_code == 200


def test_things_of_another(app: FastAPI, enter: Enter) -> None:
    anna = person(app, "coder", "anna")
    shown = chart(app)
    before = recorded(app)
    for role in ("coder", "auditor", "trainee", "researcher"):
        visitor = enter(role, f"some-{role}")
        for form in ({"act": "password"}, {"act": "disable"}, {"act": "role", "role": "admin"}):
            assert visitor.post(f"/users/{anna.id}", form).status_code == 403
        assert visitor.post("/users", {"name": "eve", "shown": "Eve", "role": "admin"}).status_code == 403
        if role != "auditor":
            assert visitor.post(f"/charts/{shown.id}/assign", {"user": anna.id}).status_code == 403
    after = recorded(app)
    assert after["charts"] == before["charts"]
    assert [row for row in after["users"] if row in before["users"]] == before["users"]


def test_mass_assignment(app: FastAPI, enter: Enter) -> None:
    admin, coder = enter("admin"), enter("coder")
    more = {"id": "77", "password": "known to the attacker", "disabled": "1", "must_change": "", "subject": "x|admin"}
    admin.post("/users", {"name": "eve", "shown": "Eve", "role": "coder", **more})
    with app.state.house.database.read() as connection:
        eve = users.named(connection, "eve")
    assert eve and eve.id != 77 and eve.must_change and not eve.disabled and eve.subject is None
    assert Visitor(app).sign_in("eve", more["password"]).status_code == 401
    own = person(app, "coder")
    forged = {"user_id": 1, "actor": "admin", "role": "auditor", "round": 3, "practice": 1, "planted": 1,
              "time": "1999-01-01", "seq": 9, "thread": "3", "before": "{}", "note_digest": "0"}  # fmt: skip
    assert act(coder, **forged).status_code == 200
    row = decisions(app)[-1]
    assert (row.user_id, row.actor, row.role, row.round, row.practice) == (own.id, "coder", "coder", 1, False)
    assert (row.planted, row.thread, row.time.year > 2000, row.note_digest) == (False, "1", True, chart(app).digest)


def test_replayed_decision_id(app: FastAPI, enter: Enter) -> None:
    anna, berta = enter("coder", "anna"), enter("coder", "berta")
    form = said(app)
    path = f"/charts/{chart(app).id}/acts"
    assert anna.post(path, form, fragment=True).status_code == 200
    anna.post(f"/charts/{chart(app).id}/release")
    once = decisions(app)
    assert anna.post(path, form, fragment=True).status_code == 200  # her own, sent again: it counts once
    anna.post(f"/charts/{chart(app).id}/release")
    for replayed in (form, {**form, "version": 1, "action": "reject", "reason": "mine now"}):
        assert berta.post(path, replayed, fragment=True).status_code == 422
        other = f"/charts/{chart(app, 'again-1').id}/acts"
        assert berta.post(other, replayed, fragment=True).status_code == 422
    assert decisions(app) == once


@pytest.mark.parametrize("version", ["7", "-1", "", "0x0", "1e0", "١", "0 ", "99999999999999999999", "0; --"])
def test_forged_version(app: FastAPI, enter: Enter, version: str) -> None:
    coder = enter("coder")
    act(coder)
    once = decisions(app)
    assert act(coder, "reject", version=version).status_code in (409, 422)
    assert decisions(app) == once


DEEP = "[" * 100_000 + "]" * 100_000
SPAN = {"note_id": "n-admission", "start": 0, "end": 4}
EVIDENCE = [
    DEEP, '{"a":' * 60_000, json.dumps({"note_id": 1}), "[1]", "[null]", '["x"]', "[[[]]]", "nonsense", "NaN", "[NaN]",
    json.dumps([{**SPAN, "start": -5}]), json.dumps([{**SPAN, "end": 10**30}]), json.dumps([{**SPAN, "start": 1e308}]),
    json.dumps([{**SPAN, "note_id": "no such note"}]), json.dumps([{**SPAN, "end": 10**8}]),
    '[{"note_id": "\\ud800", "start": 0, "end": 1}]',
    json.dumps([SPAN] * 2_000), json.dumps([{**SPAN, "start": True, "end": 4.5}]),
]  # fmt: skip


@pytest.mark.parametrize("evidence", EVIDENCE, ids=lambda text: text[:24])
def test_deep_json(app: FastAPI, enter: Enter, evidence: str) -> None:
    coder = enter("coder")
    assert act(coder, "evidence", evidence=evidence).status_code in (400, 413, 422)
    for field, action in (("codes", "order"), ("options", "query")):
        answer = act(coder, action, **{field: DEEP, "question": "Which?"})
        assert answer.status_code in (400, 413, 422)
    assert decisions(app) == []


def test_trainee_sees_no_original(app: FastAPI, enter: Enter) -> None:
    coder = enter("coder")
    shown = [chart(app, name) for name in ("stay-1", "again-1")]
    secret = re.compile(
        r"Ünal|ÜNAL|T4320799|Jeffrey Reynolds|629 555|03 Oct 2026|2026-10-0[3-9]|10/05/2026|stay-1|again-1"
    )
    assert secret.search(coder.get(f"/charts/{shown[0].id}").text)
    subjects = [str(each.subject_id) for each in shown]
    for role in ("trainee", "researcher", "admin"):
        visitor = enter(role)
        texts = []
        for route in routes.there():
            method, path = route.split(" ")
            if "/login" in path or "/logout" in path or (method == "POST" and path.startswith(("/users", "/account"))):
                continue
            for each in shown if route == "GET /charts/{chart_id}" else shown[:1]:
                filled = routes.filled(path.replace("{chart_id}", each.id))
                form = said(app, q="heart", code=first(app).code, system="ICD-10-CM")
                for part in (False, True):
                    got = (
                        visitor.get(filled, fragment=part)
                        if method == "GET"
                        else visitor.post(filled, form, fragment=part)
                    )
                    texts.append(got.text)
                for tab in (
                    ("notes", "timeline", "imaging", "events", "pathology") if route == "GET /charts/{chart_id}" else ()
                ):
                    texts += [visitor.get(f"{filled}?tab={tab}&side=phi", fragment=part).text for part in (False, True)]
        assert len(texts) > 30
        found = [text for text in texts if secret.search(text) or any(subject in text for subject in subjects)]
        assert not found, (role, secret.search(found[0]))
    with app.state.house.database.read() as connection:
        views = connection.execute(select(tables.audit.c.actor).where(tables.audit.c.act == "view")).scalars().all()
    assert set(views) == {"coder"}


def test_days_and_numbers_at_their_ends(enter: Enter) -> None:
    auditor, admin = enter("auditor"), enter("admin")
    for day in ("9999-12-31", "0001-01-01"):
        for path in ("/worklist?from={0}&to={0}", "/audit?since={0}&until={0}", "/agreement?since={0}&until={0}"):
            assert auditor.get(path.format(day)).status_code == 200
    for number in ("9" * 30, "9" * 19, "2147483648", "0", "-1", "%C2%B2"):
        assert admin.post(f"/users/{number}", {"act": "role", "role": "coder"}).status_code in (400, 404)
