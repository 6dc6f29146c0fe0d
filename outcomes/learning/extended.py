"""The simple model with further blocks of features beside the windows: patient vectors, findings, image embeddings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from scipy import sparse

from outcomes.cohort import Cohort
from outcomes.features import vocabulary, windows
from outcomes.features.matrix import Features
from outcomes.learning.folds import persons
from outcomes.learning.learner import Contribution, Scores
from outcomes.learning.simple import Simple, SimpleModel, probability, strongest
from outcomes.timeline import Timeline

INSIDE = "simple"


class Block(Protocol):
    """Features of its own kind; it reads nothing that was recorded after the prediction."""

    def features(self, timeline: Timeline, cohort: Cohort) -> Features: ...
    def save(self, folder: Path) -> None: ...


class BlockLearner(Protocol):
    """Learns from the training rows, never from their labels: then scores out of fold stay honest."""

    @property
    def name(self) -> str: ...
    def learn(self, timeline: Timeline, cohort: Cohort, seed: int) -> Block: ...
    def load(self, folder: Path) -> Block: ...


@dataclass(frozen=True)
class Extended:
    name: str
    blocks: tuple[BlockLearner, ...]
    simple: Simple = field(default_factory=Simple)

    def fit(self, timeline: Timeline, cohort: Cohort, seed: int) -> "ExtendedModel":
        words = vocabulary.learn(timeline, cohort, self.simple.plan)
        blocks = tuple(block.learn(timeline, cohort, seed) for block in self.blocks)
        every = [windows.features(timeline, cohort, words), *(block.features(timeline, cohort) for block in blocks)]
        learned = self.simple.blend.fit(joined(every), cohort.label, persons(timeline, cohort), seed)
        return ExtendedModel(self, SimpleModel(words, learned), blocks)

    def load(self, folder: Path) -> "ExtendedModel":
        blocks = tuple(block.load(folder / block.name) for block in self.blocks)
        return ExtendedModel(self, self.simple.load(folder / INSIDE), blocks)


@dataclass(frozen=True)
class ExtendedModel:
    learner: Extended
    simple: SimpleModel
    blocks: tuple[Block, ...]

    @property
    def out_of_fold(self) -> Scores | None:
        return self.simple.out_of_fold

    def features(self, timeline: Timeline, cohort: Cohort) -> Features:
        blocks = (block.features(timeline, cohort) for block in self.blocks)
        return joined([self.simple.features(timeline, cohort), *blocks])

    def scores(self, timeline: Timeline, cohort: Cohort) -> Scores:
        return probability(self.simple.blended.logits(self.features(timeline, cohort)))

    def explain(self, timeline: Timeline, cohort: Cohort, most: int) -> list[list[Sequence[Contribution]]]:
        features = self.features(timeline, cohort)
        parts, _ = self.simple.blended.parts(features)
        values = features.dense()
        return [[strongest(features.names, values[at], part[at], most) for part in parts] for at in range(len(cohort))]

    def save(self, folder: Path) -> None:
        self.simple.save(folder / INSIDE)
        for learner, block in zip(self.learner.blocks, self.blocks, strict=True):
            block.save(folder / learner.name)


def joined(every: Sequence[Features]) -> Features:
    """Blocks of the same rows side by side; their names must differ."""
    names = tuple(name for block in every for name in block.names)
    counted = np.concatenate([block.counted for block in every])
    return Features(names, counted, sparse.csr_array(sparse.hstack([block.rows for block in every], format="csr")))
