"""Texts that want to be part of the page: each is shown as it stands, and none is run."""

from pathlib import Path

import pytest
from fastapi import FastAPI

from tests.review.web.abuse.acting import SCRIPT, SHOWN, act, chart, first, hostile
from tests.review.web.conftest import ON_SQLITE, Enter, at_lake

pytestmark = [ON_SQLITE, pytest.mark.usefixtures("hostile_hospital")]


@pytest.fixture(scope="session")
def hostile_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile(tmp_path_factory.mktemp("hostile") / "lake")


@pytest.fixture
def hostile_hospital(hostile_lake: Path, app: FastAPI) -> None:
    at_lake(app, hostile_lake)


def harmless(text: str) -> bool:
    return "<script>alert" not in text and "<img src=x" not in text and "&amp;lt;script" not in text


def test_script_in_note(app: FastAPI, enter: Enter) -> None:
    for role in ("coder", "trainee"):
        shown = enter(role).get(f"/charts/{chart(app).id}")
        assert shown.status_code == 200 and harmless(shown.text)
        assert "&lt;img src=x onerror=alert(2)&gt;" in shown.text
        assert "&lt;script&gt;alert(" in shown.text


def test_script_in_code_display(app: FastAPI, enter: Enter) -> None:
    coder = enter("coder")
    shown = coder.get(f"/charts/{chart(app).id}", fragment=True)
    assert harmless(shown.text) and "&lt;script&gt;alert(1)" in shown.text
    assert harmless(act(coder).text)


def test_script_in_ward(app: FastAPI, enter: Enter) -> None:
    coder = enter("coder")
    listed = coder.get("/worklist")
    assert harmless(listed.text) and SHOWN in listed.text
    opened = coder.get(f"/charts/{chart(app).id}")
    assert harmless(opened.text)


def test_script_in_reason(app: FastAPI, enter: Enter) -> None:
    coder = enter("coder")
    for shown in (act(coder, "reject", reason=SCRIPT), act(coder, "note", reason=SCRIPT, code="", system="")):
        assert harmless(shown.text), shown.text
    coder.post(f"/charts/{chart(app).id}/release")
    for visitor in (coder, enter("auditor")):
        shown = visitor.get(f"/charts/{chart(app).id}")
        assert shown.status_code == 200 and harmless(shown.text)
    assert first(app).code in shown.text


def test_script_in_query(app: FastAPI, enter: Enter) -> None:
    coder = enter("coder")
    asked = act(coder, "query", question=SCRIPT, options=f'["{chr(60)}script>alert(1)</script>", "no"]')
    assert asked.status_code < 500 and harmless(asked.text)
    for fragment in (True, False):
        found = coder.post(f"/charts/{chart(app).id}/search", {"q": SCRIPT}, fragment=fragment)
        assert found.status_code == 200 and harmless(found.text)
        looked = coder.post(f"/charts/{chart(app).id}/browse", {"code": "<script>"}, fragment=fragment)
        assert looked.status_code in (200, 404, 422) and "<script>" not in looked.text.replace("<script ", "")
    assert harmless(coder.get(f"/charts/{chart(app).id}").text)


def test_script_in_tabs(app: FastAPI, enter: Enter) -> None:
    paths = [f"/charts/{chart(app).id}?tab={tab}" for tab in ("timeline", "imaging", "events")]
    paths.append(f"/charts/{chart(app, 'letter <1>/é').id}?tab=pathology")
    for role in ("coder", "trainee"):
        visitor = enter(role)
        for path in paths:
            for fragment in (False, True):
                shown = visitor.get(path, fragment=fragment)
                assert shown.status_code == 200 and harmless(shown.text), path
            assert "&lt;script&gt;alert(1)" in shown.text, path
