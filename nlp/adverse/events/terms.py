"""The words of an event as patterns, and the stems of a note's words."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nlp.adverse.events.event import Event
from nlp.text.data_files import phrases

WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
GAP = r"(?:[^\w.;!?\n]{1,3}\w+){0,4}?[^\w.;!?\n]{1,3}"  # up to four words of one sentence
STEM = 6  # letters of a stem: infection and infected are the same
PLAIN = frozenset({"of", "the", "a", "in", "on", "at", "to", "by", "and", "or", "de", "la", "el", "en", "new", "any"})


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of a note that name the event, or a sign of it. `group`: name, sign or own (of the event's own name)."""

    start: int
    end: int
    group: str


class Terms:
    """Finds what an event's file names, and the words of its name where they stand in one sentence."""

    def __init__(self, event: Event) -> None:
        self._groups = {group: pattern(said) for group, said in (("name", event.words), ("sign", event.signs)) if said}
        self._own = frozenset(stem(word) for word in event.name.split("_") if word not in PLAIN and len(word) > 1)

    def mentions(self, lower: str, sentences: Sequence[tuple[int, int]]) -> list[Mention]:
        """In order; a sign within a name is left out. `lower`: the text in small letters, of the same length."""
        found: list[Mention] = []
        for group, known in self._groups.items():
            for match in known.finditer(lower):
                start, end = match.span()
                if not any(each.start < end and start < each.end for each in found):
                    found.append(Mention(start, end, group))
        for own in self._named(lower, sentences):
            over = [one for one in found if one.start < own.end and own.start < one.end]
            if not any(one.group == "name" for one in over):
                found = [one for one in found if one not in over] + [own]
        return sorted(found, key=lambda one: one.start)

    def _named(self, lower: str, sentences: Sequence[tuple[int, int]]) -> Iterator[Mention]:
        """The rightmost of the words of the event's name, where all stand in a sentence."""
        if not self._own:
            return
        for start, end in sentences:
            if not any(own in lower[start : min(end, start + 4000)] for own in self._own):
                continue
            places = {stem(m.group()): m.span() for m in WORD.finditer(lower, start, min(end, start + 4000))}
            if self._own <= set(places):
                first, last = max(places[own] for own in self._own)
                yield Mention(first, last, "own")


def pattern(written: Iterable[str]) -> re.Pattern[str]:
    """(a|b) is either, `*` ends a word in any way, `..` is up to four words between."""
    whole = sorted({phrase.lower() for each in written for phrase in phrases(each)}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(_one, whole))})(?!\w)")


def _one(phrase: str) -> str:
    made = re.escape(phrase).replace(r"\ \.\.\ ", GAP)
    return made.replace(r"\*", r"\w*").replace(r"\ ", r"\s{1,9}")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Roughly: without plural, then the first six letters."""
    short = word.removesuffix("'s")
    if len(short) > 4 and short.endswith("s") and not short.endswith("ss"):
        short = short[:-1]
    return short[:STEM]
