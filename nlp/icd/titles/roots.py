"""One form for a medical word in English and in Spanish: pyelonephritis and pielonefritis are both pielonefriti."""

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import yaml

RULES = Path(__file__).parent / "data" / "roots.yaml"
SHORTEST = 4  # letters that stay when an ending goes
_PLAIN = re.compile(r"^[a-z]+$")


class _Rules(NamedTuple):
    spelling: list[tuple[re.Pattern[str], str]]
    endings: list[str]  # longest first
    instead: dict[str, str]


@cache
def _rules() -> _Rules:
    held = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    spelling = [(re.compile(pattern), to) for pattern, to in held["spelling"]]
    return _Rules(spelling, sorted(held["endings"].split(), key=len, reverse=True), held["instead"])


def folded(word: str) -> str:
    """Small letters without accents."""
    word = word.lower()
    if word.isascii():
        return word
    return "".join(sign for sign in unicodedata.normalize("NFD", word) if not unicodedata.combining(sign))


@lru_cache(maxsize=200_000)
def root(word: str, language: str = "en") -> str:
    """What a word shares with its forms and with its cognate. Words of up to three letters, or with digits, stay."""
    word = folded(word)
    if len(word) <= 3 or not _PLAIN.match(word):
        return word
    if language == "es" and word.startswith("es") and word[2] not in "aeiou":
        word = word[1:]
    for pattern, to in _rules().spelling:
        word = pattern.sub(to, word)
    return _ended(word)


def _ended(word: str) -> str:
    if word.endswith(("itis", "itides")):
        return word.removesuffix("s").removesuffix("ide")
    for ending in _rules().endings:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            word = word.removesuffix(ending) + _rules().instead.get(ending, "")
            return word.rstrip("e") if len(word) > SHORTEST else word
    return word
