"""Cells out of elements: what becomes of each HL7 data type. What says nothing, or has a nullFlavor, is null."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from lxml import etree

from etl.cda.ids import SSN, fingerprint, identifiers
from etl.cda.knowledge import is_placeholder, system
from etl.cda.narrative import Ids, line, story
from etl.cda.times import fhir_time

Found = Sequence[etree._Element | str]
URI = "urn:ietf:rfc:3986"
CODINGS = 6  # of one concept: as many as the mapping's shape `cda` takes over


@dataclass(frozen=True)
class Document:
    """What cells need to know of the document they stand in: its elements by ID, and the keys of rows.

    `unclear`: times of the row at hand that are no times, as they are written.
    """

    ids: Ids
    key: Callable[[etree._Element], str | None]
    unclear: list[str]


def cell(kind: str, found: Any, document: Document) -> str | None:
    if isinstance(found, str | float | bool):  # of an XPath function such as count() or string()
        found = [str(found)] if found else []
    return KINDS[kind](found, document) or None


def _elements(found: Found) -> list[Any]:
    return [each for each in found if not isinstance(each, str)]


def _text(found: Found, document: Document) -> str | None:
    """The first that says something: an attribute as it is, an element on one line, with what it refers to."""
    texts = (each.strip() if isinstance(each, str) else line(each, document.ids) for each in found)
    return next((text for text in texts if text), None)


def _texts(found: Found, document: Document) -> str | None:
    texts = (each.strip() if isinstance(each, str) else line(each, document.ids) for each in found)
    return "\n".join(dict.fromkeys(text for text in texts if text))


def _story(found: Found, document: Document) -> str | None:
    return "\n".join(filter(None, (story(each, document.ids) for each in _elements(found))))


def _sections(found: Found, document: Document) -> str | None:
    """Title and text of each section that has text; an empty line between them."""
    told = []
    for each in _elements(found):
        text = "\n".join(filter(None, (story(part, document.ids) for part in each.iterfind("text"))))
        title = each.find("title")
        if text:
            told.append("\n".join(filter(None, (line(title, document.ids) if title is not None else "", text))))
    return "\n\n".join(told)


def _concept(found: Found, document: Document) -> str | None:
    """JSON {text, coding: [{system, code, display}]}: the code, then its translations, each once."""
    for each in _elements(found):
        named = each.find("originalText")
        text = line(named, document.ids) if named is not None else ""
        said = [coded for coded in (each, *each.findall("translation")) if coded.get("code") and not _null(coded)]
        codings = list({(coded.get("codeSystem"), coded.get("code")): _coding(coded) for coded in said}.values())
        text = text or next((name for one in (each, *said) if (name := (one.get("displayName") or "").strip())), "")
        if codings or text:
            return orjson.dumps({"text": text or None, "coding": codings[:CODINGS]}).decode()
    return None


def _coding(coded: etree._Element) -> Mapping[str, str | None]:
    oid = coded.get("codeSystem")
    return {
        "system": system(oid) if oid else None,
        "code": _code(coded),
        "display": (coded.get("displayName") or "").strip() or None,
    }


def _code(coded: etree._Element) -> str:
    return str(coded.get("code")).strip()


def _null(element: etree._Element) -> bool:
    return element.get("nullFlavor") is not None


def _first_code(found: Found, _: Document) -> str | None:
    """The first code of all, translations too."""
    coded = (each for top in _elements(found) for each in (top, *top.findall("translation")))
    return next((_code(each) for each in coded if each.get("code") and not _null(each)), None)


def _when(*places: str) -> Callable[[Found, Document], str | None]:
    """The first of some parts of a time that has a value; `.` is the time itself."""

    def kind(found: Found, document: Document) -> str | None:
        times = (
            part for each in found if not isinstance(each, str) for place in places for part in each.iterfind(place)
        )
        said = next((time for time in times if time.get("value")), None)
        if said is None:
            return None
        read = fhir_time(said.get("value", ""))
        document.unclear.extend([] if read else [f"{said.tag} {said.get('value')}"])
        return read

    return kind


def _ids(found: Found, _: Document) -> str | None:
    """JSON [[system, value]]; an id that is its root alone is a URI."""
    each = identifiers(_elements(found))
    said = [[URI, system(root)] if root == value else [system(root), value] for root, value in each]
    return orjson.dumps(said).decode() if said else None


def _number(found: Found, document: Document) -> str | None:
    """An identifier's extension, unless it is a placeholder."""
    said = _text(found, document)
    return None if said is None or is_placeholder(said) else said


def _whole(found: Found, _: Document) -> str | None:
    """Root and extension of the first id, unless it is a placeholder."""
    said = [each for each in identifiers(_elements(found)) if not is_placeholder(each[1])]
    return "^".join(said[0]) if said else None


def _names(found: Found, document: Document) -> str | None:
    """JSON [{use, text, family, given, prefix, suffix}]."""
    return _listed(_name(each, document) for each in _elements(found) if not _null(each))


def _name(name: etree._Element, document: Document) -> dict[str, Any]:
    def parts(tag: str) -> list[str]:
        return [text for each in name.findall(tag) if (text := line(each, document.ids))]

    loose = "" if len(name) else line(name, document.ids)
    return {"use": name.get("use"), "family": " ".join(parts("family")), "given": parts("given"),
            "prefix": parts("prefix"), "suffix": parts("suffix"), "text": loose}  # fmt: skip


def _addresses(found: Found, document: Document) -> str | None:
    """JSON [{use, line, city, district, state, postalCode, country}]."""
    tags = {"city": "city", "district": "county", "state": "state", "postalCode": "postalCode", "country": "country"}
    return _listed(
        {"use": each.get("use"), "line": [line(row, document.ids) for row in each.findall("streetAddressLine")]}
        | {name: line(part, document.ids) for name, tag in tags.items() if (part := each.find(tag)) is not None}
        for each in _elements(found)
        if not _null(each)
    )


def _telecoms(found: Found, _: Document) -> str | None:
    """JSON [{scheme, value, use}]."""
    said = (each for each in _elements(found) if each.get("value"))
    split = ((each.get("value", "").partition(":"), each.get("use")) for each in said)
    return _listed({"scheme": scheme if mark else "", "value": rest if mark else scheme, "use": use}
                   for (scheme, mark, rest), use in split)  # fmt: skip


def _listed(said: Any) -> str | None:
    kept = [{key: value for key, value in each.items() if value} for each in said]
    kept = [each for each in kept if each.keys() - {"use", "scheme"}]
    return orjson.dumps(kept).decode() if kept else None


def _key(found: Found, document: Document) -> str | None:
    """The key of the row that an element makes."""
    return next((document.key(each) for each in _elements(found)), None)


def _who(found: Found, _: Document) -> str | None:
    """The key of somebody or something that belongs to no patient: of its first id. A patient may be an author, too."""
    said = [each for each in identifiers(_elements(found)) if each[0] != SSN]
    return fingerprint(*said[0]) if said else None


def _there(found: Found, _: Document) -> str | None:
    return "true" if found else None


KINDS: Mapping[str, Callable[[Found, Document], str | None]] = {
    "text": _text,
    "texts": _texts,
    "story": _story,
    "sections": _sections,
    "cd": _concept,
    "code": _first_code,
    "time": _when(".", "low", "center", "high"),
    "low": _when("low", ".", "center"),
    "high": _when("high"),
    "ids": _ids,
    "number": _number,
    "whole": _whole,
    "names": _names,
    "addresses": _addresses,
    "telecoms": _telecoms,
    "key": _key,
    "who": _who,
    "there": _there,
}
