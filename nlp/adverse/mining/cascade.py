"""The whole miner after training: voices, weigher, gate and pairs, one after the other over pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from nlp.adverse.mining.bags import Bags
from nlp.adverse.mining.gate import gate_features
from nlp.adverse.mining.likeness import Likeness
from nlp.adverse.mining.page import Floats, Line, Page, every_line
from nlp.adverse.mining.pairs import Pair, Seen, contexts, pairs_of, ungated
from nlp.adverse.mining.trees import Trees
from nlp.adverse.mining.voices import Fields, features_of, network_beliefs, slim
from nlp.adverse.mining.weighing import Weigher
from nlp.tagging.reading import Entity
from nlp.tagging.tagger import SpanTagger


@dataclass(frozen=True)
class Voices:
    """`tagger`: networks that vote, or none. `marked` learned from marked lines, `whole` from all of them."""

    marked: Fields
    whole: Fields
    tagger: SpanTagger | None = None

    def beliefs(self, lines: Sequence[Line], likeness: Likeness) -> list[Floats]:
        """Of each word of each line (T, 4 a voice)."""
        features = features_of(lines, likeness)
        said = [self.marked.beliefs(features), self.whole.beliefs(slim(features))]
        if self.tagger:
            said.insert(0, network_beliefs(self.tagger.networks, lines))
        return [np.concatenate(of, 1) for of in zip(*said, strict=True)]


@dataclass(frozen=True)
class Read:
    """Of pages: spans and the probability to tell, line by line; candidate pairs and theirs.

    `known`: theirs, were it known of every line that it tells.
    """

    found: Sequence[list[Entity]]
    telling: Floats
    pairs: Sequence[Pair]
    likely: Floats
    known: Floats | None = None


@dataclass(frozen=True)
class Cuts:
    """From which probability a line counts as telling, and a pair as related. `reach`: how many lines apart.

    `known`: a pair as related where somebody knows that the line tells.
    """

    telling: float = 0.5
    related: float = 0.5
    reach: int = 0
    known: float = 0.5


@dataclass(frozen=True)
class Cascade:
    voices: Voices = field(repr=False)
    weigher: Weigher = field(repr=False)
    bags: Bags = field(repr=False)
    gate: Trees = field(repr=False)
    relations: Trees = field(repr=False)
    cuts: Cuts = field(default_factory=Cuts)
    measured: Mapping[str, float] = field(
        default_factory=dict
    )  # when it learned, on what its parts had not learned from

    context: Bags | None = field(default=None, repr=False)  # over the words around a pair
    known: Trees | None = field(default=None, repr=False)  # relations of lines that are known to tell

    def read(self, pages: Sequence[Page]) -> Read:
        lines = every_line(pages)
        beliefs = self.voices.beliefs(lines, self.weigher.likeness)
        found = self.weigher.spans(pages, beliefs)
        bags = self.bags.scores([line.text for line in lines]) if lines else np.zeros(0)
        telling = self.gate.probabilities(gate_features(pages, bags, beliefs, found))
        pairs, features = pairs_of(pages, Seen(beliefs, found, telling), self.cuts.reach)
        if self.context and pairs:
            features = np.column_stack([features, self.context.scores(contexts(pages, pairs))])
        known = self.known.probabilities(ungated(features)) if self.known else None
        return Read(found, telling, pairs, self.relations.probabilities(features), known)
