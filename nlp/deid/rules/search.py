"""Where the patterns of rules are tried in a text: at its words, numbers and lines, and in windows around them."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from nlp.deid.rules.rule import LONGEST, Rule, RuleSet

RUN = re.compile(r"[^\W\d_]+|\d+")
LONGEST_CODE = 40
Match = re.Match[str]


@dataclass
class Search:
    """One text, read once; `matches` may be asked for once."""

    text: str
    rules: RuleSet
    _tried: dict[str, int] = field(default_factory=dict)  # rule -> up to where its pattern was tried
    _code: int = -1  # where the last one begins
    _pivots: dict[re.Pattern[str], Sequence[tuple[int, int]]] = field(default_factory=dict)

    @cached_property
    def lower(self) -> str:
        lower = self.text.lower()
        if len(lower) == len(self.text):
            return lower
        return "".join(c.lower() if len(c.lower()) == 1 else c for c in self.text)  # a few become two characters

    @cached_property
    def runs(self) -> list[tuple[int, int]]:
        return [run.span() for run in RUN.finditer(self.lower)]

    @cached_property
    def starts(self) -> list[int]:
        return [start for start, _ in self.runs]

    @cached_property
    def lines(self) -> list[int]:
        return [0, *(end.end() for end in re.finditer("\n", self.text))]

    def matches(self) -> Iterator[tuple[Rule, Match]]:
        for rule in self.rules.scanned:
            for match in self._scanned(rule):
                yield rule, match
        words, lower = self.rules.words, self.lower
        for start, end in self.runs:
            if rules := words.get(lower[start:end]):
                for rule in rules:
                    for match in self._at(rule, start, end):
                        yield rule, match
            elif lower[start].isdecimal():
                yield from self._numbers(start, end)

    def _scanned(self, rule: Rule) -> Iterator[Match]:
        if rule.anchors and not occurs(rule.anchors, self.lower):
            return iter(())
        if rule.kind == "pivot":
            return self._pivoted(rule)
        return self._begun(rule, 0, len(self.text)) if rule.begins else rule.pattern.finditer(self.text)

    def _numbers(self, start: int, end: int) -> Iterator[tuple[Rule, Match]]:
        text, digits, figures = self.text, self.rules.digits, min(end - start, LONGEST)
        behind, before = self.lower[end : end + 1], text[start - 1 : start]
        for rule in digits.get((figures, behind)) or digits[figures, ""]:
            if rule.begins:
                for match in self._begun(rule, start - rule.back, start):
                    yield rule, match
            elif found := rule.pattern.match(text, start):
                yield rule, found
        if behind.isalpha() or before.isalnum() or before == "-":
            yield from self._coded(start, end)

    def _coded(self, start: int, end: int) -> Iterator[tuple[Rule, Match]]:
        begin = code(self.text, start, end)
        if begin > self._code:
            self._code = begin
            for rule in self.rules.codes:
                if found := rule.pattern.match(self.text, begin):
                    yield rule, found

    def _begun(self, rule: Rule, first: int, last: int) -> Iterator[Match]:
        """Matches that begin where a word or line begins, from `first` to `last`; each place is tried once."""
        starts = self.lines if rule.begins == "line" else self.starts
        begin = max(first, self._tried.get(rule.name, 0))
        for start in starts[bisect_left(starts, begin) : bisect_right(starts, last)]:
            if start >= begin and (match := rule.pattern.match(self.text, start)):
                yield match
                begin = match.end()
        self._tried[rule.name] = max(begin, last + 1)

    def _pivoted(self, rule: Rule) -> Iterator[Match]:
        done = 0
        if rule.pivot not in self._pivots:
            self._pivots[rule.pivot] = [pivot.span() for pivot in rule.pivot.finditer(self.text)]
        for start, end in self._pivots[rule.pivot]:
            if rule.begins:
                yield from self._begun(rule, start - rule.back, end)
                continue
            for match in self._window(rule, max(done, start - rule.back), end + rule.ahead):
                done = max(done, match.end())
                yield match

    def _window(self, rule: Rule, start: int, end: int) -> Iterator[Match]:
        """Matches that begin in a window; what lies behind it is seen by them all the same."""
        for found in rule.pattern.finditer(self.text, max(0, start), end):
            if whole := rule.pattern.match(self.text, found.start()):
                yield whole

    def _at(self, rule: Rule, start: int, end: int) -> Iterator[Match]:
        """Matches at an anchor that stands from start to end."""
        text = self.text
        if rule.kind == "after":
            found = rule.pattern.match(text, start)
            return iter((found,)) if found else iter(())
        if rule.exact and not (text[start].isupper() and (end - start == 1 or text[end - 1].isupper())):
            return iter(())
        if rule.kind == "before":
            return self._before(rule, start, end)
        if rule.begins:
            return self._begun(rule, start - rule.back, start)
        return self._window(rule, start - rule.back, end + rule.ahead)

    def _before(self, rule: Rule, start: int, end: int) -> Iterator[Match]:
        for found in rule.pattern.finditer(self.text, max(0, start - rule.back), end + 10):
            if found.end() >= end:
                if found.start() < start:
                    yield found
                return


def occurs(anchors: Sequence[str], text: str) -> bool:
    for near in anchors:  # noqa: SIM110 - half the time of any()
        if near in text:
            return True
    return False


def code(text: str, start: int, end: int) -> int:
    """Where the letters and figures begin that the number from start to end is written together with; -1: it is not."""
    begin = start
    while begin > max(0, start - LONGEST_CODE) and (
        text[begin - 1].isalnum() or (text[begin - 1] == "-" and text[begin - 2 : begin - 1].isalnum())
    ):
        begin -= 1
    return begin if begin < start or text[end : end + 1].isalpha() else -1
