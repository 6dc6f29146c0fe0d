"""Whether a request that changes something comes from a page of ours, and where a person may be sent."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers

LONGEST = 512


def foreign(headers: Headers, *, https: bool) -> bool:
    """Browsers say where a request comes from; programs that say nothing still need the session's token."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    if origin is None:
        return False
    scheme = "https" if https else "http"
    return origin.lower() != f"{scheme}://{headers.get('host', '').lower()}"


def ours(path: str, otherwise: str = "/worklist") -> str:
    """A path on this page, as it may stand in a Location header; anything else leads to `otherwise`."""
    plain = path.isascii() and path.isprintable() and not set(path) & set(" \\") and len(path) <= LONGEST
    if not plain or not path.startswith("/") or path.startswith("//"):
        return otherwise
    try:
        parts = urlsplit(path)
    except ValueError:
        return otherwise
    return otherwise if parts.scheme or parts.netloc or "//" in parts.path else path
