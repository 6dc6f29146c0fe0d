"""What is said when something goes wrong, and what is written down when nothing does."""

import json
import logging
import re

import pytest
from fastapi import FastAPI
from sqlalchemy.exc import OperationalError

from tests.review.web.abuse.acting import act, chart
from tests.review.web.conftest import ON_SQLITE, Enter
from tests.review.web.visitor import PASSWORD, Visitor, person

pytestmark = [ON_SQLITE, pytest.mark.usefixtures("hospital")]
SECRET = "Mrs. Ünal-O'Hara, MRN T4320799"


class Broken:
    """A desk that fails as no one foresaw, with PHI in its words."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def chart(self, *_: object) -> None:
        raise self.error


@pytest.mark.parametrize(
    "error", [KeyError(SECRET), ValueError(SECRET), RecursionError(SECRET), ExceptionGroup(SECRET, [OSError()])]
)
def test_error_tells_nothing(app: FastAPI, enter: Enter, caplog: pytest.LogCaptureFixture, error: Exception) -> None:
    coder = enter("coder")
    path = f"/charts/{chart(app).id}"
    caplog.set_level(logging.DEBUG)
    for kind, status in ((error, 500), (OperationalError(SECRET, {"name": SECRET}, OSError(SECRET)), 503)):
        object.__setattr__(app.state.house, "desk", Broken(kind))
        for fragment in (False, True):
            answer = coder.get(path, fragment=fragment)
            assert answer.status_code == status
            assert "Traceback" not in answer.text and type(kind).__name__ not in answer.text
            assert "Ünal" not in answer.text and "T4320799" not in answer.text and ".py" not in answer.text
    ours = [record.getMessage() for record in caplog.records]
    assert "T4320799" not in caplog.text and "Ünal" not in caplog.text and "Traceback" not in caplog.text
    assert any(f'"unexpected": "{type(error).__name__}"' in line and "pages/" in line for line in ours)


def test_log_tells_nothing(app: FastAPI, enter: Enter, caplog: pytest.LogCaptureFixture) -> None:
    coder = enter("coder")
    shown = chart(app)
    caplog.clear()
    caplog.set_level(logging.DEBUG)
    coder.get(f"/charts/{shown.id}?tab=timeline")
    coder.get("/worklist?ward=Oncology&coder=1")
    coder.post(f"/charts/{shown.id}/search", {"q": "heart failure of T4320799"})
    act(coder, "reject", reason="Mrs. Ünal said no")
    forged = '/x\n{"time": "now", "who": "admin"}'
    coder.client.get("/nothing" + "%0A".join(forged.split("\n")), headers={"x-real-name": "T4320799"})
    person(app, "coder", "berta")
    Visitor(app).sign_in("berta\n{}", PASSWORD)
    lines = [record.getMessage() for record in caplog.records if record.name == "chartloom.review"]
    assert len(lines) >= 6
    for line in lines:
        said = json.loads(line)
        assert "\n" not in line and set(said) == {"time", "who", "method", "route", "status", "ms"}
        assert said["who"] in ("", "coder") and re.fullmatch(r"unknown|/[a-z/{}_:-]*", said["route"])
    whole = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("httpx"))
    for word in (
        shown.id,
        shown.encounter_id,
        str(shown.subject_id),
        "T4320799",
        "Ünal",
        "heart",
        "Oncology",
        PASSWORD,
    ):
        assert word not in whole
