"""Which drug did which effect: every drug beside every effect, and what speaks for them."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.adverse.mining.page import LABELS, Floats, Line, Page, Place, by_page
from nlp.adverse.mining.trees import odds
from nlp.tagging.reading import Entity

BETWEEN, BESIDE = 12, 4  # words between two spans, and before and after them, that are told
BREAKS = (",", ";:.", "()")
GATED = slice(3, 5)  # features that say how likely the lines tell


@dataclass(frozen=True)
class Pair:
    """`page` among the pages; the places are those of a drug and an effect in it."""

    page: int
    drug: Place
    effect: Place


@dataclass(frozen=True)
class Seen:
    """Of every line: what is believed of its words, what was found, how likely it tells."""

    beliefs: Sequence[Floats]
    found: Sequence[list[Entity]]
    telling: Floats


@dataclass(frozen=True)
class _Line:
    line: Line
    beliefs: Floats
    spans: Sequence[Entity]
    telling: float  # log-odds

    def of(self, label: str) -> list[Entity]:
        return [span for span in self.spans if span[2] == label]

    def word(self, offset: int) -> int:
        return bisect_left(self.line.tokens.starts, offset)


def pairs_of(pages: Sequence[Page], seen: Seen, reach: int) -> tuple[list[Pair], Floats]:
    """Candidates and their features (N, F). `reach`: how many lines apart two may stand, on ordered pages."""
    pairs: list[Pair] = []
    rows: list[list[float]] = []
    values = list(zip(seen.beliefs, seen.found, odds(seen.telling).tolist(), strict=True))
    for at, (page, of) in enumerate(by_page(pages, values)):
        lines = [_Line(line, *value) for line, value in zip(page.lines, of, strict=True)]
        for first, second, drug, effect in _candidates(lines, reach if page.ordered else 0):
            pairs.append(Pair(at, (first, *drug[:2]), (second, *effect[:2])))
            rows.append(_features(lines, first, second, drug, effect))
    return pairs, np.asarray(rows, np.float32)


def ungated(features: Floats) -> Floats:
    """As if it were known of every line that it tells."""
    open_ = features.copy()
    if len(open_):
        open_[:, GATED] = 0.0
    return open_


def right(pages: Sequence[Page], pairs: Sequence[Pair]) -> list[bool]:
    return [(pair.drug, pair.effect) in pages[pair.page].pairs for pair in pairs]


def contexts(pages: Sequence[Page], pairs: Sequence[Pair]) -> list[str]:
    """Of each pair as one text: its words, those between, before and after, each with its place before it."""
    return [_context(pages[pair.page].lines, pair) for pair in pairs]


def _context(lines: Sequence[Line], pair: Pair) -> str:
    one, other = sorted([pair.drug, pair.effect])
    order = "de" if one == pair.drug else "ed"
    text, last = lines[one[0]].text, lines[other[0]].text
    same = one[0] == other[0]
    between = text[one[2] : other[1]] if same else f"{text[one[2] :]} {last[: other[1]]}"
    said = {
        "m": between.split()[:BETWEEN],
        "l": text[: one[1]].split()[-BESIDE:],
        "r": last[other[2] :].split()[:BESIDE],
    }
    spans = [lines[at].text[start:end] for at, start, end in (pair.drug, pair.effect)]
    return " ".join(
        [order, *spans, *(f"{order}{place}{word}" for place, words in said.items() for word in words)]
    ).lower()


def _candidates(lines: Sequence[_Line], reach: int) -> Iterator[tuple[int, int, Entity, Entity]]:
    for first, line in enumerate(lines):
        for drug in line.of(LABELS[0]):
            for second in range(max(0, first - reach), min(len(lines), first + reach + 1)):
                for effect in lines[second].of(LABELS[1]):
                    yield first, second, drug, effect


def _features(lines: Sequence[_Line], first: int, second: int, drug: Entity, effect: Entity) -> list[float]:
    here, there = lines[first], lines[second]
    beliefs = [*_believed(here, drug), *_believed(there, effect)]
    scores = [drug[3], effect[3], drug[3] * effect[3], here.telling, there.telling]
    counts = [float(len(here.of(LABELS[0]))), float(len(there.of(LABELS[1])))]
    sizes = [*_size(here, drug), *_size(there, effect)]
    apart = [float(second - first), *_apart(here, there, drug, effect), *_rivals(here, there, drug, effect)]
    return [*scores, *counts, *apart, *sizes, *beliefs]


def _apart(here: _Line, there: _Line, drug: Entity, effect: Entity) -> list[float]:
    """Words between the two, which comes first, whether one lies in the other, and the signs between them."""
    if here is not there:
        return [-1.0] * (3 + len(BREAKS))
    low, high = min(drug[1], effect[1]), max(drug[0], effect[0])
    between = here.line.text[low:high] if low < high else ""
    words = max(0, here.word(high) - here.word(low))
    inside = effect[0] <= drug[0] and drug[1] <= effect[1]
    signs = [float(sum(between.count(sign) for sign in signs)) for signs in BREAKS]
    return [float(words), float(drug[0] < effect[0]), float(inside), *signs]


def _rivals(here: _Line, there: _Line, drug: Entity, effect: Entity) -> list[float]:
    """How many other drugs stand nearer to the effect, and other effects nearer to the drug."""
    if here is not there:
        return [-1.0, -1.0]
    gap = _gap(drug, effect)
    drugs = sum(_gap(other, effect) < gap for other in here.of(LABELS[0]))
    return [float(drugs), float(sum(_gap(drug, other) < gap for other in there.of(LABELS[1])))]


def _gap(one: Entity, other: Entity) -> int:
    return max(one[0], other[0]) - min(one[1], other[1])


def _size(line: _Line, span: Entity) -> list[float]:
    return [float(span[1] - span[0]), float(line.word(span[1]) - line.word(span[0]))]


def _believed(line: _Line, span: Entity) -> list[float]:
    """Mean and least over its words, by voice, of the belief in the span's label."""
    inside = line.beliefs[line.word(span[0]) : max(line.word(span[1]), line.word(span[0]) + 1)]
    if not len(inside):
        return [0.0] * (line.beliefs.shape[1] // 2)
    own = inside.reshape(len(inside), -1, 2, 2).sum(3)[:, :, LABELS.index(span[2])]  # (T, voices)
    return [*own.mean(0).tolist(), *own.min(0).tolist()]
