"""All words that the labeller knows, found in one pass over a sentence by one pattern."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from imaging.labeller.knowledge import findings, load, spelled, statements
from nlp.text.data_files import trie

Role = tuple[str, str]  # kind of role, and which: ("organ", "heart")


@dataclass(frozen=True, slots=True)
class Word:
    """What a phrase can be, each way by name; `denies` belongs to statements over many findings."""

    findings: tuple[str, ...] = ()
    organs: tuple[str, ...] = ()
    qualities: tuple[str, ...] = ()
    side: str = ""
    severity: str = ""
    device: str = ""
    tip: str = ""
    position: str = ""
    cues: frozenset[str] = frozenset()  # roles of speech.yaml
    denies: tuple[str, ...] = ()


@dataclass(slots=True)
class Token:
    start: int
    end: int
    word: Word


def tokens(lower: str) -> list[Token]:
    """In order, none overlapping, the longest at each place; `lower` is in small letters."""
    pattern, words = _compiled()
    found = []
    for match in pattern.finditer(lower):
        said = match.group()
        word = words.get(said) or words[" ".join(said.split())]
        found.append(Token(match.start(), match.end(), word))
    return found


@lru_cache(maxsize=1)
def _compiled() -> tuple[re.Pattern[str], dict[str, Word]]:
    roles: dict[str, set[Role]] = defaultdict(set)
    for phrase, role in _roles():
        roles[phrase].add(role)
    words = {phrase: _word(said) for phrase, said in roles.items()}
    for statement in statements():
        words |= {phrase: Word(denies=statement.denies) for phrase in statement.words}
    return re.compile(rf"(?:(?<!\w)(?<!non-)|(?=\W))(?:{trie(sorted(words))})(?!\w)"), words


def _word(roles: set[Role]) -> Word:
    def all_of(kind: str) -> tuple[str, ...]:
        return tuple(sorted(name for each, name in roles if each == kind))

    def one_of(kind: str) -> str:
        return next(iter(all_of(kind)), "")

    return Word(
        all_of("finding"),
        all_of("organ"),
        all_of("quality"),
        one_of("side"),
        one_of("severity"),
        one_of("device"),
        one_of("tip"),
        one_of("position"),
        frozenset(all_of("cue")),
    )


def _roles() -> Iterator[tuple[str, Role]]:
    for finding in findings().values():
        yield from ((phrase, ("finding", finding.name)) for phrase in finding.terms)
        yield from ((phrase, ("nothing", "")) for phrase in finding.excluded)
    devices = load("devices")
    yield from _lists("organ", load("organs"))
    yield from _lists("quality", load("qualities"))
    sides = load("sides")
    for kind in ("side", "severity"):
        yield from _lists(kind, sides[kind])
    for kind, name in (("device", "kinds"), ("position", "position"), ("tip", "tip")):
        yield from _lists(kind, devices[name])
    yield from ((phrase, ("finding", "surgical")) for phrase in spelled(devices["surgical"]))
    yield from _lists("cue", load("speech")["cues"])


def _lists(kind: str, lists: dict[str, list[str]]) -> Iterator[tuple[str, Role]]:
    for name, written in lists.items():
        yield from ((phrase, (kind, str(name))) for phrase in spelled(written))
