"""The words of an event as patterns, and the stems of a note's words."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from contract.errors import ConfigError
from nlp.adverse.events.event import Event

WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
GAP = r"(?:[^\w.;!?\n]{1,3}\w+){0,4}?[^\w.;!?\n]{1,3}"  # up to four words of one sentence
STEM = 6  # letters of a stem: infection and infected are the same
PLAIN = frozenset({"of", "the", "a", "in", "on", "at", "to", "by", "and", "or", "de", "la", "el", "en", "new", "any"})


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of a note that name the event, or a sign of it. `group`: name, own (of its own name), sign, against."""

    start: int
    end: int
    group: str


class Terms:
    """Finds what an event's file names, and the words of its name where they stand in one sentence."""

    def __init__(self, event: Event) -> None:
        self._groups = {
            group: pattern(said)
            for group, said in (
                ("unlike", event.unlike),
                ("name", event.words),
                ("sign", event.signs),
                ("against", event.against),
            )
            if said
        }
        self._own = frozenset(stem(word) for word in event.name.split("_") if word not in PLAIN and len(word) > 1)

    def mentions(self, lower: str, sentences: Sequence[tuple[int, int]]) -> list[Mention]:
        """In order; a sign within a name is left out, and what only looks like it. `lower`: in small letters."""
        found: list[Mention] = []
        for group, known in self._groups.items():
            for match in known.finditer(lower):
                start, end = match.span()
                if not any(each.start < end and start < each.end for each in found):
                    found.append(Mention(start, end, group))
        for own, start, end in self._named(lower, sentences):
            if not any(start <= one.start < end and one.group in ("name", "unlike") for one in found):
                over = [one for one in found if one.start < own.end and own.start < one.end]
                found = [one for one in found if one not in over] + [own]
        return sorted((one for one in found if one.group != "unlike"), key=lambda one: one.start)

    def _named(self, lower: str, sentences: Sequence[tuple[int, int]]) -> Iterator[tuple[Mention, int, int]]:
        """With its sentence the rightmost of the words of the event's name, where all stand in a sentence."""
        if not self._own:
            return
        for start, end in sentences:
            if not any(own in lower[start : min(end, start + 4000)] for own in self._own):
                continue
            places = {stem(m.group()): m.span() for m in WORD.finditer(lower, start, min(end, start + 4000))}
            if self._own <= set(places):
                first, last = max(places[own] for own in self._own)
                yield Mention(first, last, "own"), start, end


def pattern(written: Iterable[str]) -> re.Pattern[str]:
    """(a|b) is either, also one in another; `*` ends a word in any way, `?` is any letter, `..` up to four words."""
    phrases = sorted({" ".join(each.lower().split()) for each in written}, key=lambda one: (-len(one), one))
    try:
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(_one, phrases))})(?!\w)")
    except re.error as error:
        raise ConfigError(f"words with brackets that do not match: {error}; expected such as (a|b) c*.") from error


def _one(phrase: str) -> str:
    made = re.escape(phrase).replace(r"\ \.\.\ ", GAP)
    for sign, means in (
        (r"\(", "(?:"),
        (r"\)", ")"),
        (r"\|", "|"),
        (r"\*", r"\w*"),
        (r"\?", r"\w"),
        ("|)\\ ", r"|)\s{0,9}"),
    ):
        made = made.replace(sign, means)
    return made.replace(r"\ ", r"\s{1,9}")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Roughly: without plural, then the first six letters."""
    short = word.removesuffix("'s")
    if len(short) > 4 and short.endswith("s") and not short.endswith("ss"):
        short = short[:-1]
    return short[:STEM]
