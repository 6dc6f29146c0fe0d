"""The sections of a clinical note: headings in English and Spanish to canonical names, known by words and place."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from nlp.text.data_files import load, trie

LANGUAGES = ("en", "es")
MARKS = r"[ \t]*(?:#{1,6}[ \t]*|[-*•][ \t]+|\d{1,2}[.)][ \t]+|[IVX]{1,4}[.)][ \t]+)?(?:\*\*|__)?"
END = r"(?:\*\*|__)?[ \t]*(?P<colon>[:：]|\.-|\.[ \t]*–|-{2,}|[–—]|-(?=[ \t]))?(?:\*\*|__)?"
DASHES = ("-", "--", "---", "–", "—")  # end a heading at a line's start only
LETTERS = re.compile(r"[^\W\d_]")
CAPITALS = re.compile(r"(?m)^[ \t]*([^\W\da-z][^\n:a-zà-ÿ\d.,;|]{5,60}):?[ \t]*\r?$")
PARAGRAPH = re.compile(r"\n[ \t\r]*\n")
OTHER = "other"
"""A heading in capitals on a line of its own whose words are not known: it ends the section before it."""


@dataclass(frozen=True, slots=True)
class Section:
    """`start` is where its heading begins, `body` where its text does. Sections lie end to end over the whole text."""

    start: int
    end: int
    name: str
    body: int = 0


def sections(text: str, language: str = "en") -> list[Section]:
    """In order; text before the first heading, or without any, is a section named with nothing."""
    heads = _headings(text, language)
    if not heads:
        return [Section(0, len(text), "")]
    starts = [start for start, _, _ in heads] + [len(text)]
    found = [Section(start, starts[at + 1], name, body) for at, (start, body, name) in enumerate(heads)]
    first = [Section(0, starts[0], "")] if text[: starts[0]].strip() else []
    if not first:
        found[0] = replace(found[0], start=0)
    return first + found


def _headings(text: str, language: str) -> list[tuple[int, int, str]]:
    pattern, names, short = _known(language if language in LANGUAGES else "")
    lower = text.lower()
    if len(lower) != len(text):
        lower = text
    found: dict[int, tuple[int, str]] = {}
    for match in pattern.finditer(lower):
        start, end = match.span("words")
        words = " ".join(match["words"].split())
        alone = not text[match.end() : _line_end(text, match.end())].strip()
        at_line = not _inside(text, match.start())
        colon = bool(match["colon"]) and (at_line or match["colon"] not in DASHES)
        if _is_heading(text[start:end], colon, alone, at_line, words in short):
            name = names.get(words) or short[words]
            found[start if not at_line else match.start()] = (match.end(), name)
    for match in CAPITALS.finditer(text):
        if match.start() not in found and not any(c.islower() for c in match[1]):
            found[match.start()] = (match.end(), OTHER)
    return [(start, body, name) for start, (body, name) in sorted(found.items())]


def _inside(text: str, at: int) -> bool:
    """Not at a line's start."""
    return at > 0 and text[at - 1] not in "\r\n"


def _is_heading(written: str, colon: bool, alone: bool, at_line: bool, short: bool) -> bool:
    capital = written[:1].isupper()
    if not at_line:
        return colon and capital and not short
    if short:
        return colon and capital
    return colon or (alone and capital)


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return end if end >= 0 else len(text)


@lru_cache(maxsize=4)
def _known(language: str) -> tuple[re.Pattern[str], dict[str, str], dict[str, str]]:
    """The pattern of all headings of a language, or of both, and what each means."""
    said = load("headings")
    names: dict[str, str] = {}
    short: dict[str, str] = {}
    for each in reversed(LANGUAGES if not language else (language,)):
        names |= _spelled(said[each])
        short |= _spelled(said["short"][each])
    words = trie(sorted({*names, *short}))
    return re.compile(rf"(?m)(?:^{MARKS}|(?<=[.!?])[ \t]+)(?P<words>{words})(?!\w){END}"), names, short


def _spelled(lists: dict[str, list[str]]) -> dict[str, str]:
    """With and without accents."""
    return {form: name for name, words in lists.items() for word in words for form in (word, plain(word))}


ACCENTS = str.maketrans("áéíóúü", "aeiouu")


def plain(word: str) -> str:
    """Without the accents that hurried hands leave out; ñ stays."""
    return word.translate(ACCENTS)
