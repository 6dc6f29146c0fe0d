"""Reports that somebody wrote, with one error planted word by word, or said in other words: bench/gaming_edits.yaml."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from bench.gaming_cases import KINDS, Case
from bench.gaming_grammar import frozen

EDITS = Path(__file__).with_name("gaming_edits.yaml")
FROZEN = "8666d4493e1c3cc887b9693dd66eb97a055facac8af71aac1cf370038e6cc42d"
STOP = re.compile(r"(?<=[.!?])\s+|\n+")


@cache
def edits() -> dict[str, Any]:
    return frozen(EDITS, FROZEN)


@dataclass(frozen=True, slots=True)
class Spoiler:
    """The texts that errors are planted in, and abnormal sentences to insert: (thing, sentence)."""

    texts: Sequence[str]
    abnormal: Sequence[tuple[int, str]]

    def planted(self, many: int, seed: int) -> Iterator[Case]:
        """At most `many`, one kind after the other; a text that has no room for its kind is passed over."""
        rng = Random(f"texts/{seed}")
        for at, text in enumerate(rng.sample(list(self.texts), min(many, len(self.texts)))):
            kind = KINDS[at % len(KINDS)]
            if (draft := self.spoiled(text, kind, rng)) is not None:
                yield Case(text, draft, kind, frozenset({kind}) | ALSO.get(kind, frozenset()))

    def sides_swapped(self, rng: Random) -> Iterator[Case]:
        """Every text that names a side of something."""
        for text in self.texts:
            if (draft := _edited(text, _sided, rng)) is not None:
                yield Case(text, draft, "side", frozenset({"side"}))

    def same(self, many: int, seed: int) -> Iterator[Case]:
        rng = Random(f"reworded/{seed}")
        for text in rng.sample(list(self.texts), min(many, len(self.texts))):
            yield Case(text, reworded(text, rng))

    def spoiled(self, text: str, kind: str, rng: Random) -> str | None:
        if kind == "invented":
            return self._invented(text, rng)
        if kind == "dropped":
            return _dropped(text, rng)
        if kind == "device":
            return _removed(text)
        return _edited(text, WAYS[kind], rng)

    def _invented(self, text: str, rng: Random) -> str | None:
        for _ in range(20):
            thing, sentence = rng.choice(self.abnormal)
            if not _named(thing).search(text) and not _near(thing).search(text):
                return _ended(text) + " " + sentence
        return None


ALSO = {"invented": frozenset({"negation"})}
"""A sentence of another report may state what this one denies in general words."""


def spoiler(texts: Sequence[str]) -> Spoiler:
    known = range(len(edits()["things"]))
    abnormal = [
        (thing, sentence)
        for text in texts
        for sentence in STOP.split(text)
        for thing in known
        if _states(sentence, thing)
    ]
    return Spoiler(texts, abnormal)


def reworded(text: str, rng: Random) -> str:
    """Sentences of each part in another order, some words said otherwise."""
    lines = []
    for line in text.split("\n"):
        sentences = re.split(r"(?<=[.!?])\s+(?=[A-Z])", line)
        if not re.match(r"\s*\d|.*:", line):
            rng.shuffle(sentences)
        lines.append(" ".join(map(_ended, sentences)))
    text = "\n".join(lines)
    for one, other in rng.sample(edits()["same"], len(edits()["same"]) // 2):
        match = _words([one]).search(text)
        if match:
            text = text[: match.start()] + _cased(match.group(), other) + text[match.end() :]
    return text


def _edited(text: str, way: Callable[[str], str | None], rng: Random) -> str | None:
    """One sentence of it changed; each sentence that is the same changes too."""
    sentences = [each for each in STOP.split(text) if each]
    rng.shuffle(sentences)
    for sentence in sentences:
        if not _words(edits()["silent"]).search(sentence) and (changed := way(sentence)) is not None:
            return text.replace(sentence, changed)
    return None


def _undenied(sentence: str) -> str | None:
    if _words(edits()["not_deny"]).search(sentence) or not _any_thing().search(sentence):
        return None
    match = _words(edits()["deny"]).search(sentence)
    if match is None or not _any_thing().search(sentence, match.end()):
        return None
    rest = sentence[: match.start()] + sentence[match.end() :].lstrip()
    return rest[0].upper() + rest[1:]


def _sided(sentence: str) -> str | None:
    """All sides of the sentence."""
    if _words(edits()["not_sided"]).search(sentence) or not _words(edits()["anatomy"]).search(sentence):
        return None
    pairs = edits()["sides"]
    there = {**pairs, **{right: left for left, right in pairs.items()}}
    changed = _words(list(there)).sub(lambda match: _cased(match.group(), there[match.group().lower()]), sentence)
    both = {side for side in ("left", "right") if side in sentence.lower()}
    return (
        None
        if changed == sentence
        or (len(both) > 1 and re.search(r"left (and|or) right|right (and|or) left", sentence.lower()))
        else changed
    )


def _graded(sentence: str) -> str | None:
    if not any(_states(sentence, thing) for thing in range(len(edits()["things"]))):
        return None
    grades = edits()["grades"]
    match = _words(list(grades)).search(sentence)
    if match is None:
        return None
    return sentence[: match.start()] + _cased(match.group(), grades[match.group().lower()]) + sentence[match.end() :]


WAYS = {"negation": _undenied, "side": _sided, "severity": _graded}


def _removed(text: str) -> str | None:
    """One of its devices is gone, wherever it is spoken of."""
    sentences = [each for each in STOP.split(text) if each]
    for device in edits()["devices"]:
        named = [each for each in sentences if _words(device).search(each)]
        if named and not any(
            _words([*edits()["deny"], *edits()["silent"], "removed", "removal"]).search(each) for each in named
        ):
            gone = str(edits()["removed"]).format(device=device[0])
            rest = [_ended(each) for each in sentences if each not in named]
            return " ".join([*rest, gone])
    return None


def _dropped(text: str, rng: Random) -> str | None:
    """Without every sentence that speaks of one thing that is stated."""
    sentences = [each for each in STOP.split(text) if each]
    things = [thing for thing in range(len(edits()["things"])) if any(_states(each, thing) for each in sentences)]
    if not things:
        return None
    thing = rng.choice(things)
    rest = " ".join(_ended(each) for each in sentences if not _named(thing).search(each))
    return None if _near(thing).search(rest) else rest


def _ended(sentence: str) -> str:
    """A stop that is missing would join it to the next."""
    return sentence if sentence.rstrip().endswith((".", "!", "?", ":")) else sentence.rstrip() + "."


def _states(sentence: str, thing: int) -> bool:
    """Names it, and denies and doubts nothing."""
    words = edits()
    no = [*words["deny"], *words["hedge"], *words["silent"], "not", "nor", "normal", "negative"]
    return bool(_named(thing).search(sentence)) and not _words(no).search(sentence)


@cache
def _named(thing: int) -> re.Pattern[str]:
    return _words(edits()["things"][thing]["words"])


@cache
def _near(thing: int) -> re.Pattern[str]:
    return _words(edits()["things"][thing]["near"])


@cache
def _any_thing() -> re.Pattern[str]:
    return _words([word for thing in edits()["things"] for word in thing["words"]])


def _words(words: Sequence[str]) -> re.Pattern[str]:
    return _compiled(tuple(words))


@cache
def _compiled(words: tuple[str, ...]) -> re.Pattern[str]:
    every = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{every})(?![\w-])", re.I)


def _cased(old: str, new: str) -> str:
    return new[0].upper() + new[1:] if old[0].isupper() and new[0].islower() else new
