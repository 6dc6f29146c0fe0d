"""Sentences of two reports that are the same but for a side, a grade, a position or a "no", whatever they speak of.

A second look beside what the labeller reads: it sees the side of a thing that is no finding, and no paraphrase is
the same but for such a word.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from imaging.judging.heard import BOTH, Place, plain
from imaging.labeller.headings import stated
from imaging.labeller.knowledge import load, spelled
from nlp.text.data_files import trie
from nlp.text.sentences import sentences

MARK = "\0"
PAIR = re.compile(rf"{MARK}\w+ (?:and|or) {MARK}\w+")
SMALL = re.compile(r"[,;:]|\b(?:an?|the|there|is|are|was|were|with|of|positive for|evidence)\b")
WORDS = re.compile(r"[\w/-]+|[,;:]")  # "on the left, and right effusion" is no pair
Values = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Differing:
    """`said` in the draft and `expected` by the reference; the sentences as places in both."""

    kind: Literal["side", "severity", "device", "negation", "dropped"]
    said: str
    expected: str
    draft: Place
    reference: Place


def differing(reference: str, draft: str) -> Iterator[Differing]:
    """One a pair of sentences and kind; sentences that stand in both reports are compared with none."""
    first, second = _sentences(reference), _sentences(draft)
    wanted, given = _alone(first, second), _alone(second, first)
    if wanted and given:
        for kind in ("side", "severity", "device"):
            yield from _valued(kind, _shapes(reference, wanted, kind), _shapes(draft, given, kind))
        yield from _denied(_shapes(reference, wanted, "no"), _shapes(draft, given, "no"))


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a sentence says in the places of its marks, and where it lies."""

    values: Values
    place: Place


def _valued(
    kind: Literal["side", "severity", "device"], wanted: Mapping[str, list[_Shape]], given: Mapping[str, list[_Shape]]
) -> Iterator[Differing]:
    for shape in wanted.keys() & given.keys():
        here, there = given[shape], wanted[shape]
        said, expected = {each.values for each in here}, {each.values for each in there}
        if said != expected and (kind != "side" or _sides(said) != _sides(expected)):
            yield Differing(kind, _told(said), _told(expected), here[0].place, there[0].place)


def _denied(wanted: Mapping[str, list[_Shape]], given: Mapping[str, list[_Shape]]) -> Iterator[Differing]:
    for shape in wanted.keys() & given.keys():
        here, there = given[shape][0], wanted[shape][0]
        if len(here.values) < len(there.values):
            yield Differing("negation", "stated", "denied", here.place, there.place)
        elif len(here.values) > len(there.values):
            yield Differing("dropped", "denied", "stated", here.place, there.place)


def _sides(said: Iterable[Values]) -> object:
    """Left and right effusions are bilateral ones; within a sentence of several places each counts for itself."""
    values = set(said)
    if all(len(each) == 1 for each in values):
        return frozenset(side for each in values for side in (BOTH if each[0] == "both" else each))
    return values


def _told(said: Iterable[Values]) -> str:
    return "; ".join(sorted(", ".join(each) for each in said))


def _alone(one: Mapping[str, list[Place]], other: Mapping[str, list[Place]]) -> list[Place]:
    """Sentences that the other report has not, or not as often."""
    return [place for words, places in one.items() for place in places[len(other.get(words, ())) :]]


def _sentences(text: str) -> dict[str, list[Place]]:
    """Words of each sentence to its places."""
    found: dict[str, list[Place]] = defaultdict(list)
    for begin, finish in stated(text):
        for start, end in sentences(text[begin:finish]):
            place = (begin + start, begin + end)
            found[_plain(text, place)].append(place)
    return found


def _plain(text: str, place: Place) -> str:
    return " ".join(WORDS.findall(text[slice(*place)].lower()))


def _shapes(text: str, places: Iterable[Place], kind: str) -> dict[str, list[_Shape]]:
    """Sentences with marks in place of the words of that kind. Only of "no" a sentence may have none."""
    found: dict[str, list[_Shape]] = defaultdict(list)
    pattern, words = _words(kind)
    for place in places:
        values: list[str] = []
        lower = _plain(text, place)
        if kind == "no":
            values = pattern.findall(lower)
            shape = " ".join(SMALL.sub(" ", pattern.sub(" ", lower)).split())
        else:
            marked = pattern.sub(lambda match: MARK + words[match.group()], lower)
            marked = PAIR.sub(lambda match: _paired(match.group()), marked)
            values = [word[1:] for word in marked.split() if word.startswith(MARK)]
            shape = " ".join(MARK if word.startswith(MARK) else word for word in marked.split())
        if shape and (values or kind == "no"):
            found[shape].append(_Shape(tuple(values), place))
    return found


def _paired(words: str) -> str:
    """ "left and right" is "bilateral"; two of the same stay as they are."""
    return MARK + "both" if {word[1:] for word in words.split() if word.startswith(MARK)} == BOTH else words


@lru_cache(maxsize=4)
def _words(kind: str) -> tuple[re.Pattern[str], dict[str, str]]:
    """The pattern of a kind's words, and what each says."""
    words: dict[str, str] = {}
    if kind == "no":
        words = dict.fromkeys(spelled(load("speech")["cues"]["no.before"]), "no")
    elif kind == "side":
        words = {word: side for side, said in load("sides")["side"].items() for word in plain(said)}
    else:
        lists = load("sides")["severity"] if kind == "severity" else load("devices")["position"]
        words = {word: name for name, said in lists.items() for word in spelled(said)}
    return re.compile(rf"(?<![\w-])(?:{trie(sorted(words))})(?![\w-])"), words
