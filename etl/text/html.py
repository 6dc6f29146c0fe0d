"""Text of HTML and of C-CDA narratives: a line where a reader would see one, rows and items of lists apart."""

import re
import warnings
from collections.abc import Iterator

from bs4 import BeautifulSoup, XMLParsedAsHTMLWarning
from bs4.element import CData, NavigableString, Tag

HIDDEN = frozenset({"script", "style", "head", "template", "noscript"})
BLOCK_NAMES = (
    "address article aside blockquote caption dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr "
    "list main nav ol p paragraph pre section table tbody tfoot thead title tr ul"
)
PARAGRAPH_NAMES = "p paragraph h1 h2 h3 h4 h5 h6 table title"
BLOCKS, PARAGRAPHS = frozenset(BLOCK_NAMES.split()), frozenset(PARAGRAPH_NAMES.split())
LISTS = ("ul", "ol", "list")
ITEMS = frozenset({"li", "item"})
CELLS = frozenset({"td", "th"})
LINE, PARAGRAPH = "\x1e", "\x1d"  # a line, a paragraph begins or ends here
PRE_LINE, PRE_SPACE = "\x1c", "\x1f"  # of preformatted text, restored at the end
BLANK = re.compile(r"[ \t\r\n\f\u00a0]+")
SPACES = re.compile(" {2,}")
BREAK = re.compile(rf"[ \t]*(?:[\n{LINE}{PARAGRAPH}] *)+")


def html_text(content: bytes | str) -> str:
    return _text(_parsed(content))


def xml_text(content: bytes | str) -> str:
    """Of a C-CDA document the titles and narratives of its sections; of other XML all text."""
    tree = _parsed(content)
    sections = tree.find_all(_named("section"))
    parts = [part for section in sections for part in section.find_all(_named("title", "text"), recursive=False)]
    return "\n\n".join(filter(None, (_text(part) for part in parts or [tree])))


def _text(tree: Tag) -> str:
    try:
        return _laid_out(tree).replace(PRE_LINE, "\n").replace(PRE_SPACE, " ")
    except RecursionError:  # thousands of tags that were never closed
        return tree.get_text("\n", strip=True)


def _parsed(content: bytes | str) -> BeautifulSoup:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)  # no other parser is needed for narratives
        return BeautifulSoup(content, "html.parser")


def _named(*names: str) -> re.Pattern[str]:
    return re.compile(rf"^(?:\w+:)?(?:{'|'.join(names)})$")


def _laid_out(node: Tag) -> str:
    text = SPACES.sub(" ", "".join(_pieces(node))).replace("\t ", "\t")
    return BREAK.sub(_lines, text).strip(" \t\n")


def _lines(found: re.Match[str]) -> str:
    return "\n\n" if PARAGRAPH in found[0] or found[0].count("\n") > 1 else "\n"


def _pieces(node: Tag) -> Iterator[str]:
    for child in node.children:
        if isinstance(child, Tag):
            yield from _element(child, child.name.rpartition(":")[2])
        elif type(child) in (NavigableString, CData):
            yield _kept(str(child)) if child.find_parent("pre") else BLANK.sub(" ", str(child))


def _element(tag: Tag, name: str) -> Iterator[str]:
    if name in HIDDEN:
        return
    if name == "br":
        yield "\n"
    elif name in CELLS:
        yield _laid_out(tag).replace("\n", " ") + "\t"
    elif name in ITEMS:
        yield LINE + _marker(tag) + _laid_out(tag) + LINE
    else:
        around = PARAGRAPH if name in PARAGRAPHS else LINE if name in BLOCKS else ""
        yield around
        yield from _pieces(tag)
        yield around


def _marker(item: Tag) -> str:
    """A dash, or the number in an ordered list; items that were never closed lie in each other."""
    around = item.find_parent(LISTS)
    if not isinstance(around, Tag) or (around.name != "ol" and around.get("listtype") != "ordered"):
        return "- "
    inside = sum(1 for parent in item.parents if parent.name == item.name and parent.find_parent(LISTS) is around)
    return f"{len(item.find_previous_siblings(item.name)) + inside + 1}. "


def _kept(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", PRE_LINE).replace(" ", PRE_SPACE)
