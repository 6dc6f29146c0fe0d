"""Reads a template: `{slot}` is filled and may be gold, `[[a||b]]` is a choice, `«Foley»` a decoy, the rest text."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

CHOICE = re.compile(r"\[\[((?:(?!\[\[|\]\]).)*)\]\]", re.DOTALL)
PIECE = re.compile(r"\{([^{}]+)\}|«([^»]+)»", re.DOTALL)
DECOY = "decoy"


@dataclass(frozen=True)
class Piece:
    """`label` is one of nlp.deid.labels, `decoy`, or nothing."""

    text: str
    label: str = ""


@dataclass(frozen=True)
class Filled:
    text: str
    spans: list[tuple[int, int, str]]
    decoys: list[tuple[int, int, str]]


def choose(text: str, rng: Random) -> str:
    """Alternatives decided, innermost first."""
    while found := CHOICE.search(text):
        text = text[: found.start()] + rng.choice(found[1].split("||")) + text[found.end() :]
    return text


def pieces(text: str, slot: Callable[[str], Piece]) -> Iterator[Piece]:
    at = 0
    for found in PIECE.finditer(text):
        yield Piece(text[at : found.start()])
        yield slot(found[1]) if found[1] else Piece(found[2], DECOY)
        at = found.end()
    yield Piece(text[at:])


def fill(text: str, slot: Callable[[str], Piece], rng: Random, case: str = "") -> Filled:
    """Gold offsets are made while the text is put together, so they are exact by construction."""
    turn = {"upper": str.upper, "lower": str.lower}.get(case, str)
    made, spans, decoys = "", [], []
    for piece in pieces(choose(text, rng), slot):
        start, made = len(made), made + turn(piece.text)
        if piece.label == DECOY:
            decoys.append((start, len(made), made[start:]))
        elif piece.label:
            spans.append((start, len(made), piece.label))
    return Filled(made, spans, decoys)


def wrapped(text: str, width: int) -> str:
    """Lines broken at blanks, as a printer or an old interface does; as long as before, so offsets hold."""
    letters, last_blank, begin = list(text), -1, 0
    for at, letter in enumerate(letters):
        if letter == "\n":
            begin, last_blank = at + 1, -1
        elif letter == " ":
            last_blank = at
        if at - begin >= width and last_blank > begin:
            letters[last_blank], begin, last_blank = "\n", last_blank + 1, -1
    return "".join(letters)
