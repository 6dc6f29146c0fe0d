"""Several miners as one reading of each text: a trained one for the languages it was taught, terms for all."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nlp.adverse.mention import Mention, Mined, Miner, Relation

FROM = re.compile(r"\b(?:from|by|por)\b", re.I)
AT_ONCE = 256  # texts that a miner is handed together


@dataclass(frozen=True, slots=True)
class Text:
    """`language`: BCP 47; empty where nobody knows it: every miner reads it as well as it can."""

    text: str
    language: str


@dataclass(frozen=True)
class Sure:
    """A miner whose weak relations are not believed. For one whose scores are ranks of rules, not probabilities."""

    miner: Miner
    least: float

    @property
    def name(self) -> str:
        return self.miner.name

    @property
    def languages(self) -> Sequence[str]:
        return self.miner.languages

    def mine(self, texts: Sequence[str]) -> list[Mined]:
        return [
            Mined(said.mentions, [each for each in said.relations if self._believed(text, each)])
            for text, said in zip(texts, self.miner.mine(texts), strict=True)
        ]

    def _believed(self, text: str, relation: Relation) -> bool:
        """ "Rash from X" names a cause, "rash on X" need not."""
        return relation.score >= self.least or FROM.search(text, relation.effect.end, relation.drug.start) is not None


def mined(miners: Sequence[Miner], texts: Iterable[Text]) -> Mapping[Text, Mined]:
    """Of texts that some miner reads; each text once, whoever it is of. What earlier miners say stands."""
    every = list(dict.fromkeys(texts))
    found: dict[Text, Mined] = {}
    for miner in miners:
        some = [each for each in every if reads(miner, each.language)]
        for start in range(0, len(some), AT_ONCE):
            batch = some[start : start + AT_ONCE]
            for text, said in zip(batch, miner.mine([each.text for each in batch]), strict=True):
                found[text] = joined(found[text], said) if text in found else said
    return found


def reads(miner: Miner, language: str) -> bool:
    return not language or language in miner.languages


def joined(first: Mined, second: Mined) -> Mined:
    """Of pairs and mentions that overlap, those of the first."""
    pairs = [each for each in second.relations if not any(_same(each, other) for other in first.relations)]
    own = [mention for each in pairs for mention in (each.drug, each.effect)]
    more = [each for each in second.mentions if each in own or not _among(each, first.mentions)]
    mentions = sorted({*first.mentions, *more}, key=lambda mention: (mention.start, mention.end, mention.label))
    return Mined(mentions, [*first.relations, *pairs])


def _same(one: Relation, other: Relation) -> bool:
    return _overlap(one.drug, other.drug) and _overlap(one.effect, other.effect)


def _among(one: Mention, others: Sequence[Mention]) -> bool:
    return any(_overlap(one, other) for other in others)


def _overlap(one: Mention, other: Mention) -> bool:
    return one.start < other.end and other.start < one.end
