"""Files that pages are made with, served by us: their address holds a digest, so browsers may keep them."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from review.web.refusal import TEXTS, Refusal

FOLDER = Path(__file__).parent / "static"
KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}
FOREVER = "public, max-age=31536000, immutable"
ASK = "public, no-cache"  # kept, but asked for again each time
VERSION = 16  # hexadecimal digits

router = APIRouter()


@dataclass(frozen=True)
class Asset:
    content: bytes
    kind: str
    digest: str


@cache
def assets() -> dict[str, Asset]:
    """All of them, by name: what is not in this dictionary cannot be asked for."""
    found = {}
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file() and path.suffix in KINDS:
            content = path.read_bytes()
            found[path.relative_to(FOLDER).as_posix()] = Asset(content, KINDS[path.suffix], _digest(content))
    return found


@cache
def version() -> str:
    """Of all together: it stands as a folder in the address, so what a module imports by ./name has it too."""
    return _digest("\n".join(f"{name} {asset.digest}" for name, asset in assets().items()).encode())


def url(name: str) -> str:
    if name not in assets():
        raise FileNotFoundError(f"review/web/static has no {name}; it has {', '.join(assets())}.")
    return f"/static/{version()}/{name}"


@router.get("/static/{name:path}")
def static(name: str, request: Request) -> Response:
    folder, _, rest = name.partition("/")
    dated = len(folder) == VERSION and rest in assets()
    asset = assets().get(rest if dated else name)
    if asset is None:
        raise Refusal(404, TEXTS[404])
    headers = {"etag": f'"{asset.digest}"', "cache-control": FOREVER if folder == version() else ASK}
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(asset.content, headers=headers | {"content-type": asset.kind})


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:VERSION]
