"""Writes one note piece by piece and remembers where each identifier, fact and decoy stands."""

from dataclasses import dataclass, field
from random import Random


@dataclass(frozen=True)
class Span:
    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Fact:
    """A mention in the note: of a diagnosis, drug, effect, event or finding."""

    start: int
    end: int
    kind: str
    value: str
    code: str
    assertion: str  # present, negated, history, family, hypothetical, planned, uncertain
    link: int = -1  # mentions of one note that share a link belong together (drug and effect)


@dataclass
class Scribe:
    rng: Random
    style: str
    typos: float = 0.0  # chance per word of ordinary text
    width: int = 0  # lines are broken at this length, names and numbers too; 0 for never
    spans: list[Span] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    decoys: list[Span] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _length: int = 0

    def put(self, text: str) -> tuple[int, int]:
        """Exactly this text; returns where it stands."""
        start = self._length
        self._parts.append(text)
        self._length += len(text)
        return start, self._length

    def say(self, text: str) -> None:
        self.put(self._mistype(text) if self.typos and self.rng.random() < 0.5 else text)

    def phi(self, label: str, text: str) -> None:
        self.spans.append(Span(*self.put(text), label))

    def decoy(self, kind: str, text: str) -> None:
        """Looks like a name or a number and is none: eponyms, drugs, laboratory tests."""
        self.decoys.append(Span(*self.put(text), kind))

    def mark(self, start: int, fact: tuple[str, str, str, str], link: int = -1) -> None:
        """(kind, value, code, assertion) of the text from `start` to here."""
        self.facts.append(Fact(start, self._length, *fact, link))

    @property
    def here(self) -> int:
        return self._length

    @property
    def parts(self) -> int:
        return len(self._parts)

    def capitalise(self, part: int) -> None:
        """The first letter written from piece number `part` on."""
        for place in range(part, len(self._parts)):
            piece = self._parts[place]
            if piece.strip():
                self._parts[place] = _capital(piece[0]) + piece[1:]
                return

    def text(self) -> str:
        whole = "".join(self._parts)
        whole = "".join(_capital(c) for c in whole) if self.style == "shout" else whole
        return "\n".join(_wrapped(line, self.width) for line in whole.split("\n")) if self.width else whole

    def _mistype(self, text: str) -> str:
        words = text.split(" ")
        for i, word in enumerate(words):
            if len(word) > 4 and word.isalpha() and self.rng.random() < self.typos:
                words[i] = spoilt(self.rng, word)
        return " ".join(words)


def _wrapped(line: str, width: int) -> str:
    """Spaces become line breaks, so that no offset moves."""
    letters, start = list(line), 0
    while len(line) - start > width:
        place = line.rfind(" ", start + 1, start + width)
        if place < 0:
            break
        letters[place] = "\n"
        start = place + 1
    return "".join(letters)


def _capital(letter: str) -> str:
    """Upper case that never changes a length."""
    upper = letter.upper()
    return upper if len(upper) == 1 else letter


def spoilt(rng: Random, word: str) -> str:
    """Two letters swapped, one lost, or one doubled."""
    place = 1 + int(rng.random() * (len(word) - 3))
    swapped = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return (swapped, word[:place] + word[place + 1 :], word[:place] + word[place] + word[place:])[int(rng.random() * 3)]
