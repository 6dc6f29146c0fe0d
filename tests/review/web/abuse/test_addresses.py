"""Addresses, headers and methods that want more than a page."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI

from review.settings import Settings
from review.web import app as application
from tests.review.web import routes
from tests.review.web.abuse.traces import recorded
from tests.review.web.conftest import ON_SQLITE, Enter
from tests.review.web.visitor import PASSWORD, Visitor, person

pytestmark = ON_SQLITE
OURS = {
    "allow", "cache-control", "content-length", "content-security-policy", "content-type", "cross-origin-opener-policy",
    "cross-origin-resource-policy", "etag", "location", "permissions-policy", "referrer-policy", "set-cookie",
    "x-content-type-options", "x-frame-options",
}  # fmt: skip
ELSEWHERE = [
    "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "/\\/evil.example",
    "http:evil.example", "https:/evil.example", "javascript:alert(1)", "data:text/html,x", "/ /evil.example",
    "/\t/evil.example", "/\r\n/evil.example", "//localhost@evil.example", "/.//evil.example", "/..//evil.example",
    "evil.example", "", "?next=//evil.example", "/\u2028/evil.example", "／/evil.example", "/worklist//evil.example",
]  # fmt: skip


@pytest.mark.parametrize("place", ELSEWHERE, ids=ascii)
def test_open_redirect(app: FastAPI, place: str) -> None:
    person(app, "coder")
    visitor = Visitor(app)
    shown = visitor.get(f"/login?next={quote(place, safe='')}")
    assert shown.status_code == 400 or 'name="next" value="/worklist"' in shown.text
    visitor.get("/login")
    done = visitor.post("/login", {"name": "coder", "password": PASSWORD, "next": place})
    assert (done.status_code, done.headers["location"]) == (303, "/worklist")
    assert visitor.get(f"/login?next={quote(place, safe='')}").headers.get("location", "/worklist") == "/worklist"


def test_header_injection(enter: Enter) -> None:
    auditor = enter("auditor")
    for lines in (
        "a\r\nset-cookie: x=1",
        "\r\n\r\n<html>",
        "a\nlocation: //evil.example",
        "a\u010d\u010aset-cookie:x=1",
    ):
        code = quote(lines)
        answers = [auditor.get(path) for path in (f"/login?next=/{code}", f"/worklist?ward={code}", f"/charts/{code}")]
        answers += [
            auditor.get(f"/static/{code}"),
            auditor.post("/charts/x/assign", {"next": f"/{lines}", "user": lines}),
        ]
        answers += [auditor.post("/account", {"act": "look", "theme": lines, "size": lines})]
        for answer in answers:
            assert set(answer.headers) <= OURS
            assert "x=1" not in answer.headers.get("set-cookie", "")
            assert "evil" not in answer.headers.get("location", "")


HOSTS = [
    "evil.example",
    "localhost.evil.example",
    "localhost:80:80",
    "localhost@evil.example",
    "",
    "127.0.0.2",
    "[::2]",
    "*",
]


@pytest.mark.parametrize("host", HOSTS)
def test_host_header(app: FastAPI, host: str) -> None:
    answer = Visitor(app).get("/login", host=host)
    assert answer.status_code == 400
    assert "evil" not in answer.text and "set-cookie" not in answer.headers
    twice = Visitor(app).client.get("/login", headers=[("host", "localhost"), ("host", "evil.example")])  # type: ignore[arg-type]
    assert twice.status_code == 400
    for fine in ("localhost", "localhost:8470", "127.0.0.1:1", "[::1]:8470", "LOCALHOST"):
        assert Visitor(app).get("/login", host=fine, x_forwarded_host="evil.example").status_code == 200


def everywhere(visitor: Visitor) -> list[Any]:
    paths = [routes.filled(route.partition(" ")[2]) for route in routes.there() if route.startswith("GET ")]
    return [visitor.get(path) for path in (*paths, "/nothing", "/charts/x")] + [
        visitor.post("/users"), visitor.post("/users", {"csrf": ""}), visitor.get("/login", host="evil.example"),
        visitor.client.request("TRACE", "/login"), visitor.client.post("/login", json={}),
    ]  # fmt: skip


def test_clickjacking(app: FastAPI, enter: Enter) -> None:
    for answer in (*everywhere(enter("admin")), *everywhere(Visitor(app))):
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy and "default-src 'none'" in policy
        assert "unsafe" not in policy and "*" not in policy
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert " style=" not in answer.text and "<style" not in answer.text and " onclick" not in answer.text


def test_cached_pages(app: FastAPI, enter: Enter) -> None:
    for answer in (*everywhere(enter("admin")), *everywhere(Visitor(app))):
        fixed = answer.request.url.path.startswith("/static/") and answer.status_code == 200
        assert answer.headers["cache-control"] == ("public, no-cache" if fixed else "no-store")


def test_method_override(app: FastAPI, enter: Enter) -> None:
    admin = enter("admin")
    before = recorded(app, audit=True)
    for header in ("x_http_method_override", "x_method_override", "x_http_method"):
        assert (
            admin.get("/users?name=eve&shown=Eve&role=admin", **{header: "POST"}, x_csrf=admin.csrf).status_code == 200
        )
    for said in ({"_method": "DELETE"}, {"_method": "PUT", "method": "DELETE"}):
        assert admin.post("/users/1", said, x_http_method_override="DELETE").status_code == 422
    assert recorded(app, audit=True) == before


def test_trace_and_options(app: FastAPI, enter: Enter) -> None:
    admin = enter("admin")
    for method in ("TRACE", "OPTIONS", "PUT", "DELETE", "PATCH", "PROPFIND", "X" * 40, "get"):
        for path in ("/users", "/login", "/static/page.css", "/health"):
            headers = {"origin": "https://evil.example", "access-control-request-method": "POST", "x-secret": "echo"}
            answer = admin.client.send(admin.client.build_request("GET", path, headers=headers), stream=False)
            answer = (
                sent(raw(app, method, path)) if method == "get" else admin.client.request(method, path, headers=headers)
            )
            status = answer if isinstance(answer, int) else answer.status_code
            assert status == 405, (method, path)
            if not isinstance(answer, int):
                assert not [name for name in answer.headers if name.startswith("access-control")]
                assert "echo" not in answer.text


def sent(request: Coroutine[Any, Any, int]) -> int:
    """In a thread of its own: where a browser is driven, this one has an event loop already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, request).result()


async def raw(
    app: FastAPI, method: str, path: str, headers: list[tuple[bytes, bytes]] | None = None, body: bytes = b""
) -> int:
    """A request as no client would send it; the status of the answer."""
    answered: list[Any] = []
    parts = [
        {"type": "http.request", "body": body[at : at + 65_536], "more_body": True}
        for at in range(0, len(body), 65_536)
    ]
    waiting = iter([*parts, {"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Any:
        return next(waiting)

    async def send(message: Any) -> None:
        answered.append(message)

    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(b"host", b"localhost"), *(headers or [])], "client": ("10.0.0.9", 5), "server": ("localhost", 80),
        "scheme": "http", "http_version": "1.1", "asgi": {"version": "3.0"}, "state": {},
    }  # fmt: skip
    await app(scope, receive, send)
    return int(next(message["status"] for message in answered if message["type"] == "http.response.start"))


def test_oversized_body(app: FastAPI, enter: Enter) -> None:
    admin = enter("admin")
    before = recorded(app, audit=True)
    huge = "a" * 600_000
    assert admin.post("/users", {"name": huge}).status_code == 413
    assert admin.post("/users", {f"field{n}": "x" for n in range(5_000)}).status_code in (400, 413)
    assert admin.post("/users", {"name": "a" * 5_000, "shown": "x", "role": "coder"}).status_code == 422
    assert admin.get(f"/worklist?ward={'a' * 5_000}").status_code == 400
    assert admin.get(f"/{'a' * 5_000}").status_code in (400, 404)
    form = (b"content-type", b"application/x-www-form-urlencoded")
    body = b"csrf=" + huge.encode()
    assert sent(raw(app, "POST", "/login", [form], body)) == 413  # no length said
    assert sent(raw(app, "POST", "/login", [form, (b"content-length", b"10")], body)) == 413
    for length in (b"-1", b"1e9", b"99999999999999999999", b"0x10"):
        assert sent(raw(app, "POST", "/login", [form, (b"content-length", length)])) in (400, 413)
    assert recorded(app, audit=True) == before


@pytest.mark.parametrize("https", [False, True])
def test_cookie_flags(app: FastAPI, settings: Settings, https: bool) -> None:
    import dataclasses

    app.state.house.database.close()
    served = application.create(dataclasses.replace(settings, https=https))
    person(served, "coder")
    visitor = Visitor(served)
    visitor.client.base_url = "https://localhost" if https else "http://localhost"  # type: ignore[assignment]
    name = "__Host-chartloom" if https else "chartloom"
    for answer in (visitor.get("/login"), visitor.post("/login", {"name": "coder", "password": PASSWORD})):
        said = answer.headers["set-cookie"].lower()
        assert said.startswith(name.lower() + "=")
        assert {"httponly", "path=/", "samesite=strict"} <= set(said.split("; "))
        assert ("secure" in said.split("; ")) == https and "domain" not in said
        assert ("strict-transport-security" in answer.headers) == https
    assert visitor.get("/worklist").status_code == 200
    if https:
        plain = Visitor(served).get("/worklist", cookie=f"chartloom={visitor.client.cookies[name]}")
        assert plain.status_code == 303  # a neighbour on http cannot set the name with __Host-
    served.state.house.database.close()
