"""Names, towns and employers in text without capitals: what stands where one stands is asked what it is else."""

import re

from nlp.deid.rules.trims import everywhere, known, lists
from nlp.deid.safe import safe
from nlp.text.names import names
from nlp.text.words import commonness

PART = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*\.?")
READ, BORNE_ABROAD, SURNAME = 5.2, 4.3, 4.9
"""Zipf frequency from which a word is read as a word: a first name, a name of another country, a surname."""
TOWN = 4.6


def low_name(text: str, language: str) -> tuple[int, int] | None:
    """A first name, and the surname behind it."""
    words = list(PART.finditer(text))
    if not words or not _first(words[0][0], language):
        return None
    last = words[1] if len(words) > 1 and _last(words[1][0], language) else words[0]
    return (words[0].start(), last.end() - last[0].endswith("."))


def low_any(text: str, language: str) -> tuple[int, int] | None:
    """Where only a name can stand: all but words that never are one."""
    words = list(PART.finditer(text))
    barred = lists()["never_names"] | lists()["relations"]
    if not words or words[0][0].lower() in barred or (text.islower() and words[0][0] in lists()["not_names"]):
        return None
    first = words[0][0].rstrip(".").lower()
    borne = first in known(language) or first in everywhere() or commonness(language).get(first, 0.0) < 3.0
    return (words[0].start(), words[-1].end()) if borne and not _medical(first) else None


def low_free(text: str, language: str) -> tuple[int, int] | None:
    """Where a name stands and nothing else could: all but the words of a sentence."""
    words = [w.rstrip(".").lower() for w in PART.findall(text)]
    barred = (
        not words or not language or any(words[0] in lists()[name] for name in ("never_names", "titles", "relations"))
    )
    return None if barred or words[0] in lists()["not_names"] - lists()["mostly_words"] else (0, len(text))


def _medical(low: str) -> bool:
    return safe().medical(low) and low not in names("first", "en")


def _barred(low: str) -> bool:
    return any(low in lists()[name] for name in ("not_names", "never_names", "mostly_words", "titles"))


def _first(word: str, language: str) -> bool:
    low = word.rstrip(".").lower()
    common = commonness(language).get(low, 0.0)
    if len(low) < 2 or _barred(low) or safe().medical(low):
        return False
    return common < READ if low in names("first", language) else low in names("first") and common < BORNE_ABROAD


def _last(word: str, language: str) -> bool:
    low = word.rstrip(".").lower()
    common = commonness(language).get(low, 0.0)
    return not _barred(low) and not safe().medical(low) and common < SURNAME and (low in everywhere() or common < 2.0)


def low_place(text: str, language: str) -> tuple[int, int] | None:
    """A town: rare words, or words that towns are called by."""
    words = [w.rstrip(".").lower() for w in PART.findall(text)]
    told = [w for w in words if w not in lists()["place_links"]]
    towns = lists()["word_places"] | lists()["place_words"]
    common = commonness(language)
    fits = all(w in towns or (common.get(w, 0.0) < TOWN and not safe().medical(w)) for w in told)
    return (0, len(text)) if told and fits and words[0] not in lists()["never_places"] else None


def low_org(text: str, language: str) -> tuple[int, int] | None:
    """An employer whose kind ends the text: what leads up to it holds no word of a sentence."""
    words = [w.rstrip(".").lower() for w in PART.findall(text)]
    stops = lists()["never_places"] | (lists()["after_places"] - lists()["in_places"])
    if not words or words[0] in stops or any(w in stops and w not in lists()["small"] for w in words) or not language:
        return None
    return (0, len(text)) if len(words) > 1 else None
