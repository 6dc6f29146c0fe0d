"""One report read once: its parts, lines, and where every field's words and every other cue stand."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from nlp.pathology.breast import numbers
from nlp.pathology.breast.knowledge import Hit, Spec, found, others, polarity, specs
from nlp.pathology.breast.parts import Taken, take_apart
from nlp.text.assertion import Asserter, Assertion
from nlp.text.sentences import sentences

WORD = re.compile(r"[A-Za-z]+|\d+(?:\.\d+)?|[^\w\s]")
RULES = re.compile(r"[|=_*~+.-]{4,}")


def cleaned(text: str) -> str:
    """Of the same length: rows of dots and rules are blanks, so that what stands beyond them is near."""
    return RULES.sub(lambda match: " " * len(match[0]), text.replace("\u00a0", " "))


@dataclass(frozen=True)
class Reading:
    text: str
    taken: Taken
    sentences: Sequence[tuple[int, int]]

    @staticmethod
    def of(text: str) -> "Reading":
        clean = cleaned(text)
        return Reading(clean, take_apart(clean), sentences(clean, "en"))

    @cached_property
    def anchors(self) -> dict[str, list[Hit]]:
        return {name: found(iter([(name, spec.anchors)]), self.text) for name, spec in specs().items()}

    @cached_property
    def others(self) -> dict[str, list[tuple[int, int]]]:
        return {name: [match.span() for match in each.finditer(self.text)] for name, each in others().items()}

    @cached_property
    def polar(self) -> list[Hit]:
        return found(iter(polarity().items()), self.text)

    @cached_property
    def words(self) -> tuple[list[int], list[str]]:
        """Where each word begins, and the words, small; numbers are all alike but for 0 to 3."""
        matches = list(WORD.finditer(self.text))
        return [match.start() for match in matches], [_masked(match[0]) for match in matches]

    @cached_property
    def _marks(self) -> list[tuple[int, str]]:
        return sorted((start, name) for name, hits in self.anchors.items() for start, _, _ in hits)

    @cached_property
    def _places(self) -> list[int]:
        return [start for start, _ in self._marks]

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _ in self.sentences]

    @cached_property
    def _asserted(self) -> dict[tuple[int, int], Assertion]:
        return {}

    def hits(self, spec: Spec) -> list[tuple[int, int, str, str]]:
        """Start, end, value and how it is said, of a field."""
        own = [(*hit, "own") for hit in found(iter(spec.hits), self.text)]
        if spec.kind == "number":
            return self._numbers(spec.name)
        back = {spoken: value for value, spoken in spec.polarity.items()}
        spoken = [(start, end, back[name], "said") for start, end, name in self.polar if name in back]
        clear = [hit for hit in spoken if not any(hit[0] < end and start < hit[1] for start, end, _, _ in own)]
        return sorted(own + clear)

    def _numbers(self, name: str) -> list[tuple[int, int, str, str]]:
        if name == "nodes":
            return sorted(set(numbers.nodes(self.text)))
        if name == "stage":
            return list(numbers.stages(self.text))
        found = numbers.sizes(self.text) if name == "size_mm" else numbers.percents(self.text)
        return [(start, end, value, "%" if "%" in self.text[start:end] else "number") for start, end, value in found]

    def polar_within(self, start: int, end: int) -> list[Hit]:
        return self.polar[bisect_left(self._polar_starts, start) : bisect_left(self._polar_starts, end)]

    @cached_property
    def _polar_starts(self) -> list[int]:
        return [start for start, _, _ in self.polar]

    def crossed(self, start: int, end: int, own: str) -> int:
        """Names of other fields between two places."""
        first, last = bisect_left(self._places, start), bisect_left(self._places, end)
        return sum(name != own for _, name in self._marks[first:last])

    def sentence(self, place: int) -> tuple[int, int]:
        at = bisect_right(self._starts, place) - 1
        return self.sentences[at] if at >= 0 else (0, len(self.text))

    def asserted(self, start: int, end: int) -> Assertion:
        if (start, end) not in self._asserted:
            (self._asserted[start, end],) = Asserter("en").assertions(self.text, [(start, end)])
        return self._asserted[start, end]


def _masked(word: str) -> str:
    if word[0].isdigit():
        return word if word in "0123" else "<n>"
    return word.lower()
