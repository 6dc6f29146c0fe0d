"""The second reading: what the voices believe, here and where the page says the same word again, weighed by a field.

Two stages as Krishnan and Manning 2006; the second learns from what the first says of lines it has not learned from.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from nlp.adverse.mining.field import Field, FieldPlan, fitted
from nlp.adverse.mining.likeness import Likeness
from nlp.adverse.mining.page import LABELS, Floats, Line, Page, by_page, every_line
from nlp.tagging.reading import Entity
from nlp.tagging.windows import spans_of, tags_of

STEPS, SHORTEST = 6, 3  # steps into which a belief is cut; letters of a word that is looked for again
QUIET = 0.01  # a line in which no voice believes more than this has no span
Weighed = list[dict[str, float]]


@dataclass(frozen=True)
class Weigher:
    of: Sequence[Field] = field(repr=False)
    likeness: Likeness = field(repr=False)

    def spans(self, pages: Sequence[Page], beliefs: Sequence[Floats]) -> list[list[Entity]]:
        """Of each line, in order; a drug may lie inside an effect."""
        loud = [bool(len(each)) and float(each.max()) >= QUIET for each in beliefs]
        read = weighed(pages, beliefs, self.likeness, loud)
        return [self._line(line, features) for line, features in zip(every_line(pages), read, strict=True)]

    def _line(self, line: Line, features: Weighed) -> list[Entity]:
        found: list[Entity] = []
        for label, one in zip(LABELS, self.of, strict=True):
            tags = one.tags(features)
            if any(tags):
                sure = one.beliefs(features).sum(1).tolist()
                found += spans_of(line.tokens, tags, sure, (label,))
        return _apart(found)


def weigher_taught(pages: Sequence[Page], beliefs: Sequence[Floats], likeness: Likeness, plan: FieldPlan) -> Weigher:
    """Learns from the marked lines; `beliefs` must be of voices that have not learned from these pages."""
    lines = every_line(pages)
    read = weighed(pages, beliefs, likeness, [line.marked for line in lines])
    marked = [(line, features) for line, features in zip(lines, read, strict=True) if line.marked]
    fields = []
    for label in LABELS:
        fields.append(
            fitted(((features, tags_of(line.tokens, line.spans, (label,))) for line, features in marked), plan)
        )
    return Weigher(fields, likeness)


def weighed(
    pages: Sequence[Page], beliefs: Sequence[Floats], likeness: Likeness, wanted: Sequence[bool]
) -> list[Weighed]:
    """Features of every word of the wanted lines, none of the others."""
    found: list[Weighed] = []
    for page, of in by_page(pages, list(zip(beliefs, wanted, strict=True))):
        again = _again(page, [its for its, _ in of]) if any(asked for _, asked in of) else [np.zeros((0, 2))] * len(of)
        found += [
            _features(line, its, more, likeness) if asked else []
            for line, (its, asked), more in zip(page.lines, of, again, strict=True)
        ]
    return found


def _again(page: Page, beliefs: Sequence[Floats]) -> list[Floats]:
    """Of each word (T, 2 labels): the highest belief in the same word in other lines, -1 where it is in none."""
    words = [[word.lower() for word in line.tokens.words] for line in page.lines]
    tops: dict[str, dict[int, Floats]] = {}
    for at, (line, its) in enumerate(zip(words, beliefs, strict=True)):
        for word, values in zip(line, _by_label(its), strict=True):
            if len(word) >= SHORTEST:
                held = tops.setdefault(word, {})
                held[at] = np.maximum(held[at], values) if at in held else values
    nothing = np.full(len(LABELS), -1.0)
    found = []
    for at, line in enumerate(words):
        others = [[values for there, values in tops.get(word, {}).items() if there != at] for word in line]
        rows = [np.max(each, axis=0) if each else nothing for each in others]
        found.append(np.array(rows).reshape(-1, len(LABELS)))
    return found


def _by_label(beliefs: Floats) -> Floats:
    """Mean over the voices that a word is in a drug, in an effect (T, 2)."""
    voices = beliefs.shape[1] // 4
    found: Floats = beliefs.reshape(-1, voices, 2, 2).sum(3).mean(1)
    return found


def _features(line: Line, beliefs: Floats, again: Floats, likeness: Likeness) -> Weighed:
    words = line.tokens.words
    names = [_said(word, words, at, likeness) for at, word in enumerate(words)]
    edge = np.zeros((1, beliefs.shape[1]))
    beside = np.concatenate([edge, beliefs, edge])
    for at, features in enumerate(names):
        for column, value in enumerate(beliefs[at].tolist()):
            features[f"v{column}"] = value
            features[f"v{column}/{int(value * STEPS)}"] = 1.0
        for step, sign in ((0, "<"), (2, ">")):
            features.update((f"v{column}{sign}", value) for column, value in enumerate(beside[at + step].tolist()))
        for column, value in enumerate(again[at].tolist()):
            features[f"a{column}/{int(value * STEPS) if value >= 0 else 'no'}"] = 1.0
    return names


def _said(word: str, words: Sequence[str], at: int, likeness: Likeness) -> dict[str, float]:
    low = word.lower()
    before = words[at - 1].lower() if at else "<"
    after = words[at + 1].lower() if at + 1 < len(words) else ">"
    said = ["b", f"w={low}", f"w<={before}", f"w>={after}", f"q={low[-3:]}", f"h{word[:1].isupper()}{len(word) < 2}"]
    return dict.fromkeys([*said, *(f"k{at}{group}" for at, group in enumerate(likeness.of(word)))], 1.0)


def _apart(found: Sequence[Entity]) -> list[Entity]:
    """Of spans that overlap the surer stays, but a drug that lies inside an effect stays with it."""
    kept: list[Entity] = []
    for span in sorted(found, key=lambda each: -each[3]):
        if all(_bearable(span, other) for other in kept):
            kept.append(span)
    return sorted(kept)


def _bearable(one: Entity, other: Entity) -> bool:
    if one[1] <= other[0] or other[1] <= one[0]:
        return True
    drug, effect = (one, other) if one[2] == LABELS[0] else (other, one)
    return drug[2] != effect[2] and effect[0] <= drug[0] and drug[1] <= effect[1] and drug[:2] != effect[:2]
