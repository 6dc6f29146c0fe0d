"""Open clinical text made fit for practice: sentences that may name somebody nobody has marked are left out."""

import re
from collections.abc import Iterable, Iterator, Set
from functools import cache

from nlp.deid.practice.insertion import DATE, MONTHS, OPENING, PATIENT, PERSON
from nlp.deid.practice.knowledge import load
from nlp.deid.practice.names import Names
from nlp.text.words import commonness

SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?!\s|$)[^.!?\n]*)*[.!?]*[ \t]*\n*|\n+")
CAPITAL = re.compile(r"(?<=[a-z,;)] )[A-Z][a-z]+\b")
FIRST = re.compile(r"^\W*([A-Z][a-z]+)\b")
COMMON = 3.5  # on the Zipf scale: words that begin sentences
PLACE = "Hospital|University|Clinic|Center|Institute|County|Street|College"
ODD = re.compile(
    rf"\bXYZ\b|\bABC\b|_{{2,}}|\b[A-Z]\w+ (?:{PLACE})\b"
    r"|\b(?:works?|worked|employed|working) (?:as|for|at|in)\b|\b(?:occupation|profession|retired|employer)\b"
    r"|\d{3}[-.]\d{4}|\bDr\.? [A-Z]\.|\b[Dd]octor [A-Z]\w+ [A-Z]|@|www",
    re.IGNORECASE,
)


@cache
def harmless() -> frozenset[str]:
    """Words of diseases, drugs and tests that are written with a capital."""
    lists = load("words")
    said = " ".join(item for topic in ("drug", "eponym", "lab", "problem", "test", "service", "insurer", "cohort")
                    for item in lists[topic])  # fmt: skip
    return frozenset(re.findall(r"[A-Z][a-z]+", said)) | frozenset(MONTHS)


def named(pools: Names) -> frozenset[str]:
    """Every name of the pools that has one word."""
    return frozenset(word for kind in ("given", "family", "cities") for pool in getattr(pools, kind) for word in pool)


def sift(texts: Iterable[str], known: Set[str]) -> Iterator[str]:
    """Texts of the sentences that name nobody, or only as `insertion` can tell and rename."""
    for text in texts:
        kept = "".join(part for part in SENTENCE.findall(text) if not _may_name(part, known))
        if len(kept) > 30:
            yield kept.strip()


def _may_name(sentence: str, known: Set[str]) -> bool:
    told = {*PERSON.findall(sentence), *PATIENT.findall(sentence)}
    rest = OPENING.sub("", DATE.sub("", sentence))
    if ODD.search(rest):
        return True
    odd = [word for word in FIRST.findall(rest) if commonness("en").get(word.lower(), 0) < COMMON]
    return any(word in known and word not in harmless() | told for word in (*CAPITAL.findall(rest), *odd))
