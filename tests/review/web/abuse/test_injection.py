"""Texts that want to be statements, expressions or the end of a string."""

from urllib.parse import quote

import pytest
from fastapi import FastAPI
from sqlalchemy import inspect

from review.state import tables, users
from tests.review.web import routes
from tests.review.web.abuse.acting import act
from tests.review.web.coders import chart_of
from tests.review.web.conftest import ON_SQLITE, Enter
from tests.review.web.visitor import Visitor, person

pytestmark = pytest.mark.usefixtures("hospital")
SQL = [
    "' OR '1'='1",
    "'; DROP TABLE users; --",
    '" OR 1=1 --',
    "1) UNION SELECT name FROM users --",
    "%' ESCAPE '",
    "\\'; --",
]
WORKLIST = ("state", "ward", "coder", "from", "to", "uncertain", "page", "none")
AUDIT = ("actor", "act", "chart", "since", "until", "page")
FORMS = {
    "/login": ("name", "password", "next", "same"),
    "/account": ("act", "theme", "size", "old", "new", "again"),
    "/users": ("name", "shown", "role", "elsewhere"),
    "/users/1": ("act", "role"),
    "/worklist/next": ("after",),
    "/charts/{}/assign": ("user", "next"),
    "/charts/{}/search": ("q", "system"),
    "/charts/{}/browse": ("code", "system"),
    "/charts/{}/acts": ("decision_id", "version", "digest", "action", "system", "code", "reason", "to", "poa", "codes",
                        "evidence", "question", "options", "seconds", "form_id", "on", "do", "quote"),
}  # fmt: skip


def whole(app: FastAPI) -> None:
    there = set(inspect(app.state.house.database.engine).get_table_names())
    assert there >= set(tables.metadata.tables)
    with app.state.house.database.read() as connection:
        assert users.named(connection, "auditor")


def forms(app: FastAPI, words: list[str]) -> list[tuple[str, dict[str, str]]]:
    """Each field of each form with each of the words, the others as they should be."""
    fine = {"act": "role", "action": "reject", "system": "ICD-10-CM", "code": "I10", "version": "0", "decision_id": "d"}
    chart = chart_of(app, "stay-1")
    return [
        (path.format(chart), {**{name: fine.get(name, "x") for name in fields}, field: word})
        for path, fields in FORMS.items()
        for field in fields
        for word in words
    ]


def test_sql_in_filters(app: FastAPI, enter: Enter) -> None:
    auditor = enter("auditor")
    none = {"/worklist": auditor.get("/worklist").text.count("data-chart"), "/audit": 10_000}
    for path, names in (("/worklist", WORKLIST), ("/audit", AUDIT)):
        for name in names:
            for sql in SQL:
                answer = auditor.get(f"{path}?{name}={quote(sql)}")
                assert answer.status_code == 200
                assert answer.text.count("data-chart") <= none[path]
    assert auditor.get(f"/audit?actor={quote(SQL[0])}").text.count("<tr>") == 2  # the head, and that no line fits
    whole(app)


def test_sql_in_fields(app: FastAPI, enter: Enter) -> None:
    auditor, admin, nobody = enter("auditor"), enter("admin"), Visitor(app)
    nobody.get("/login")
    person(app, "coder")
    for path, form in forms(app, ["' OR 1=1; DROP TABLE users; --\""]):
        visitor = nobody if path == "/login" else admin if path.startswith("/users") else auditor
        answer = visitor.post(path, form)
        assert answer.status_code < 500, (path, form)
        assert path != "/login" or answer.status_code in (401, 429)
    for sql in SQL:
        assert auditor.get(f"/charts/{quote(sql, safe='')}").status_code == 404
    whole(app)


def test_null_bytes(app: FastAPI, enter: Enter) -> None:
    auditor, admin, nobody = enter("auditor"), enter("admin"), Visitor(app)
    nobody.get("/login")
    for path, form in forms(app, ["a\0b"]):
        visitor = nobody if path == "/login" else admin if path.startswith("/users") else auditor
        assert visitor.post(path, form).status_code == 400, (path, form)
    for bad in ("%00", "a%00b", "%ff%fe", "%c0%80", "%ed%a0%80"):
        for path in (
            f"/charts/{bad}",
            f"/static/{bad}",
            f"/worklist?ward={bad}",
            f"/audit?actor={bad}",
            f"/login?next=/{bad}",
        ):
            assert auditor.get(path).status_code in (200, 303, 400, 404), path
        body = f"csrf={auditor.csrf}&q={bad}"
        kind = {"content-type": "application/x-www-form-urlencoded"}
        assert auditor.client.post("/charts/x/search", content=body, headers=kind).status_code == 400


@ON_SQLITE
def test_template_injection(app: FastAPI, enter: Enter) -> None:
    word = "{{7*191}}${7*191}{%print(7*191)%}#{7*191}"
    auditor, admin = enter("auditor"), enter("admin")
    answers = [admin.post("/users", {"name": "eve", "shown": word, "role": "coder"}), admin.get("/users")]
    answers += [admin.post("/users", {"name": word, "shown": "Eve", "role": word})]
    answers += [auditor.get(f"/audit?chart={quote(word)}"), auditor.get(f"/worklist?ward={quote(word)}")]
    answers += [Visitor(app).sign_in(word, "x"), auditor.post(f"/charts/{chart_of(app, 'stay-1')}/search", {"q": word})]
    answers += [act(auditor, "reject", reason=word), auditor.get(f"/charts/{chart_of(app, 'stay-1')}")]
    assert all(answer.status_code < 500 for answer in answers)
    assert not [answer.text for answer in answers if "1337" in answer.text.replace(answer.request.url.path, "")]
    assert word in answers[1].text


def test_traversal_in_static(app: FastAPI) -> None:
    outside = "..", "%2e%2e", "..%2f..", "%2e%2e%2f%2e%2e", "....//", "..\\", "..%5c", "%252e%252e"
    visitor = Visitor(app)
    for up in outside:
        for name in ("app.py", "web/app.py", "templates/page.html", "etc/passwd"):
            for path in (f"/static/{up}/{name}", f"/static/0123456789abcdef/{up}/{name}", f"/static//{name}"):
                answer = visitor.get(path)
                assert answer.status_code in (400, 404), path
                assert "import" not in answer.text and "root:" not in answer.text
    for name in ("/etc/passwd", "__init__.py", "", ".", "page.css/", "page.css%00.js"):
        assert visitor.get(f"/static/{name}").status_code in (400, 404), name


@ON_SQLITE
def test_traversal_in_chart_id(enter: Enter) -> None:
    auditor = enter("auditor")
    odd = ["..", "../../lake/phi", "%2e%2e%2fworklist", "stay-1", "-1", "0", "a" * 900, "<b>", "ü", "%20", "*", "null"]
    for name in odd:
        path = f"/charts/{quote(name, safe='%')}"
        assert auditor.get(path).status_code in (303, 400, 404), name
        for route in routes.there():
            if route.startswith("POST /charts/"):
                last = route.rpartition("/")[2]
                form = {"version": "0", "decision_id": "d", "action": "accept", "system": "ICD-10-CM", "code": "I10"}
                assert auditor.post(f"{path}/{last}", form).status_code not in (200, 500), (name, route)
