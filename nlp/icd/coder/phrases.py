"""The evidence dictionary: phrases that were marked for a code, that an index holds, or that coders taught."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nlp.icd.chart import Chart
from nlp.icd.coder.content import Content

Phrase = tuple[str, ...]
LONGEST = 12  # stems
SCATTERED = "~"
"""First of a phrase that was marked in pieces: it is looked for with others between its words, never as it stands."""
PIECE, AROUND = "piece-", "around"  # sources of spans that are parts of a mention, and of the whole around them


@dataclass(slots=True)
class Entry:
    """What is known of one phrase. `codes`: how many charts have it marked for the code; `marked`: for any code."""

    codes: dict[str, int] = field(default_factory=dict)
    marked: int = 0
    occurs: int = 0  # charts that have it, marked or not
    index: tuple[str, ...] = ()  # codes that the index of a language gives it
    taught: dict[str, float] = field(default_factory=dict)  # code -> weight of an active term
    shadow: dict[str, float] = field(default_factory=dict)  # of a term in shadow


Own = Mapping[Phrase, frozenset[str]]
"""What one chart has marked: phrase -> codes."""


@dataclass
class Phrases:
    entries: dict[Phrase, Entry] = field(default_factory=dict)
    _trie: dict[str, Any] = field(default_factory=dict, repr=False)

    def entry(self, phrase: Phrase) -> Entry:
        if phrase not in self.entries:
            self.entries[phrase] = Entry()
            if phrase[0] != SCATTERED:
                node = self._trie
                for word in phrase:
                    node = node.setdefault(word, {})
                node[""] = phrase
        return self.entries[phrase]

    def learn(self, owns: Iterable[Own]) -> None:
        """Of each chart what it has marked."""
        for own in owns:
            for phrase, codes in own.items():
                entry = self.entry(phrase)
                entry.marked += 1
                for code in sorted(codes):  # a set's order is another in each process
                    entry.codes[code] = entry.codes.get(code, 0) + 1

    def count(self, contents: Iterable[Content]) -> None:
        for each in contents:
            for phrase in {phrase for phrase, _, _ in self.exact(each)}:
                self.entries[phrase].occurs += 1

    def exact(self, content: Content) -> list[tuple[Phrase, int, int]]:
        """(phrase, first, end) in stems, wherever one stands within a sentence."""
        return list(_walk(self._trie, content.stems, content.sentences))


def _walk(trie: dict[str, Any], words: Sequence[str], sentences: Sequence[int]) -> Iterator[tuple[Phrase, int, int]]:
    for first, word in enumerate(words):
        node, end, sentence = trie.get(word), first + 1, sentences[first]
        while node is not None:
            if "" in node:
                yield node[""], first, end
            if end == len(words) or sentences[end] != sentence:
                break
            node, end = node.get(words[end]), end + 1


def own(chart: Chart, content: Content) -> Own:
    """The phrases that the spans of the chart's gold cover; of a mention in pieces the stems of all pieces."""
    found: dict[Phrase, set[str]] = defaultdict(set)
    places = {note_id: number for number, note_id in enumerate(content.note_ids)}
    for code, spans in chart.gold.items():
        pieces: dict[str, Phrase] = {}
        for span in sorted(spans, key=lambda each: each.start):
            phrase = _covered(content, places.get(span.note_id, -1), span.start, span.end)
            if span.source.startswith(PIECE):
                pieces[span.source] = pieces.get(span.source, (SCATTERED,)) + phrase
            elif span.source != AROUND and phrase:
                found[phrase].add(code)
        for phrase in pieces.values():
            found[phrase].add(code)
    return {phrase: frozenset(codes) for phrase, codes in found.items() if len(phrase) <= LONGEST}


def _covered(content: Content, note: int, start: int, end: int) -> Phrase:
    """The stems of one sentence within the characters."""
    low = bisect_left(content.notes, note)
    high = bisect_left(content.notes, note + 1)
    first = bisect_left(content.starts, start, low, high)
    held = []
    for at in range(first, high):
        if content.ends[at] > end or content.sentences[at] != content.sentences[first]:
            break
        held.append(content.stems[at])
    return tuple(held)
