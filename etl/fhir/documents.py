"""JSON documents: a Bundle becomes its entries, references between them resolved; any other resource is one entry."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from etl.fhir.entry import NO_URLS, Deleted, Entry, Fault, Item, good_id
from etl.fhir.exacting import read_exactly, repeated_name, salvage, write, write_broken
from etl.fhir.manifest import is_manifest

LINK = re.compile(rb'("reference":"|"url":"(?=urn:))([^"#][^"]*)"')
KIND = re.compile(r"[A-Za-z]+")
DELETE = re.compile(r"^/?([A-Za-z]+)/([A-Za-z0-9\-.]{1,64})$")
UUID = re.compile(r"^urn:(?:uuid|oid):(.+)$")
DATA_METHODS = ("POST", "PUT", None)
UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Wanted:
    """What is read of a file: resources of one type only, or all; as exactly as they were written, or just to look."""

    only: str = ""
    exact: bool = True

    @property
    def mark(self) -> bytes:
        """Bytes that stand wherever a wanted resource stands."""
        return f'"{self.only}"'.encode() if self.only else b""


ALL = Wanted()


def document(raw: bytes, wanted: Wanted = ALL) -> Iterator[Item]:
    """The entries of one JSON file; of a file that is not valid JSON, all entries that are."""
    if raw.startswith(UTF16):
        raw = raw.decode("utf-16", "replace").encode()
    try:
        found = read_exactly(raw) if wanted.exact else orjson.loads(raw)
    except orjson.JSONDecodeError:
        yield from _salvaged(raw, wanted)
        return
    yield from expand(found, raw, wanted)


def expand(found: Any, raw: bytes, wanted: Wanted = ALL) -> Iterator[Item]:
    if is_manifest(found):
        return
    if not isinstance(found, dict) or not isinstance(found.get("resourceType"), str):
        yield Fault(1, "not-fhir", "an object with a resourceType was expected; move the file out of the inbox", raw)
    elif found["resourceType"] == "Bundle":
        entries = found.get("entry", [])
        if isinstance(entries, list):
            yield from bundle(enumerate(entries, 1), wanted)
        else:
            yield Fault(1, "json-type", "Bundle.entry must be a list", raw, "Bundle", "entry")
    else:
        yield _entry(1, found, NO_URLS)


def bundle(numbered: Iterable[tuple[int, Any]], wanted: Wanted = ALL) -> Iterator[Item]:
    entries = list(numbered)
    urls = _full_urls(entry for _, entry in entries)
    links = {url.encode("utf-8", "surrogatepass"): target.encode() for url, target in urls.items()}
    for ordinal, entry in entries:
        if wanted.only and not _is(entry, wanted.only):
            continue
        for item in _items(ordinal, entry, urls):
            yield item._replace(raw=_relink(item.raw, links)) if isinstance(item, Entry) and links else item


def _is(entry: Any, kind: str) -> bool:
    resource = entry.get("resource") if isinstance(entry, dict) else None
    return isinstance(resource, dict) and resource.get("resourceType") == kind


def _items(ordinal: int, entry: Any, urls: Mapping[str, str]) -> Iterator[Item]:
    """One entry: its resource, or its deletion; a query (GET) or a response gives nothing."""
    request = entry.get("request") if isinstance(entry, dict) else None
    method = request.get("method") if isinstance(request, dict) else None
    resource = entry.get("resource") if isinstance(entry, dict) else None
    if method == "DELETE":
        yield _deletion(ordinal, str(request.get("url")) if request else "")
    elif isinstance(resource, dict) and isinstance(resource.get("resourceType"), str) and method in DATA_METHODS:
        yield _entry(ordinal, _with_id(resource, entry.get("fullUrl")), urls)
    elif not isinstance(entry, dict) or resource is not None:
        message = "an entry with a resource and the method POST or PUT was expected; export whole resources"
        yield Fault(ordinal, "bundle-entry", message, write_broken(entry), "Bundle", "entry")


def _entry(ordinal: int, resource: dict[str, Any], urls: Mapping[str, str]) -> Entry | Fault:
    kind = resource["resourceType"]
    try:
        raw = write(resource)
    except orjson.JSONEncodeError:
        message = "text that is no UTF-8; export it as UTF-8"
        return Fault(ordinal, "encoding", message, write_broken(resource), kind)
    repeated = repeated_name(resource, raw)
    if not repeated:
        return Entry(ordinal, kind, resource, raw, urls)
    message = "an object names this element twice; only the exporting system can say which one holds"
    return Fault(ordinal, "repeated-name", message, write_broken(resource), kind, repeated)


def _deletion(ordinal: int, url: str) -> Deleted | Fault:
    named = DELETE.match(url)
    if named:
        return Deleted(named[1], named[2])
    message = "a deletion must name Type/id; conditional deletions cannot be followed"
    return Fault(ordinal, "deletion", message, url.encode("utf-8", "backslashreplace"), "Bundle", "entry.request.url")


def _full_urls(entries: Iterable[Any]) -> dict[str, str]:
    """fullUrl -> Type/id, where they differ."""
    urls = {}
    for entry in entries:
        resource, url = (entry.get("resource"), entry.get("fullUrl")) if isinstance(entry, dict) else (None, None)
        if isinstance(resource, dict) and isinstance(url, str) and isinstance(resource.get("resourceType"), str):
            kind, id_ = resource["resourceType"], _with_id(resource, url).get("id")
            if good_id(id_) and KIND.fullmatch(kind):
                urls[url] = f"{kind}/{id_}"
    return urls


def _with_id(resource: dict[str, Any], url: Any) -> dict[str, Any]:
    """A resource that its server was to give an id is called by its fullUrl until then."""
    named = UUID.match(url) if "id" not in resource and isinstance(url, str) else None
    if named:
        resource["id"] = named[1]
    return resource


def _relink(raw: bytes, links: Mapping[bytes, bytes]) -> bytes:
    return LINK.sub(lambda found: found[1] + links.get(found[2], found[2]) + b'"', raw)


def _salvaged(raw: bytes, wanted: Wanted) -> Iterator[Item]:
    text = raw.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    good: list[tuple[int, Any]] = []
    for ordinal, entry, rest in salvage(text):
        bad = rest.encode("utf-8", "surrogateescape")
        if entry is None:
            yield Fault(ordinal, "json-syntax", "no valid JSON, or cut off here; deliver the file again", bad, "Bundle")
        else:
            good.append((ordinal, entry))
    yield from bundle(good, wanted)
