"""The words that training reports are made of: reports to numbers and back."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from imaging.literature.written import split
from models.word_lstm import BEGIN, BREAK, END, UNKNOWN, WORDS

TOKEN = re.compile(r"\w+(?:['/-]\w+|\.\d+)*|[^\w\s]")  # right-sided, 2.5 and T12 are words
CLOSING, OPENING = re.compile(r" (?=[.,;:!?%)\]])"), re.compile(r"(?<=[(\[]) ")


@dataclass(frozen=True)
class Vocabulary:
    words: tuple[str, ...]

    @classmethod
    def of(cls, reports: Iterable[str], least: int) -> "Vocabulary":
        """Words in small letters and signs that stand in `least` reports, the commonest first."""
        often = Counter(word for report in reports for word in set(_words(report)))
        kept = (word for word, count in often.items() if count >= least)
        return cls(tuple(sorted(kept, key=lambda word: (-often[word], word))))

    def __len__(self) -> int:
        return WORDS + len(self.words)

    def sentences(self, report: str) -> list[list[int]]:
        """Of each sentence its words; those that are not known are UNKNOWN."""
        return self.numbered(split(report))

    def numbered(self, sentences: Iterable[str]) -> list[list[int]]:
        return [[self._place.get(word, UNKNOWN) for word in _words(sentence)] for sentence in sentences]

    def written(self, ids: Iterable[int]) -> list[str]:
        """The sentences of a text from BEGIN to END, each with a capital."""
        said: list[list[str]] = [[]]
        for one in ids:
            if one == END:
                break
            if one == BREAK:
                said.append([])
            elif one >= WORDS:
                said[-1].append(self.words[one - WORDS])
        return [_joined(words) for words in said if words]

    @cached_property
    def _place(self) -> dict[str, int]:
        return {word: WORDS + at for at, word in enumerate(self.words)}


def run(sentences: Sequence[Sequence[int]]) -> list[int]:
    """A whole report as one text: BEGIN, sentences with BREAK between them, END."""
    ids = [BEGIN]
    for sentence in sentences:
        ids += [*sentence, BREAK]
    return [*ids[: -1 if sentences else None], END]


def _words(text: str) -> list[str]:
    return TOKEN.findall(text.lower())


def _joined(words: Sequence[str]) -> str:
    text = OPENING.sub("", CLOSING.sub("", " ".join(words)))
    return text[:1].upper() + text[1:]
