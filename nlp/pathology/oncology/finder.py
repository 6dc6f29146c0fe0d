"""Mentions of tumours in Spanish texts with their codes, and the codes of whole documents."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from nlp.pathology.oncology.coding import ranked
from nlp.pathology.oncology.normaliser import Coded, Normaliser
from nlp.pathology.oncology.spans import Sure

SOURCE = "tagger"


class Spans(Protocol):
    def find(self, texts: Sequence[str]) -> list[tuple[list[Sure], list[Sure]]]:
        """Of each text its mentions; and every stretch that may be one."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Offsets in characters, end exclusive. `sure`: that it is one. `codes`: with probabilities, most likely first."""

    start: int
    end: int
    sure: float
    codes: Sequence[Coded]
    source: str = SOURCE

    @property
    def score(self) -> float:
        """That it is a mention with its first code."""
        return self.sure * (self.codes[0][1] if self.codes else 0.0)


@dataclass(frozen=True)
class Found:
    """`codes`: of the document, ranked; what may be a mention counts by its chance."""

    mentions: Sequence[Mention]
    codes: Sequence[Coded]


@dataclass
class Finder:
    spans: Spans = field(repr=False)
    normaliser: Normaliser = field(repr=False)

    def find(self, texts: Sequence[str]) -> list[Found]:
        found = []
        for text, (mentions, maybe) in zip(texts, self.spans.find(texts), strict=True):
            every = list(dict.fromkeys([*mentions, *maybe]))
            codes = dict(zip(every, self.normaliser.codes(text, [one[:2] for one in every]), strict=True))
            said = [Mention(*one, codes[one]) for one in mentions]
            found.append(Found(said, ranked((one[2], codes[one]) for one in every)))
        return found
