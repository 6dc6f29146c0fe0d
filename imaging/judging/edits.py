"""Reports spoiled word by word: what was denied is stated, sides are swapped, grades are turned round."""

import re
from functools import lru_cache

from imaging.labeller.knowledge import load, spelled
from nlp.text.data_files import trie

SIDES = {
    "left": "right", "left-sided": "right-sided", "lll": "rll", "lul": "rul", "lt": "rt",
    "lingula": "right middle lobe", "lingular": "right middle lobe",
}  # fmt: skip
OPPOSITE = {"mild": "severe", "moderate": "severe", "severe": "mild"}
WORDS = {"mild": "mild", "moderate": "moderate", "severe": "severe"}
ADVERBS = {"mild": "mildly", "moderate": "moderately", "severe": "severely"}
SIZES = {"mild": "small", "moderate": "moderate", "severe": "large"}


def negations_deleted(text: str) -> str:
    """Every word that denies, and every heading's "none", left out."""
    return " ".join(_pattern("no").sub(" ", text).split())


def sides_swapped(text: str) -> str:
    there = {**SIDES, **{right: left for left, right in reversed(SIDES.items())}}
    pattern = re.compile(rf"\b(?:{'|'.join(sorted(there, key=len, reverse=True))})\b", re.I)
    return pattern.sub(lambda match: _cased(match.group(), there[match.group().lower()]), text)


def severity_changed(text: str) -> str:
    """Mild is severe, and severe mild."""
    return _pattern("severity").sub(lambda match: _cased(match.group(), _turned(match.group().lower())), text)


def _turned(word: str) -> str:
    grade = OPPOSITE[_grades()[" ".join(word.split())]]
    if word.endswith("ly"):
        return ADVERBS[grade]
    return SIZES[grade] if word in {"small", "tiny", "trace", "large", "massive", "moderate-sized"} else WORDS[grade]


def _cased(old: str, new: str) -> str:
    if old.isupper():
        return new.upper()
    return new[0].upper() + new[1:] if old[0].isupper() else new


@lru_cache(maxsize=1)
def _grades() -> dict[str, str]:
    return {word: grade for grade, said in load("sides")["severity"].items() for word in spelled(said)}


@lru_cache(maxsize=2)
def _pattern(kind: str) -> re.Pattern[str]:
    if kind == "severity":
        words = set(_grades())
    else:
        cues = load("speech")["cues"]
        words = {*spelled(cues["no.before"]), *spelled(cues["gone.before"]), "none", "not seen", "not identified"}
    return re.compile(rf"(?<![\w-])(?i:{trie(sorted(words))})(?![\w-])")
