"""Where the sentences of a clinical note begin and end: running text, lists, tables, headings, half sentences."""

import re
from collections.abc import Iterator
from functools import lru_cache

from nlp.text.data_files import load

CLOSING = r"[\"'”’»)\]]*"
BREAK = re.compile(
    rf"(?P<stop>[.!?…]+{CLOSING})(?=\s)|(?P<glued>(?<=[^\W\d_A-Z]{{3}})[.!?])(?=[^\W\d_a-z][^\W\d_A-Z])|\r\n?|\n"
)
LAST_WORD = re.compile(r"\S+\Z")
BULLET = re.compile(r"[ \t]*(?:[-*•·–—>+#]+|\(?\d{1,2}[.)\]]|\(?[a-z][.)]|\[[ xX]?\])(?=\s|$)")
ANSWER = re.compile(r"[ \t]*(?:no|yes|s[íi]|none|negative|positive|denies|niega)\b[ \t]*(?:[.,;\r\n]|\Z)", re.I)
NUMBER = re.compile(r"\(?(?:\d{1,3}|[ivxIVX]{1,4})\Z")
BLANK = re.compile(r"[ \t\u00a0]*")
WRAPPED = 60  # characters of a line that may have been broken for its length alone
HEADING = 4  # words of a heading without a colon
LOOKBACK = 24  # characters before a stop that its word can have


def sentences(text: str, language: str = "en") -> list[tuple[int, int]]:  # noqa: ARG001 - one rule serves all so far
    """(start, end) in characters, in order, none empty, without the white space around them."""
    found: list[tuple[int, int]] = []
    last = 0
    for cut in _cuts(text):
        _add(text, last, cut, found)
        last = cut
    _add(text, last, len(text), found)
    return found


def _add(text: str, start: int, end: int, found: list[tuple[int, int]]) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        start += len(piece) - len(piece.lstrip())
        found.append((start, start + len(stripped)))


def _cuts(text: str) -> Iterator[int]:
    line = 0  # where the present line begins
    for match in BREAK.finditer(text):
        at, end, kind = match.start(), match.end(), match.lastgroup
        if kind == "stop":
            if _ends(text, line, at, end):
                yield end
        elif kind == "glued":
            yield end
        else:
            if not _wrapped(text, line, at, end):
                yield end
            line = end


def _ends(text: str, line: int, at: int, end: int) -> bool:
    """Whether the stop at `at` ends a sentence."""
    if text[at] != "." or end - at > 1:
        return text[at] != "?" or not ANSWER.match(text, end)
    found = LAST_WORD.search(text, max(line, at - LOOKBACK), at)
    word = found.group().lstrip("([¿¡\"'«") if found else ""
    if not word:
        return True
    following = text[end : end + 40].lstrip(" \t\u00a0(\"'«¿¡[")[:1]
    capital = not following.islower()
    lower = word.lower()
    never, small, openers, _ = _abbreviations()
    if lower in never:
        return following in "\r\n"
    if len(word) == 1 and word.isalpha():
        return capital and (_next_word(text, end) in openers or not _initial(text, line, at))
    if following.isdigit() and (lower in small or "." in word):
        return False  # F.C. 100
    if NUMBER.match(word) and not text[line : at - len(word)].strip():
        return False  # the number of a list
    return not (not capital and (lower in small or len(word) <= 3 or "." in word) and not word[-1:].isdigit())


def _initial(text: str, line: int, at: int) -> bool:
    """J. of "J. Smith", not C of "40 C." or "hepatitis C."."""
    if not text[at - 1].isupper():
        return False
    before = text[max(line, at - LOOKBACK) : at - 1].split()
    return not before or (before[-1][:1].isupper() and not before[-1].isupper()) or before[-1].endswith(".")


def _next_word(text: str, at: int) -> str:
    words = text[at : at + LOOKBACK].split(maxsplit=1)
    return words[0].lower().rstrip(",;:") if words else ""


def _wrapped(text: str, line: int, at: int, end: int) -> bool:
    """Whether a line end stands inside a sentence, where a line was broken for its length."""
    start = BLANK.match(text, end)
    head = start.end() if start else end
    if head >= len(text) or text[head] in "\r\n" or BULLET.match(text, end):
        return False
    before = text[line:at].rstrip()
    if not before or before[-1] in ".:;!?|" or "\t" in before:
        return False
    if text[head].islower() or text[head] in "(,;":
        return len(before) >= WRAPPED // 2 or before[-1] in ",(/-"
    if ":" in text[head : head + 30]:
        return False
    if len(before) >= WRAPPED // 3 and before.split()[-1].lower() in _abbreviations()[-1]:
        return True
    return len(before) >= WRAPPED and not _headed(text, head, before)


def _headed(text: str, head: int, before: str) -> bool:
    """Whether a line in capitals is a heading: in a note that is all in capitals, only a short one is."""
    if not text[head : head + 12].isupper():
        return False
    line = text[head : head + WRAPPED].splitlines()[0]
    return not before.isupper() or (len(line.split()) <= HEADING and not set(line) & set(".,"))


@lru_cache(maxsize=1)
def _abbreviations() -> tuple[frozenset[str], ...]:
    """Never at an end; at an end before a capital; first words of a sentence; last words of a broken line."""
    said = load("abbreviations")
    return tuple(frozenset(map(str, said[name])) for name in ("never", "small", "openers", "joining"))
