"""Layer (b): rules anchored at labels, titles and shapes, and checksums, for one note in one pass over its words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlp.deid.labels import LABELS
from nlp.deid.note import Note
from nlp.deid.rules.checks import CHECKS
from nlp.deid.rules.rule import Rule, RuleSet, rule_set
from nlp.deid.rules.spaced import closed_up
from nlp.deid.rules.tables import cells
from nlp.deid.rules.trims import TRIMS
from nlp.deid.span import Span

RUN = re.compile(r"[^\W\d_]+|\d+")
LONGEST_CODE = 40
WEAK = 0.6
Match = re.Match[str]
LAYER = "rules"


@dataclass(frozen=True)
class Rules:
    """`find` alone; rules of a note's language are read at first use."""

    spaced: bool = True  # also text whose letters stand apart, as scanners leave it
    layer: str = LAYER

    def find(self, notes: Sequence[Note]) -> list[list[Span]]:
        return [self._of(note) for note in notes]

    def _of(self, note: Note) -> list[Span]:
        rules = rule_set(note.language)
        found = set(spans(note.text, rules, note.language))
        found |= set(cells(note.text, note.language))
        if self.spaced and (view := closed_up(note.text)):
            found |= {view.back(span) for span in spans(view.text, rules, note.language)}
        return sorted(found, key=lambda span: (span.start, span.end, span.label))


def spans(text: str, rules: RuleSet, language: str) -> list[Span]:
    """Of several spans over the same characters the one with a label in front of it stays, then the surest."""
    best: dict[tuple[int, int], tuple[bool, float, Span]] = {}
    for rule, match in matches(text, rules):
        for span in taken(rule, match, language):
            claim = (rule.kind == "after" and rule.score > WEAK, rule.score, span)
            where = (span.start, span.end)
            if where not in best or claim[:2] > best[where][:2]:
                best[where] = claim
    return [span for _, _, span in best.values()]


def matches(text: str, rules: RuleSet) -> Iterator[tuple[Rule, Match]]:
    lower = text.lower()
    if len(lower) != len(text):  # a few capitals become two characters
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    for rule in rules.scanned:
        if not rule.anchors or any(near in lower for near in rule.anchors):
            for match in rule.pattern.finditer(text) if rule.kind == "find" else pivoted(rule, text):
                yield rule, match
    always, codes, coded = rules.digits.get("", ()), rules.codes, -1
    for run in RUN.finditer(lower):
        start, end = run.span()
        word = run[0]
        if word[0].isdecimal():
            for rule in (*rules.digits.get(lower[end : end + 1], ()), *always):
                if match_ := rule.pattern.match(text, start):
                    yield rule, match_
            if (begin := code(text, start, end)) > coded:
                coded = begin
                for rule in codes:
                    if match_ := rule.pattern.match(text, begin):
                        yield rule, match_
        else:
            for rule in rules.words.get(word, ()):
                for match in at(rule, text, start, end):
                    yield rule, match


def code(text: str, start: int, end: int) -> int:
    """Where the letters and figures begin that the number from start to end is written together with; -1: it is not."""
    begin = start
    while begin > max(0, start - LONGEST_CODE) and (
        text[begin - 1].isalnum() or (text[begin - 1] == "-" and text[begin - 2 : begin - 1].isalnum())
    ):
        begin -= 1
    return begin if begin < start or text[end : end + 1].isalpha() else -1


def pivoted(rule: Rule, text: str) -> Iterator[Match]:
    done = 0
    for pivot in rule.pivot.finditer(text):
        for match in window(rule, text, max(done, pivot.start() - rule.back), pivot.end() + rule.ahead):
            done = max(done, match.end())
            yield match


def window(rule: Rule, text: str, start: int, end: int) -> Iterator[Match]:
    """Matches that begin in a window; what lies behind it is seen by them all the same."""
    for found in rule.pattern.finditer(text, max(0, start), end):
        if whole := rule.pattern.match(text, found.start()):
            yield whole


def at(rule: Rule, text: str, start: int, end: int) -> Iterator[Match]:
    """Matches at an anchor that stands from start to end."""
    if rule.kind == "after":
        if found := rule.pattern.match(text, start):
            yield found
    elif rule.exact and not (text[start].isupper() and (end - start == 1 or text[end - 1].isupper())):
        return
    elif rule.kind == "around":
        yield from window(rule, text, start - rule.back, end + rule.ahead)
    else:
        for found in rule.pattern.finditer(text, max(0, start - rule.back), end + 10):
            if found.end() >= end:
                if found.start() < start:
                    yield found
                return


def taken(rule: Rule, match: Match, language: str) -> Iterator[Span]:
    """The groups of a match as spans; none when the check or trim of the rule says no to its own label."""
    found: list[Span] = []
    for group, number in match.re.groupindex.items():
        start, end = match.span(number)
        if start < 0 or start == end:
            continue
        label = rule.label if group == "v" else group.rstrip("0123456789_")
        if label == rule.label:
            kept = confirmed(rule, match[number], language)
            if kept is None:
                return
            start, end = start + kept[0], start + kept[1]
        if label == "AGE":
            label = "AGE90" if CHECKS["over89"](match[number]) else "AGE"
        if label in LABELS:
            found.append(Span(start, end, label, LAYER, rule.score))
    yield from found


def confirmed(rule: Rule, text: str, language: str) -> tuple[int, int] | None:
    if rule.check and not CHECKS[rule.check](text):
        return None
    return TRIMS[rule.trim](text, language) if rule.trim else (0, len(text))
