"""Names looked up in texts: the longest that begins at a word, letters' case and accents apart."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from eval.corpora.marked import Marked
from nlp.pathology.oncology.words import RUN, plain

Found = tuple[int, int, str]
"""Start, end (exclusive), the name in small letters."""


@dataclass(frozen=True)
class Dictionary:
    """`names` by their first word: tuples of words, longest first."""

    names: Mapping[str, Sequence[tuple[str, ...]]] = field(repr=False)

    @staticmethod
    def of(names: Iterable[str]) -> "Dictionary":
        found: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        for name in names:
            words = tuple(RUN.findall(plain(name)))
            if words:
                found[words[0]].add(words)
        return Dictionary({first: sorted(of, key=lambda each: (-len(each), each)) for first, of in found.items()})

    def find(self, text: str) -> list[Found]:
        """In order; what lies in a longer one is left out."""
        found: list[Found] = []
        for each in self.everywhere(text):
            if not found or each[0] >= found[-1][1]:
                found.append(each)
        return found

    def everywhere(self, text: str) -> Iterator[Found]:
        """By start, then longest first; they may lie over each other."""
        places = [match.span() for match in RUN.finditer(text)]
        words = [plain(text[start:end]) for start, end in places]
        for at, first in enumerate(words):
            for name in self.names.get(first, ()):
                if tuple(words[at : at + len(name)]) == name:
                    yield places[at][0], places[at + len(name) - 1][1], " ".join(name)


def of_mentions(documents: Sequence[Marked], least: float = 0.5) -> Dictionary:
    """Mentions whose words are marked in at least this share of the places where they stand."""
    every = Dictionary.of(document.text[start:end] for document in documents for start, end, _ in document.spans)
    stands: Counter[str] = Counter()
    marked: Counter[str] = Counter()
    for document in documents:
        gold = {(start, end) for start, end, _ in document.spans}
        for start, end, name in every.everywhere(document.text):
            stands[name] += 1
            marked[name] += (start, end) in gold
    return Dictionary.of(name for name, count in stands.items() if marked[name] >= least * count)
