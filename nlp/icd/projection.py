"""Marked words of a text, found again in its translation: alignment of sentences, then of words, then one window.

A translation by machine has no offsets. Words are aligned by a lexicon learned from the texts themselves (IBM model 1),
by common roots, and by place; the window is the run of words that holds most of what the marked words became.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from nlp.icd.chart import Chart, Evidence, Note
from nlp.icd.titles.align import NOTHING, Pair, translations
from nlp.icd.titles.parallel import breaks, steps
from nlp.icd.titles.roots import root
from nlp.icd.titles.wordlists import stop_words
from nlp.icd.titles.words import WORD

PROJECTED, PIECE, AROUND = "projected", "piece-", "around"  # sources; a mention in pieces keeps those of its pieces
COGNATE = 0.8  # how likely a word becomes one with its root
LEAST = 0.03  # less likely than this, a word comes from nothing that the other sentence says
FAR = 2.0  # how soon words that stand elsewhere in their sentences are taken for others
ALIEN, LOOSE, SILENT = -1.0, -0.35, -0.02  # worth of a word of other origin, of none, of a function word
ENOUGH = 0.5  # more of the marked words that carry meaning must be found again
LONGEST = 15  # words of a marked span that is projected


@dataclass(frozen=True, slots=True)
class Word:
    root: str
    start: int
    end: int
    silent: bool


@dataclass(frozen=True)
class Translations:
    """`likely`: a root, and what it becomes, with the probability."""

    likely: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def of(self, word: Word, other: Word) -> float:
        found = self.likely.get(word.root, {}).get(other.root, 0.0)
        return max(found, COGNATE) if word.root == other.root and not word.silent else found


Sentence = list[Word]
Rung = tuple[Sentence, Sentence]
Place = tuple[int, int]


def projected(marked: Sequence[Chart], translated: Sequence[Chart]) -> list[Chart]:
    """The translated charts, their gold with the spans of the charts of the same encounters in the first language."""
    first = {chart.encounter_id: chart for chart in marked if len(chart.notes) == 1}
    ladders = {
        chart.encounter_id: ladder(first[chart.encounter_id].notes[0], chart.notes[0])
        for chart in translated
        if chart.encounter_id in first and len(chart.notes) == 1
    }
    lexicon = learned(rung for rungs in ladders.values() for rung in rungs)
    return [
        _chart(first[chart.encounter_id], chart, ladders[chart.encounter_id], lexicon)
        if chart.encounter_id in ladders
        else chart
        for chart in translated
    ]


def ladder(one: Note, other: Note) -> list[Rung]:
    """Sentences of both that say the same, in order."""
    left, right = _sentences(one, "es"), _sentences(other, "en")
    found = steps([[w.root for w in words] for words in left], [[w.root for w in words] for words in right])
    pairs = (([w for s in left[a] for w in s], [w for s in right[b] for w in s]) for a, b in found)
    return [(words, others) for words, others in pairs if words and others]


def learned(rungs: Iterable[Rung]) -> Translations:
    """The mean of both directions: in one alone a rare word is made the origin of whatever stands about it."""
    numbers: dict[str, int] = {"": NOTHING}
    pairs = [[[numbers.setdefault(word.root, len(numbers)) for word in side] for side in rung] for rung in rungs]
    there = _likely((one, other, 1.0) for one, other in pairs)
    back = _likely((other, one, 1.0) for one, other in pairs)
    names = list(numbers)
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for (source, target), likely in there.items():
        mean = math.sqrt(likely * back.get((target, source), 0.0))
        if mean >= LEAST:
            found[names[source]][names[target]] = mean
    return Translations(found)


def _likely(pairs: Iterable[Pair]) -> dict[tuple[int, int], float]:
    sources, targets, likely, _ = translations(pairs)
    kept = (likely >= LEAST / 10) & (sources != NOTHING)
    return dict(
        zip(zip(sources[kept].tolist(), targets[kept].tolist(), strict=True), likely[kept].tolist(), strict=True)
    )


def _sentences(note: Note, language: str) -> list[Sentence]:
    quiet = stop_words(language)
    found = [
        [
            Word(root(match.group(), language), match.start(), match.end(), match.group().lower() in quiet)
            for match in WORD.finditer(note.text, start, end)
        ]
        for start, end in breaks(note.text)
    ]
    return [words for words in found if words]


def _chart(marked: Chart, translated: Chart, rungs: Sequence[Rung], lexicon: Translations) -> Chart:
    note_id = translated.notes[0].note_id
    place = partial(_place, rungs=rungs, origins=[_origins(*rung, lexicon) for rung in rungs])
    gold = {code: tuple(_spans(note_id, marked.gold.get(code, ()), place)) for code in translated.gold}
    return replace(translated, gold=gold)


def _spans(note_id: str, marked: Sequence[Evidence], place: Callable[[Evidence], Place | None]) -> Iterator[Evidence]:
    """Of a mention in pieces all, or none."""
    mentions: dict[object, list[Evidence]] = defaultdict(list)
    for span in marked:
        if span.source != AROUND:
            mentions[span.source if span.source.startswith(PIECE) else span].append(span)
    for spans in mentions.values():
        places = [place(span) for span in spans]
        for span, found in zip(spans, places, strict=True):
            if found is not None and None not in places:
                yield Evidence(note_id, *found, span.source if span.source.startswith(PIECE) else PROJECTED)


def _origins(words: Sentence, others: Sentence, lexicon: Translations) -> list[int]:
    """Of each of the others the word that it comes from; -1: none."""
    found = []
    for at, other in enumerate(others):
        best, origin = LEAST, -1
        for place, word in enumerate(words):
            likely = lexicon.of(word, other)
            if likely > best:
                near = math.exp(-FAR * abs(place / len(words) - at / len(others)))
                if likely * near > best:
                    best, origin = likely * near, place
        found.append(origin)
    return found


def _place(span: Evidence, rungs: Sequence[Rung], origins: Sequence[list[int]]) -> Place | None:
    for (words, others), comes_from in zip(rungs, origins, strict=True):
        meant = {at for at, word in enumerate(words) if word.start >= span.start and word.end <= span.end}
        spoken = {at for at in meant if not words[at].silent}
        if not spoken:
            continue
        if len(meant) > LONGEST or words[min(meant)].start > span.start or words[max(meant)].end < span.end:
            return None
        window = _window([_worth(other, origin, spoken) for other, origin in zip(others, comes_from, strict=True)])
        if window is None or len(spoken & set(comes_from[slice(*window)])) <= ENOUGH * len(spoken):
            return None
        return others[window[0]].start, others[window[1] - 1].end
    return None


def _worth(other: Word, origin: int, spoken: set[int]) -> float:
    if origin in spoken:
        return SILENT if other.silent else 1.0
    if other.silent:
        return SILENT
    return LOOSE if origin < 0 else ALIEN


def _window(worth: Sequence[float]) -> Place | None:
    """First and end of the run that is worth most."""
    best, found, total, first = 0.0, None, 0.0, 0
    for at, value in enumerate(worth):
        if total <= 0:
            total, first = 0.0, at
        total += value
        if total > best:
            best, found = total, (first, at + 1)
    return found
