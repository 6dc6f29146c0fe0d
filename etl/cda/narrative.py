"""The narrative of a section as readable text: tables as lines, lists with dashes, footnotes where they are meant."""

import re
from collections.abc import Iterator, Mapping

from lxml import etree

BLOCKS = frozenset(["paragraph", "list", "item", "table", "thead", "tbody", "tfoot", "tr", "caption", "text"])
CELLS = frozenset(["td", "th"])
BREAK = "\n"
SPACE = re.compile(r"[ \t\r\f\v\n\xa0]+")
CELL = " | "
DEPTH = 2  # references within what is referred to: a footnote, not a circle
Ids = Mapping[str, etree._Element]


def story(element: etree._Element, ids: Ids, depth: int = DEPTH) -> str:
    """Lines of text, none of them empty; what the element refers to stands where it refers to it."""
    lines = (SPACE.sub(" ", line).strip(" |") for line in "".join(_pieces(element, ids, depth)).split(BREAK))
    return "\n".join(line for line in lines if line.strip("- "))


def line(element: etree._Element, ids: Ids, depth: int = DEPTH) -> str:
    """All on one line."""
    return SPACE.sub(" ", story(element, ids, depth)).strip()


def _pieces(element: etree._Element, ids: Ids, depth: int) -> Iterator[str]:
    name = element.tag
    if name == "br" or name in BLOCKS:
        yield BREAK
    if name == "item":
        yield "- "
    if name in ("reference", "footnoteRef"):
        yield from _referred(element, ids, depth)
    opening, closing = (" [", "]") if name == "footnote" else ("", "")
    yield opening + _flat(element.text)
    for child in element:
        yield from _pieces(child, ids, depth) if isinstance(child.tag, str) else ()
        yield _flat(child.tail)
    yield closing + (BREAK if name in BLOCKS else CELL if name in CELLS else "")


def _referred(element: etree._Element, ids: Ids, depth: int) -> Iterator[str]:
    """What a reference within the document means; one that leads outside, or nowhere, says nothing."""
    there = ids.get((element.get("value") or element.get("IDREF") or "").removeprefix("#"))
    if there is not None and depth:
        yield f" {line(there, ids, depth - 1)} "


def _flat(text: str | None) -> str:
    return SPACE.sub(" ", text) if text else ""
