"""What a note says of each mention: present, negated, hypothetical, historical, another person's, allergy, planned."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from nlp.text.cues import Cues, Event
from nlp.text.data_files import load
from nlp.text.place import Found, Place
from nlp.text.scope import look
from nlp.text.sections import Section, sections
from nlp.text.sentences import BULLET, sentences

KINDS = ("present", "negated", "hypothetical", "historical", "other_person", "allergy", "planned")
BY_SECTION = {
    "family_history": "other_person",
    "allergies": "allergy",
    "past_history": "historical",
    "surgical_history": "historical",
    "plan": "planned",
    "return_precautions": "hypothetical",
}
PRECEDENCE = ("negated", "other_person", "allergy", "hypothetical", "planned", "historical")
LINE = re.compile(r"\r?\n[ \t]*")
PARAGRAPH = re.compile(r"\n[ \t\r]*\n")


@dataclass(frozen=True, slots=True)
class Assertion:
    """`uncertain`: the words of doubt, or nothing. `cue`: where it is said; null where nowhere, or by a heading."""

    kind: str
    uncertain: str = ""
    cue: tuple[int, int] | None = None


PRESENT = Assertion("present")


class Asserter:
    """For notes in English (en) or Spanish (es); any other language is looked at with the words of both."""

    def __init__(self, language: str = "") -> None:
        self.language = language if language in ("en", "es") else ""
        self._cues = _cues(self.language)

    def assertions(self, text: str, spans: Sequence[tuple[int, int]]) -> list[Assertion]:
        """One for each span, in their order."""
        if not spans:
            return []
        reader = _Reader(text, self._cues, self.language)
        found: list[Assertion] = [PRESENT] * len(spans)
        for at in sorted(range(len(spans)), key=lambda at: spans[at]):
            found[at] = reader.read(*spans[at])
        return found


@lru_cache(maxsize=3)
def _cues(language: str) -> Cues:
    return Cues(language)


class _Reader:
    """One text, taken apart once; asked for one mention after the other."""

    def __init__(self, text: str, cues: Cues, language: str) -> None:
        self.text = text
        self.lower = small(text)
        self._cues = cues
        self.sentences = sentences(text, language)
        self.starts = [start for start, _ in self.sentences]
        self.events = cues.events(self.lower, text)
        self.places = [event.start for event in self.events]
        self.sections = sections(text, language)
        self.section_starts = [section.start for section in self.sections]
        self._sentence = -1
        self._events: list[Event] = []
        self._event_starts: list[int] = []

    def read(self, start: int, end: int) -> Assertion:
        at = max(0, bisect_right(self.starts, start) - 1)
        if at != self._sentence:
            self._enter(at)
        if not self.sentences:
            return PRESENT
        begin, finish = self.sentences[at]
        left = bisect_left(self._event_starts, start)
        if left < len(self._events) and self._events[left].start == start and self._events[left].end < end:
            left += 1  # a cue that the mention itself begins with
        if left and self._events[left - 1].start < start < self._events[left - 1].end:
            self._events[left - 1] = self._cut(self._events[left - 1], start)
        right = bisect_left(self._event_starts, end, left)
        place = Place(
            self.lower,
            begin,
            finish,
            max(start, self._events[left - 1].end) if left else start,
            end,
            self._events,
            left,
            right,
        )
        found = look(place)
        carried = self._carried(at)
        if carried is not None and not found.cues:
            found.cues[carried[0]] = carried[1]
        return self._judge(found, start, end)

    def _cut(self, event: Event, start: int) -> Event:
        """What is left of a cue whose last words belong to a mention: "no" of "no complications"."""
        words = self.lower[event.start : start].rstrip()
        return Event(event.start, event.start + len(words), self._cues.cue(words))

    def _enter(self, at: int) -> None:
        self._sentence = at
        if not self.sentences:
            return
        begin, finish = self.sentences[at]
        first, last = bisect_left(self.places, begin), bisect_left(self.places, finish)
        self._events = self.events[first:last]
        self._event_starts = self.places[first:last]

    def _carried(self, at: int) -> tuple[str, Event] | None:
        """What the line over a bulleted list says of all of it: "Denies:"."""
        if not BULLET.match(self.text, self.sentences[at][0]):
            return None
        while at and BULLET.match(self.text, self.sentences[at][0]):
            at -= 1
        begin, finish = self.sentences[at]
        if self.text[finish - 1] != ":":
            return None
        first, last = bisect_left(self.places, begin), bisect_left(self.places, finish)
        for event in reversed(self.events[first:last]):
            if event.cue.before and finish - event.end < 12:
                return event.cue.before[0][0], event
        return None

    def _judge(self, found: Found, start: int, end: int) -> Assertion:
        cues = found.cues
        words = self.lower[start:end]
        said = self._kind(found, words)
        doubt = cues.get("uncertain")
        label = doubt.cue.label if doubt and said != "negated" else ""
        event = cues.get(said)
        if event is None and said == "present":
            event = doubt
        if said in {"present", "historical"}:
            by_section = self._by_section(words, start)
            if by_section and not (by_section == "historical" and (found.ongoing or found.diagnosed)):
                return Assertion(by_section, label, (event.start, event.end) if event else None)
        return Assertion(said, label, (event.start, event.end) if event else None)

    def _kind(self, found: Found, words: str) -> str:
        cues = found.cues
        for kind in PRECEDENCE:
            if kind not in cues:
                continue
            if kind == "negated" and "hypothetical" in cues and cues["hypothetical"].start < cues["negated"].start:
                continue
            if kind == "historical" and (found.ongoing or found.diagnosed or _has("chronic", words)):
                continue
            if kind == "planned" and _has("disease", words):
                continue
            if kind == "allergy" and (_has("chronic", words) or _has("disease", words)):
                continue
            return kind
        return "present"

    def _by_section(self, words: str, start: int) -> str:
        section = self.sections[bisect_right(self.section_starts, start) - 1]
        kind = BY_SECTION.get(section.name, "")
        if kind == "historical" and section.name == "past_history" and _has("chronic", words):
            return ""
        if kind == "planned" and not _has("procedure", words):
            return ""
        if kind in {"other_person", "allergy", "historical"} and self._left_behind(section, start):
            return ""
        return kind

    def _left_behind(self, section: Section, start: int) -> bool:
        """Whether a heading's matter ended before the mention: at a blank line, or with the heading's own line."""
        text = self.text
        first = start - len(text[section.body : start].lstrip())
        if PARAGRAPH.search(text, first, start):
            return True
        if "\n" in text[section.body : first]:
            return False
        ends = (match.end() for match in LINE.finditer(text, first, start))
        return any(not BULLET.match(text, end) and not self._within(end) for end in ends)

    def _within(self, at: int) -> bool:
        """In the middle of a sentence."""
        place = bisect_right(self.starts, at) - 1
        return place >= 0 and self.starts[place] < at < self.sentences[place][1]


@lru_cache(maxsize=100_000)
def _has(kind: str, words: str) -> bool:
    return bool(_parts(kind).search(words))


@lru_cache(maxsize=3)
def _parts(kind: str) -> re.Pattern[str]:
    parts = load("chronic")[kind]
    ends = r"s?\b" if kind == "disease" else ""
    return re.compile(
        "|".join((r"\b" + re.escape(part) if len(part) < 5 and not ends else re.escape(part)) + ends for part in parts)
    )


def small(text: str) -> str:
    """In small letters, of the same length."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
