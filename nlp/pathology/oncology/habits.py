"""How people who mark mentions begin and end them: shares by word, counted in marked documents."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from eval.corpora.marked import Marked
from nlp.pathology.oncology.dictionary import Dictionary
from nlp.pathology.oncology.words import RUN, plain

UNKNOWN = -1.0
Counts = Mapping[str, tuple[int, int]]
"""How often it was so, and how often it was not."""


@dataclass(frozen=True)
class Habits:
    """`whole`: names marked where they stand. `first`, `last`: words of mentions that begin or end one.

    `after`, `before`: words beside a mention that belong to it; `after` knows pairs of words too.
    """

    whole: Counts = field(repr=False)
    first: Counts = field(repr=False)
    last: Counts = field(repr=False)
    after: Counts = field(repr=False)
    before: Counts = field(repr=False)
    dictionary: Dictionary = field(repr=False)

    @staticmethod
    def of(documents: Sequence[Marked]) -> "Habits":
        made = Habits({}, {}, {}, {}, {}, Dictionary.of(d.text[s:e] for d in documents for s, e, _ in d.spans))
        return Habits(_whole(documents, made.dictionary), *_words(documents), made.dictionary)


def share(counts: Counts, key: str) -> float:
    """Drawn a little to a half; UNKNOWN where it was never seen."""
    yes, no = counts.get(key, (0, 0))
    return (yes + 0.5) / (yes + no + 1) if yes + no else UNKNOWN


def seen(counts: Counts, key: str) -> int:
    return sum(counts.get(key, (0, 0)))


def _whole(documents: Sequence[Marked], dictionary: Dictionary) -> Counts:
    marked: Counter[str] = Counter()
    stands: Counter[str] = Counter()
    for document in documents:
        gold = {(start, end) for start, end, _ in document.spans}
        for start, end, name in dictionary.everywhere(document.text):
            stands[name] += 1
            marked[name] += (start, end) in gold
    return {name: (marked[name], count - marked[name]) for name, count in stands.items()}


def _words(documents: Sequence[Marked]) -> tuple[Counts, Counts, Counts, Counts]:
    is_first, is_last, stands, inside = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    belongs_after, left_after = Counter[str](), Counter[str]()
    belongs_before, left_before = Counter[str](), Counter[str]()
    for document in documents:
        places = [match.span() for match in RUN.finditer(document.text)]
        words = [plain(document.text[start:end]) for start, end in places]
        stands.update(words)
        for start, end, _ in document.spans:
            mine = [at for at, (begin, stop) in enumerate(places) if begin < end and stop > start]
            if not mine:
                continue
            low, high = mine[0], mine[-1]
            is_first[words[low]] += 1
            is_last[words[high]] += 1
            inside.update(words[low : high + 1])
            for at in range(low + 1, high + 1):
                belongs_after.update(_pair(words, at))
            left_after.update(_pair(words, high + 1))
            belongs_before.update(words[low:high])
            left_before.update(words[max(0, low - 1) : low])
    return (
        _both(is_first, {word: count - is_first[word] for word, count in stands.items() if is_first[word]}),
        _both(is_last, {word: inside[word] - count for word, count in is_last.items()}),
        _both(belongs_after, left_after),
        _both(belongs_before, left_before),
    )


def _pair(words: Sequence[str], at: int) -> list[str]:
    """The word, and it with the next."""
    return [" ".join(words[at : at + length]) for length in (1, 2) if at + length <= len(words)]


def _both(yes: Mapping[str, int], no: Mapping[str, int]) -> Counts:
    return {word: (yes.get(word, 0), no.get(word, 0)) for word in {*yes, *no}}
