"""Misspelt names of drugs: the nearest name, where it is near enough and no other drug is nearly as near."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

SHORTEST = 6  # letters; shorter words are near to too many
LONG = 10  # letters from which two slips are borne, in the names of ingredients
BRAND = 8  # letters from which a slip is borne in other names
MARGIN = 1  # how much farther the next drug must be
ALIKE_MARGIN = 2  # the same of pairs that are known to be confused


@dataclass(slots=True)
class Speller:
    """`meaning`: one-word names and what they mean; `brands`: those of them that are no ingredient's name.

    `alike`: pairs of ingredients that are known to be confused; `words`: what is no misspelling.
    """

    meaning: Mapping[str, tuple[str, ...]]
    brands: Set[str]
    alike: Iterable[tuple[str, str]]
    words: Set[str]
    _by_start: dict[tuple[str, int], list[str]] = field(init=False, repr=False)
    _alike: set[frozenset[str]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._by_start = defaultdict(list)
        for name in self.meaning:
            if len(name) >= SHORTEST - 1:
                self._by_start[name[0], len(name)].append(name)
        self._alike = {frozenset(pair) for pair in self.alike}

    def nearest(self, word: str) -> str | None:
        """The name that `word`, in small letters, was meant to be; the first letter is taken to be right."""
        if len(word) < SHORTEST or not word.isalpha() or word in self.words:
            return None
        most = 2 if len(word) >= LONG else 1
        near = self._near(word, most + ALIKE_MARGIN)
        if not near or near[0][0] > most:
            return None
        best, name = near[0]
        if name in self.brands and (best > 1 or len(word) < BRAND):
            return None
        meant = self.meaning[name]
        for distance, other in near[1:]:
            if self.meaning[other] == meant:
                continue
            margin = ALIKE_MARGIN if self._confused(meant, self.meaning[other]) else MARGIN
            if distance - best < margin:
                return None
        return name

    def _near(self, word: str, most: int) -> list[tuple[int, str]]:
        found = []
        for length in range(len(word) - most, len(word) + most + 1):
            for name in self._by_start.get((word[0], length), ()):
                distance = OSA.distance(word, name, score_cutoff=most)
                if distance <= most:
                    found.append((distance, name))
        return sorted(found)

    def _confused(self, one: tuple[str, ...], other: tuple[str, ...]) -> bool:
        return any(frozenset((a, b)) in self._alike for a in one for b in other)
