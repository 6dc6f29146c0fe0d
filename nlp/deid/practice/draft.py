"""A note in the making: text with the spans of what was put into it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

Mark = tuple[int, int, str]
"""start, end, label."""


@dataclass
class Draft:
    text: str = ""
    marks: list[Mark] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.text += text

    def mark(self, label: str, text: str) -> None:
        """Text that names somebody; white space at its ends is not part of the span."""
        start = len(self.text) + len(text) - len(text.lstrip())
        self.text += text
        if text.strip():
            self.marks.append((start, start + len(text.strip()), label))

    def add(self, other: "Draft") -> None:
        shift = len(self.text)
        self.text += other.text
        self.marks += [(start + shift, end + shift, label) for start, end, label in other.marks]

    def outside(self, change: Callable[[str], str], inside: Callable[[str], str]) -> "Draft":
        """The same draft, rewritten piece by piece: marks stay around what they were around."""
        done, place = Draft(), 0
        for start, end, label in sorted(self.marks):
            done.say(change(self.text[place:start]))
            done.mark(label, inside(self.text[start:end]))
            place = end
        done.say(change(self.text[place:]))
        return done


def rewrite(draft: Draft, pattern: re.Pattern[str], put: Callable[[re.Match[str], Draft], bool]) -> Draft:
    """Every match outside of marks is handed to `put`, which writes in its place or says False to leave it."""
    done, place = Draft(), 0
    taken = sorted(draft.marks)
    for found in pattern.finditer(draft.text):
        if any(start < found.end() and found.start() < end for start, end, _ in taken):
            continue
        _copy(draft, place, found.start(), done)
        if not put(found, done):
            done.say(found[0])
        place = found.end()
    _copy(draft, place, len(draft.text), done)
    return done


def _copy(draft: Draft, start: int, end: int, into: Draft) -> None:
    shift = len(into.text) - start
    into.text += draft.text[start:end]
    into.marks += [(s + shift, e + shift, label) for s, e, label in draft.marks if start <= s and e <= end]
