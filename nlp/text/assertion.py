"""What a note says of each mention: present, negated, hypothetical, historical, another person's, allergy, planned."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from functools import lru_cache

from nlp.text.cues import Cues, Event
from nlp.text.lexicon import has
from nlp.text.people import parts
from nlp.text.place import Found, Place
from nlp.text.scope import look
from nlp.text.sections import Section, sections
from nlp.text.sentences import BULLET, sentences

READ = 64  # texts that are kept taken apart: several ask for their mentions, one after the other
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

    def assertions(self, text: str, spans: Sequence[tuple[int, int]]) -> list[Assertion]:
        """One for each span, in their order."""
        if not spans:
            return []
        reader = copy(_reader(text, self.language))  # where it stands in the text is its own
        found: list[Assertion] = [PRESENT] * len(spans)
        for at in sorted(range(len(spans)), key=lambda at: spans[at]):
            found[at] = reader.read(*spans[at])
        return found


@lru_cache(maxsize=READ)
def _reader(text: str, language: str) -> "_Reader":
    return _Reader(text, _cues(language), language)


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
        self.parts = parts(text)
        labels = [part.label for part in self.parts if part.own]
        self.events = [e for e in cues.events(self.lower, text) if not any(a <= e.start < b for a, b in labels)]
        self.places = [event.start for event in self.events]
        self.sections = sections(text, language)
        self.section_starts = [section.start for section in self.sections]
        self._heads: dict[int, int] = {}
        self._ends: dict[int, int] = {}
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
        another = next((part.label for part in self.parts if not part.own and part.label[1] <= start < part.end), None)
        carried = self._carried(at)
        if carried is not None and not found.cues:
            found.cues[carried[0]] = carried[1]
        judged = self._judge(found, start, end)
        return Assertion("other_person", judged.uncertain, another) if another and judged.kind != "negated" else judged

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

    def _head(self, at: int) -> int:
        """The line over a list, of one of its items."""
        passed = []
        while at and at not in self._heads and BULLET.match(self.text, self.sentences[at][0]):
            passed.append(at)
            at -= 1
        head = self._heads.get(at, at)
        self._heads.update(dict.fromkeys(passed, head))
        return head

    def _carried(self, at: int) -> tuple[str, Event] | None:
        """What the line over a bulleted list says of all of it: "Denies:"."""
        if not BULLET.match(self.text, self.sentences[at][0]):
            return None
        begin, finish = self.sentences[self._head(at)]
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
            if kind == "historical" and (found.ongoing or found.diagnosed or has("chronic", words)):
                continue
            if kind == "planned" and has("disease", words):
                continue
            if kind == "allergy" and (has("chronic", words) or has("disease", words)):
                continue
            return kind
        return "present"

    def _by_section(self, words: str, start: int) -> str:
        section = self.sections[bisect_right(self.section_starts, start) - 1]
        kind = BY_SECTION.get(section.name, "")
        if kind == "historical" and section.name == "past_history" and has("chronic", words):
            return ""
        if kind == "planned" and not has("procedure", words):
            return ""
        if kind in {"other_person", "allergy", "historical"} and start >= self._matter_end(section):
            return ""
        return kind

    def _matter_end(self, section: Section) -> int:
        """Where a heading's matter ends: at a blank line, or with its own line where that says something."""
        if section.start in self._ends:
            return self._ends[section.start]
        text = self.text
        first = section.end - len(text[section.body : section.end].lstrip())
        blank = PARAGRAPH.search(text, first, section.end)
        end = blank.start() if blank else section.end
        if "\n" not in text[section.body : first]:
            lines = (match.end() for match in LINE.finditer(text, first, end))
            end = next((line for line in lines if not BULLET.match(text, line) and not self._within(line)), end)
        self._ends[section.start] = end
        return end

    def _within(self, at: int) -> bool:
        """In the middle of a sentence."""
        place = bisect_right(self.starts, at) - 1
        return place >= 0 and self.starts[place] < at < self.sentences[place][1]


def small(text: str) -> str:
    """In small letters, of the same length."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
