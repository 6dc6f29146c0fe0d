"""Mentions of tumours in Spanish texts with their codes: the tagger, then the normaliser."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from nlp.pathology.oncology.coding import ranked
from nlp.pathology.oncology.normaliser import Coded, Normaliser
from nlp.tagging.tagger import SpanTagger

TAGGER = "tagger"


@dataclass(frozen=True, slots=True)
class Mention:
    """Offsets in characters, end exclusive. `sure`: that it is one. `codes`: with probabilities, most likely first."""

    start: int
    end: int
    sure: float
    codes: Sequence[Coded]
    source: str = TAGGER

    @property
    def score(self) -> float:
        """That it is a mention with its first code."""
        return self.sure * (self.codes[0][1] if self.codes else 0.0)


@dataclass
class Finder:
    tagger: SpanTagger = field(repr=False)
    normaliser: Normaliser = field(repr=False)

    def mentions(self, texts: Sequence[str]) -> list[list[Mention]]:
        """Of each text, in order."""
        found = []
        for text, entities in zip(texts, self.tagger.entities(texts), strict=True):
            codes = self.normaliser.codes(text, [(start, end) for start, end, _, _ in entities])
            found.append([Mention(e[0], e[1], e[3], of) for e, of in zip(entities, codes, strict=True)])
        return found


def codes_of(mentions: Sequence[Mention]) -> list[Coded]:
    """Codes of a document, ranked."""
    return ranked((each.sure, each.codes) for each in mentions)
