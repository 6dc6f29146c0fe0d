"""Text of HTML and of C-CDA narratives: lines where a reader would see lines, rows of tables and items of lists apart."""

import re
import warnings
from collections.abc import Iterator

from bs4 import BeautifulSoup, CData, NavigableString, Tag, XMLParsedAsHTMLWarning

HIDDEN = frozenset({"script", "style", "head", "template", "noscript"})
BLOCKS = frozenset(
    "address article aside blockquote caption dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr "
    "list main nav ol p paragraph pre section table tbody tfoot thead title tr ul".split()
)
PARAGRAPHS = frozenset("p paragraph h1 h2 h3 h4 h5 h6 table ul ol list title".split())
ITEMS = frozenset({"li", "item"})
CELLS = frozenset({"td", "th"})
LINE, PARAGRAPH = "\n", "\n\n"
BLANK = re.compile(r"[ \t\r\n\f\u00a0]+")
AROUND_LINES = re.compile(r"[ \t]*\n[ \t]*")
MANY_LINES = re.compile(r"\n{3,}")


def html_text(content: bytes | str, charset: str | None = None) -> str:
    return _laid_out(_pieces(_parsed(content, charset)))


def xml_text(content: bytes | str, charset: str | None = None) -> str:
    """Of a C-CDA document the titles and narratives of its sections; of other XML all text."""
    tree = _parsed(content, charset)
    sections = [s for s in tree.find_all(_named("section"))]
    parts = [part for section in sections for part in section.find_all(_named("title", "text"), recursive=False)]
    return PARAGRAPH.join(filter(None, (_laid_out(_pieces(part)) for part in parts or [tree])))


def _parsed(content: bytes | str, charset: str | None) -> BeautifulSoup:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)  # no other parser is needed for narratives
        return BeautifulSoup(content, "html.parser", from_encoding=charset if isinstance(content, bytes) else None)


def _named(*names: str) -> re.Pattern[str]:
    return re.compile(rf"^(?:\w+:)?(?:{'|'.join(names)})$")


def _pieces(node: Tag) -> Iterator[str]:
    """Words and line ends, in order; spaces are still as in the source."""
    for child in node.children:
        if isinstance(child, Tag):
            yield from _element(child)
        elif type(child) in (NavigableString, CData):
            yield str(child) if _preformatted(child) else BLANK.sub(" ", str(child))


def _element(tag: Tag) -> Iterator[str]:
    name = tag.name.rpartition(":")[2]
    if name in HIDDEN:
        return
    if name == "br":
        yield LINE
        return
    around = PARAGRAPH if name in PARAGRAPHS else LINE if name in BLOCKS or name in ITEMS else ""
    yield around
    if name in ITEMS:
        yield _marker(tag)
    yield from _pieces(tag)
    yield "\t" if name in CELLS else around


def _marker(item: Tag) -> str:
    ordered = item.parent is not None and (item.parent.name == "ol" or item.parent.get("listtype") == "ordered")
    return f"{len(item.find_previous_siblings(item.name)) + 1}. " if ordered else "- "


def _preformatted(text: NavigableString) -> bool:
    return text.find_parent("pre") is not None


def _laid_out(pieces: Iterator[str]) -> str:
    text = "".join(pieces)
    text = AROUND_LINES.sub(LINE, re.sub(r" {2,}", " ", text))
    return MANY_LINES.sub(PARAGRAPH, text).strip()
