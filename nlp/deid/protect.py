"""Layer (e): eponyms, drugs, laboratory words, anatomy, microbes and devices are no identifiers."""

import re
from dataclasses import dataclass
from functools import lru_cache

from nlp.deid.note import Note
from nlp.deid.rules.trims import lists
from nlp.deid.safe import KEPT, Safe, safe
from nlp.deid.shapes import shapes
from nlp.deid.span import Span
from nlp.text.names import names

LAYER = "protect"
WORD = re.compile(r"[^\W_]+(?:[-.&/][^\W_]+)*")
NAMING = re.compile(  # what makes the word behind it a name
    r"(?:\b(?:dr|drs|dra|mr|mrs|ms|miss|mx|prof|doctor|doctora|nurse|sr|sra|srta|don|doña|dña)\b\.?|"
    r"\b(?:patient|name|pt|author|provider|attending|physician|by|surgeon|pcp|re|dear|cc|nombre|apellidos|médico)\s*[:|]|"
    r"\b(?:by|(?:spoke|cussed|lives|met|viewed|seen|talked|visit|appt|f/u|works?|up|here)[ ]with|"
    r"named|wife|husband|son|daughter|mother|father|brother|sister|patient|pt)\b|"
    r"(?<![\w.])(?-i:[A-Z])\.|(?-i:[A-Z][a-z]+),)[ \n]{0,2}$",
    re.IGNORECASE,
)
TITLE = re.compile(
    r"(?:\b(?:dr|drs|dra|mr|mrs|ms|miss|prof|doctor|doctora|nurse|sr|sra|don|doña)\b\.?|(?:name|patient|pt)\s*[:|])\s*$",
    re.IGNORECASE,
)
BEHIND = re.compile(
    r"[''’]?s?,?[ \n](?:(?-i:M\.?D|D\.?O|R\.?N|NP|PA)\b|(?-i:[A-Z])\.? |(?-i:called|notified|agrees)\b)"
)
TOLD = re.compile(  # behind these stands what was found or done
    r"(?:\b(?:proc|procedures?|operation|surgery|s/p|hx|h/o|pmh|psh|dx|ddx|r/o|t/h|known|has|diagnosis)\b\s?[:.,]?\s?)$",
    re.IGNORECASE,
)
OF = re.compile(r"\b(?:de|of|del)\s$")  # enfermedad de Crohn
EPONYM, NAME, PLAIN = "eponym", "name", "plain"  # kinds of words; a name is a medical word that people are called by
APART = 3  # words from an eponym to its head noun, at most
BACK = 14


@dataclass(frozen=True)
class Protect:
    """`safe` of a note; words of one letter and words in lower case that need no protection are left out."""

    layer: str = LAYER

    def safe(self, note: Note) -> list[Span]:
        text, known = note.text, safe()
        words = [(m.start(), m.end(), m[0].lower()) for m in WORD.finditer(text)]
        return [
            Span(start, end, "PATIENT", LAYER)
            for at, (start, end, low) in enumerate(words)
            if (kind := kind_of(low)) and (kind == PLAIN or protected(kind, at, words, text, known))
        ] + shapes(text)


def protected(kind: str, at: int, words: list[tuple[int, int, str]], text: str, known: Safe) -> bool:
    if kind == EPONYM:
        return eponym(at, words, text, known)
    start, end, _ = words[at]
    if not text[start].isupper():
        return True
    before = max(0, start - BACK)
    return not (TITLE.search(text, before, start) or NAMING.search(text, before, start) or BEHIND.match(text, end))


@lru_cache(maxsize=KEPT)
def kind_of(low: str) -> str:
    """What a word is to be asked: nothing where it needs no protection, or is PLAIN and has it in any case."""
    known = safe()
    if low.isdigit():
        return ""
    if low in known.eponyms or (("-" in low or "/" in low) and set(re.split("[-/]", low)) <= known.eponyms):
        return EPONYM
    if not (known.medical(low) or ("-" in low and all(map(known.medical, low.split("-"))))):
        return ""
    return NAME if low in called() else PLAIN


def eponym(at: int, words: list[tuple[int, int, str]], text: str, known: Safe) -> bool:
    """Safe before a head noun; alone only when it is no common surname and nothing around it speaks of a person."""
    start, end, low = words[at]
    if TITLE.search(text, max(0, start - BACK), start):
        return False
    following = words[at + 1 : at + 1 + APART]
    for _, _, word in following:
        if word in known.heads:
            return True
        if len(word) > 1 and word not in known.eponyms:
            break
    if any(word in known.heads for _, _, word in words[max(0, at - 2) : at]) and OF.search(
        text, max(0, start - 5), start
    ):
        return True
    if TOLD.search(text, max(0, start - BACK), start) and not BEHIND.match(text, end):
        return True
    if low in known.needs_head:
        return False
    if NAMING.search(text, max(0, start - BACK), start) or BEHIND.match(text, end):
        return False
    beside = words[at - 1][2] if at and words[at - 1][1] + 1 == start else ""
    near = bool(following) and text[end : following[0][0]] in (" ", ", ", "\n") and text[following[0][0]].isupper()
    after = following[0][2] if near else ""
    return not any(w in called() and w not in known.eponyms for w in (beside, after) if w)


@lru_cache(maxsize=1)
def called() -> frozenset[str]:
    return names("first", "en") | names("first", "es") | lists()["particles"]
