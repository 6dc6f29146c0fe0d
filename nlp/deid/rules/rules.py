"""Layer (b): rules anchored at labels, titles and shapes, and checksums, for one note in one pass over its words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlp.deid.labels import LABELS
from nlp.deid.note import Note
from nlp.deid.rules.checks import CHECKS
from nlp.deid.rules.rule import Rule, RuleSet, rule_set
from nlp.deid.rules.search import Match, Search
from nlp.deid.rules.spaced import closed_up
from nlp.deid.rules.tables import cells
from nlp.deid.rules.trimming import TRIMS
from nlp.deid.span import Span

WEAK = 0.6
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
    for rule, match in Search(text, rules).matches():
        for span in taken(rule, match, language):
            claim = (rule.kind == "after" and rule.score > WEAK, rule.score, span)
            where = (span.start, span.end)
            if where not in best or claim[:2] > best[where][:2]:
                best[where] = claim
    return [span for _, _, span in best.values()]


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
