"""A lean HTTP/1.1 client: one connection a coder, kept alive, as her browser does; it spends little time of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from contract.errors import StageError

Send = Callable[[], Awaitable["Answer"]]
LIMIT = 64 << 20  # the longest answer


class Lost(Exception):
    """The connection broke before the answer was whole: nobody knows whether the server acted."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]  # names in small letters; of a name sent twice the last
    body: bytes = field(repr=False)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def location(self) -> str:
        return self.headers.get("location", "")


@dataclass
class Browser:
    """`cookie`: what stands behind `Cookie:`."""

    port: int
    cookie: str = field(default="", repr=False)
    host: str = "127.0.0.1"
    _reader: asyncio.StreamReader | None = field(default=None, repr=False)
    _writer: asyncio.StreamWriter | None = field(default=None, repr=False)

    async def get(self, path: str, *, fragment: bool = False) -> Answer:
        return await self._ask("GET", path, b"", fragment=fragment)

    async def post(self, path: str, form: Mapping[str, str], *, fragment: bool = True) -> Answer:
        return await self._ask("POST", path, urlencode(form).encode(), fragment=fragment)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    async def _ask(self, method: str, path: str, body: bytes, *, fragment: bool) -> Answer:
        head = self._head(method, path, len(body), fragment=fragment)
        try:
            reader, writer = await self._open()
            writer.write(head + body)
            await writer.drain()
            answer = await _answer(reader)
        except (OSError, asyncio.IncompleteReadError) as error:
            self.close()
            raise Lost from error
        except BaseException:
            self.close()  # in the middle of an answer: the connection is of no use any more
            raise
        if answer.headers.get("connection", "").lower() == "close":
            self.close()
        return answer

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._reader is None or self._writer is None or self._reader.at_eof():
            self.close()
            self._reader, self._writer = await asyncio.open_connection(self.host, self.port, limit=LIMIT)
        return self._reader, self._writer

    def _head(self, method: str, path: str, length: int, *, fragment: bool) -> bytes:
        origin = f"http://{self.host}:{self.port}"
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}", "Accept-Encoding: gzip"]
        if self.cookie:
            lines.append(f"Cookie: {self.cookie}")
        if fragment:
            lines.append("X-Fragment: 1")
        if method == "POST":
            lines += [f"Origin: {origin}", "Sec-Fetch-Site: same-origin", f"Content-Length: {length}",
                      "Content-Type: application/x-www-form-urlencoded"]  # fmt: skip
        return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


async def _answer(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    status = int(head[0].split(" ", 2)[1])
    pairs = (line.partition(":") for line in head[1:] if line)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return Answer(status, headers, await _body(reader, status, headers))


async def _body(reader: asyncio.StreamReader, status: int, headers: Mapping[str, str]) -> bytes:
    if status in (204, 304):
        return b""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        found = await _chunks(reader)
    elif "content-length" in headers:
        found = await reader.readexactly(int(headers["content-length"]))
    else:
        raise StageError("an answer had neither Content-Length nor chunks; this client cannot tell where it ends.")
    return _plain(found, headers.get("content-encoding", ""))


def _plain(body: bytes, encoding: str) -> bytes:
    if encoding != "gzip":
        return body
    import gzip

    return gzip.decompress(body)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts: list[bytes] = []
    while True:
        length = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
        part = await reader.readexactly(length + 2)
        if not length:
            return b"".join(parts)
        parts.append(part[:-2])
