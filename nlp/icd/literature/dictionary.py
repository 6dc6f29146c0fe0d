"""The plainest use of marked spans: each phrase stands for the code it was most often marked with; longest match."""

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from nlp.icd.chart import Chart, Evidence, Note, Suggestion
from nlp.icd.literature.said_yes import best_of

WORD = re.compile(r"\w+")
LONGEST = 12  # words of a phrase
PARTS = 5  # of the training charts: each is read by what the others teach, which fixes the threshold
LISTED = 200
Phrase = tuple[str, ...]


@dataclass
class Dictionary:
    """A phrase scores how often it was marked with its code among the times it was seen, one unmarked time added."""

    name: str = "dictionary"
    threshold: float = 1.0
    learned: dict[Phrase, tuple[str, float]] = field(default_factory=dict, repr=False)
    common: tuple[tuple[str, float], ...] = ()  # codes by how often a chart has them: the end of every list

    def fit(self, charts: Sequence[Chart]) -> None:
        scores: list[float] = []
        right: list[bool] = []
        wanted = sum(len(chart.gold) for chart in charts)
        for part in range(PARTS):
            self._learn([chart for at, chart in enumerate(charts) if at % PARTS != part])
            for chart in charts[part::PARTS]:
                found = {code: score for code, (score, _) in self._found(chart).items()}
                scores += found.values()
                right += [code in chart.gold for code in found]
        self.threshold = best_of(np.array(scores), np.array(right, np.bool_), wanted)
        self._learn(charts)

    def suggest(self, charts: Sequence[Chart]) -> list[list[Suggestion]]:
        return [self._suggested(chart) for chart in charts]

    def _suggested(self, chart: Chart) -> list[Suggestion]:
        found = self._found(chart)
        named = sorted(found, key=lambda code: (-found[code][0], code))
        said = [Suggestion(code, found[code][0], evidence=tuple(found[code][1])) for code in named]
        rest = [Suggestion(code, score / 1000) for code, score in self.common if code not in found]
        return [*said, *rest][: max(LISTED, len(said))]

    def _learn(self, charts: Sequence[Chart]) -> None:
        marked: dict[Phrase, Counter[str]] = defaultdict(Counter)
        for chart in charts:
            for code, phrase in _marked(chart):
                marked[phrase][code] += 1
        seen = Counter(
            phrase for chart in charts for note in chart.notes for phrase, _ in _matches(note, marked.keys())
        )
        most = {phrase: codes.most_common(1)[0] for phrase, codes in marked.items()}
        self.learned = {
            phrase: (code, count / (max(seen[phrase], marked[phrase].total()) + 1))
            for phrase, (code, count) in most.items()
        }
        codes = Counter(code for chart in charts for code in chart.gold)
        self.common = tuple((code, count / max(len(charts), 1)) for code, count in codes.most_common(LISTED))

    def _found(self, chart: Chart) -> dict[str, tuple[float, list[Evidence]]]:
        """Codes with the score of their best phrase, which is their first evidence."""
        found: dict[str, list[tuple[float, Evidence]]] = defaultdict(list)
        for note in chart.notes:
            for phrase, (start, end) in _matches(note, self.learned.keys()):
                code, score = self.learned[phrase]
                found[code].append((score, Evidence(note.note_id, start, end, self.name, score)))
        best = {code: sorted(places, key=lambda place: -place[0]) for code, places in found.items()}
        return {code: (places[0][0], [place for _, place in places]) for code, places in best.items()}


def _marked(chart: Chart) -> Iterator[tuple[str, Phrase]]:
    texts = {note.note_id: note.text for note in chart.notes}
    for code, places in chart.gold.items():
        for place in places:
            phrase = tuple(WORD.findall(texts.get(place.note_id, "")[place.start : place.end].casefold()))
            if 0 < len(phrase) <= LONGEST:
                yield code, phrase


def _matches(note: Note, known: Container[Phrase]) -> Iterator[tuple[Phrase, tuple[int, int]]]:
    """Longest first from the left, none overlapping."""
    spans = [match.span() for match in WORD.finditer(note.text)]
    words = [note.text[start:end].casefold() for start, end in spans]
    at = 0
    while at < len(words):
        sizes = range(min(LONGEST, len(words) - at), 0, -1)
        size = next((size for size in sizes if tuple(words[at : at + size]) in known), 0)
        if size:
            yield tuple(words[at : at + size]), (spans[at][0], spans[at + size - 1][1])
        at += size or 1
