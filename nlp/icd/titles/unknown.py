"""Roots that no title has: misspelt, or put together of roots that titles have."""

from collections import defaultdict
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from nlp.icd.titles.roots import SHORTEST
from nlp.icd.titles.wordlists import read

LONG, LONGER = 6, 10  # letters of a root from which one slip is forgiven, and two
ENDING = 3  # letters at most
SLIP, PIECE = 0.8, 0.7  # shares of a misspelt word and of a part of a compound


class Unknown:
    def __init__(self, known: Iterable[str]) -> None:
        self._known = {word for word in known if word.isalpha()}
        self._begin: dict[str, list[str]] = defaultdict(list)
        for word in sorted(word for word in self._known if len(word) >= LONG):
            self._begin[word[:2]].append(word)
        self._prefixes = sorted(read("prefixes.yaml"), key=len, reverse=True)

    def near(self, root: str) -> dict[str, float]:
        """Known roots with their shares: the parts of a compound, else the words one or two slips away."""
        if not root.isalpha() or len(root) < LONG:
            return {}
        return self._parts(root) or self._slips(root)

    def _parts(self, root: str) -> dict[str, float]:
        for prefix in self._prefixes:
            rest = root.removeprefix(prefix)
            if rest != root and len(rest) >= SHORTEST and (found := self._begun(rest)):
                return {found: PIECE}
        for cut in range(len(root) - SHORTEST, SHORTEST - 2, -1):
            left, right = root[:cut], root[cut:]
            for one in (left, left.rstrip("oi")):
                if (first := self._begun(one)) and (second := self._begun(right)):
                    return {first: PIECE, second: PIECE}
        return {}

    def _begun(self, piece: str) -> str | None:
        """The root itself, or one that the piece goes on from by an ending: retin of retinian."""
        for length in range(len(piece), max(SHORTEST, len(piece) - ENDING) - 1, -1):
            if piece[:length] in self._known:
                return piece[:length]
        return None

    def _slips(self, root: str) -> dict[str, float]:
        most = 2 if len(root) >= LONGER else 1
        near = [word for word in self._begin[root[:2]] if abs(len(word) - len(root)) <= most]
        found = process.extract(root, near, scorer=DamerauLevenshtein.distance, score_cutoff=most, limit=None)
        return {word: SLIP if slips == 1 else SLIP * SLIP for word, slips, _ in found}
