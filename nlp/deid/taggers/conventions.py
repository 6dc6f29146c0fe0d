"""What of an entity names somebody: corpora mark words beside it, too, that a note may keep."""

import re

FIGURES = re.compile(r"\d+(?:[.,]\d+)?")


def kept(text: str, start: int, end: int, label: str) -> tuple[int, int] | None:
    """Of an age the figures (`42 años`), of a relative a name (`su hermana` is none); None where nothing is left."""
    said = text[start:end]
    if label in ("AGE", "AGE90") and (number := FIGURES.search(said)):
        return start + number.start(), start + number.end()
    if label == "RELATIVE" and said == said.lower() and text != text.lower():
        return None
    return start, end
