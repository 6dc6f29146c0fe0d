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

RUN = re.compile(r"[^\W\d_]+")
BACK = 60  # characters that a rule of kind `before` looks back
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


def spans(text: str, rules: RuleSet, language: str) -> Iterator[Span]:
    lower = text.lower()
    for rule in rules.found():
        if not rule.anchors or any(near in lower for near in rule.anchors):
            for match in rule.pattern.finditer(text):
                yield from taken(rule, match, language)
    words = rules.first_words
    for run in RUN.finditer(text):
        for rule in words.get(run[0].lower(), ()):
            match_ = at(rule, text, run.start(), run.end())
            if match_:
                yield from taken(rule, match_, language)


def at(rule: Rule, text: str, start: int, end: int) -> re.Match[str] | None:
    if rule.kind == "after":
        return rule.pattern.match(text, start)
    for match in rule.pattern.finditer(text, max(0, start - BACK)):
        if match.end() >= end:
            return match if match.start() < start and match.end() <= end + 8 else None
        if match.start() >= start:
            return None
    return None


def taken(rule: Rule, match: re.Match[str], language: str) -> Iterator[Span]:
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
