"""A compact notation of phrases: (a|b) one of them, [a|b] one of them or none, `;` between whole terms."""

import re
from itertools import product

from contract.errors import ConfigError

MOST = 400  # phrases out of one line
TOKENS = re.compile(r"[()\[\]|]|[^()\[\]|]+")
CLOSING = {"(": ")", "[": "]"}


def expand(notation: str, place: str, most: int = MOST) -> list[str]:
    """The phrases of one line, in order, each once. `place`: file and line, for the error."""
    found: dict[str, None] = {}
    for term in notation.split(";"):
        tokens = TOKENS.findall(term)
        phrases, end = _alternatives(tokens, 0, place, most)
        if end < len(tokens):
            raise ConfigError(f"{place}: {tokens[end]!r} closes nothing in {term.strip()!r}; remove it or open it")
        found.update(dict.fromkeys(" ".join(phrase.split()) for phrase in phrases))
    if "" in found:
        raise ConfigError(
            f"{place}: a term may be empty in {notation!r}; write at least one word outside square brackets"
        )
    if len(found) > most:
        raise ConfigError(f"{place}: {len(found)} phrases, at most {most} out of one line; split the line")
    return list(found)


def _alternatives(tokens: list[str], at: int, place: str, most: int) -> tuple[list[str], int]:
    """Alternatives up to a closing bracket or the end, and where that is."""
    found: list[str] = []
    while True:
        phrases, at = _sequence(tokens, at, place, most)
        found += phrases
        if at == len(tokens) or tokens[at] != "|":
            return found, at
        at += 1


def _sequence(tokens: list[str], at: int, place: str, most: int) -> tuple[list[str], int]:
    found = [""]
    while at < len(tokens) and tokens[at] not in ("|", ")", "]"):
        opening = tokens[at]
        if opening not in CLOSING:
            phrases, at = [opening], at + 1
        else:
            phrases, at = _alternatives(tokens, at + 1, place, most)
            if at == len(tokens) or tokens[at] != CLOSING[opening]:
                raise ConfigError(f"{place}: {opening!r} is never closed by {CLOSING[opening]!r}; close it")
            phrases, at = ([*phrases, ""] if opening == "[" else phrases), at + 1
        if len(found) * len(phrases) > most:
            raise ConfigError(f"{place}: more than {most} phrases out of one line; split the line")
        found = [before + after for before, after in product(found, phrases)]
    return found, at
