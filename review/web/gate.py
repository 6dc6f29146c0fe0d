"""What every request passes on its way in, and every answer on its way out, whatever page it is for."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from review.web.diary import Diary
from review.web.refusal import TEXTS, Refusal

METHODS = ("GET", "HEAD", "POST")
BODY = 512 * 1024  # bytes: the largest decision quotes some sentences as evidence
BODY_SECONDS = 30.0
PATH = 1_024  # bytes
QUERY = 4_096
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",  # for browsers that do not know frame-ancestors
    "referrer-policy": "same-origin",  # with no-referrer browsers would post Origin: null
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), clipboard-read=()",
}
STORE = "no-store"  # of everything that does not say otherwise: pages are PHI
YEAR = "max-age=31536000"  # browsers that came by https once come by https


@dataclass(frozen=True)
class Gate:
    """`said`: makes the page of a refusal; `names`: host names by which a browser may ask (never a star)."""

    app: ASGIApp
    names: frozenset[str]
    https: bool
    said: Callable[[Request, Refusal], Response]
    diary: Diary

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # nothing here speaks over sockets
        answer = Answer(send, self.https)
        began = time.perf_counter()
        try:
            self._judge(scope)
            await self.app(scope, Body(receive), answer)
        except Refusal as refusal:
            await self._refuse(refusal, scope, receive, answer)
        except Exception as error:  # noqa: BLE001  the last place: said by kind and place, for its message may be PHI
            self.diary.mishap(error)
            await self._refuse(Refusal(500, TEXTS[500]), scope, receive, answer)
        finally:
            self.diary.request(scope, answer.status, time.perf_counter() - began)

    def _judge(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        if scope["method"] not in METHODS:
            raise Refusal(405, TEXTS[405], headers={"allow": ", ".join(METHODS)})
        if host(headers.get("host", "")) not in self.names or len(headers.getlist("host")) != 1:
            raise Refusal(400, "The page is not known by this name. " + NAMES, "Unknown address")
        if len(scope.get("raw_path") or b"") > PATH or len(scope["query_string"]) > QUERY:
            raise Refusal(400, TEXTS[400])
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            raise Refusal(400, TEXTS[400])
        length = headers.get("content-length", "0")
        if not length.isdigit():
            raise Refusal(400, TEXTS[400])
        if int(length) > BODY:
            raise Refusal(413, TEXTS[413])

    async def _refuse(self, refusal: Refusal, scope: Scope, receive: Receive, answer: "Answer") -> None:
        if not answer.status:  # else the answer is on its way, and all that can be done is to end it
            await self.said(Request(scope), refusal)(scope, receive, answer)


NAMES = "Whoever runs chartloom adds the names by which it is asked: hosts, in the section review of pipelines.yaml."


def host(said: str) -> str:
    """The name in a Host header, without its port."""
    name, colon, port = said.rpartition(":")
    return (name if colon and port.isdigit() else said).lower()


class Body:
    """What is received, as long as it is not too much and does not take too long."""

    def __init__(self, receive: Receive) -> None:
        self.receive, self.size = receive, 0
        self.whole = False

    async def __call__(self) -> Message:
        if self.whole:
            return await self.receive()  # waits for the browser to leave
        try:
            message = await asyncio.wait_for(self.receive(), BODY_SECONDS)
        except TimeoutError:
            raise Refusal(
                408, "What the browser sent did not arrive whole. Nothing was recorded. Send it again."
            ) from None
        self.size += len(message.get("body", b""))
        self.whole = not message.get("more_body", False)
        if self.size > BODY:
            raise Refusal(413, TEXTS[413])
        return message


class Answer:
    """What is sent, with the headers that every answer has. `status`: 0 until it has begun."""

    def __init__(self, send: Send, https: bool) -> None:
        self.send, self.https, self.status = send, https, 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("cache-control", STORE)
            if self.https:
                headers["strict-transport-security"] = YEAR
        await self.send(message)
