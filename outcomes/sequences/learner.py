"""Sequence models as learners: a reader of timelines, a network, a schedule, and ways to train."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from contract.errors import InputError
from models.train import Schedule
from outcomes.cohort import Cohort
from outcomes.learning.folds import folds, persons
from outcomes.learning.learner import Contribution, Scores
from outcomes.sequences.bag import Bags
from outcomes.sequences.grid import Hourly
from outcomes.sequences.networks import Network, Reader, built
from outcomes.sequences.strategies import Strategy, joined
from outcomes.sequences.training import Lesson, forward, train
from outcomes.sequences.vocabulary import Words, learn
from outcomes.timeline import Floats, Timeline

if TYPE_CHECKING:
    from torch import nn

FILES = SAID, WEIGHTS = "sequence.json", "sequence.safetensors"


@dataclass(frozen=True)
class SequenceLearner:
    name: str = "gru-d"
    network: Network = "gru-d"
    reader: Reader = field(default_factory=Hourly)
    hidden: int = 64
    dropout: float = 0.3
    schedule: Schedule = field(default_factory=lambda: Schedule(epochs=16, rate=3e-3, decay=0.05, patience=4))
    size: int = 128  # rows of a batch
    folds: int = 4  # of persons: a network is stopped, and later judged, by the fold it was not trained on
    members: int = 4  # networks whose logits are averaged, one for each of the first folds
    words: int = 512  # codes told apart at most
    strategy: Strategy = field(default_factory=Strategy)

    def fit(self, timeline: Timeline, cohort: Cohort, seed: int) -> "SequenceModel":
        import torch

        every = joined(cohort, self.strategy.beside) if self.strategy.beside else cohort
        words = learn(timeline, every, self.words)
        reading = self.reader.read(timeline, every, words)
        ease = _ease(self, reading.bags, every)
        fold = folds(persons(timeline, every), (every.label == 1).any(1), self.folds, seed)
        networks, apart = [], np.full(cohort.label.shape, np.nan)
        for member in range(min(self.members, self.folds)):
            torch.manual_seed(seed * 1000 + member)
            network = built(self.network, self.reader, words, (every.label.shape[1], self.hidden, self.dropout))
            lesson = Lesson(reading, every.label, fold == member, ease, self.size)
            train(network, lesson, self.strategy, replace(self.schedule, seed=seed * 1000 + member))
            mine = np.flatnonzero(fold[: len(cohort)] == member)
            apart[mine] = forward(network, reading, mine)[:, : len(cohort.targets)] if len(mine) else apart[mine]
            networks.append(network)
        whole = None if np.isnan(apart).any() else chance(apart)
        return SequenceModel(self, words, every.label.shape[1], len(cohort.targets), tuple(networks), whole)

    def load(self, folder: Path) -> "SequenceModel":
        """What fit and save left there, whatever the fields of this learner; only its name must be the same."""
        from safetensors.torch import load_file

        path = folder / SAID
        if not path.is_file():
            raise InputError(
                f"{folder} holds no sequence model: {SAID} is missing. `chartloom train outcomes` makes one."
            )
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if said["network"] != self.network:
            raise InputError(
                f"{folder} holds a {said['network']} network; expected {self.network}. Load it by its name."
            )
        learner = replace(
            self, reader=type(self.reader)(**said["reader"]), hidden=said["hidden"], dropout=said["dropout"]
        )
        words, weights = Words.read(said["words"]), load_file(folder / WEIGHTS)
        networks = []
        for member in range(said["members"]):
            network = built(learner.network, learner.reader, words, (said["heads"], learner.hidden, learner.dropout))
            mine = {name.split(".", 1)[1]: v for name, v in weights.items() if name.startswith(f"{member}.")}
            network.load_state_dict(mine)
            networks.append(network.eval())
        return SequenceModel(learner, words, said["heads"], said["targets"], tuple(networks))


@dataclass(frozen=True)
class SequenceModel:
    learner: SequenceLearner
    words: Words
    heads: int  # with those of further tasks
    targets: int  # its own, the first
    networks: "tuple[nn.Module, ...]"
    out_of_fold: Scores | None = None
    """(m, t) of the training rows, by networks that were not trained on the person; None where it was loaded."""

    def scores(self, timeline: Timeline, cohort: Cohort) -> Scores:
        reading = self.learner.reader.read(timeline, cohort, self.words)
        rows = np.arange(len(cohort))
        if not len(rows):
            return np.zeros((0, self.targets))
        logits = np.mean([forward(one, reading, rows) for one in self.networks], 0)
        return chance(logits[:, : self.targets])

    def explain(self, timeline: Timeline, cohort: Cohort, most: int) -> list[list[Sequence[Contribution]]]:
        """Gradient x input of cells or events: how the logit leans on each, near this input. Not SHAP."""
        from outcomes.sequences.attribution import strongest

        reading = self.learner.reader.read(timeline, cohort, self.words)
        return [strongest(self.networks, reading, row, self.targets, most) for row in range(len(cohort))]

    def save(self, folder: Path) -> None:
        from safetensors.torch import save_file

        folder.mkdir(parents=True, exist_ok=True)
        said = {
            "network": self.learner.network, "reader": asdict(self.learner.reader), "hidden": self.learner.hidden,
            "dropout": self.learner.dropout, "members": len(self.networks), "heads": self.heads,
            "targets": self.targets, "words": self.words.said(),
        }  # fmt: skip
        (folder / SAID).write_text(json.dumps(said, ensure_ascii=False) + "\n", encoding="utf-8")
        weights = {f"{at}.{k}": v for at, one in enumerate(self.networks) for k, v in one.state_dict().items()}
        save_file({name: value.contiguous() for name, value in weights.items()}, folder / WEIGHTS)


def chance(logits: Scores) -> Scores:
    return np.asarray(1 / (1 + np.exp(-logits)))


def _ease(learner: SequenceLearner, bags: Bags, cohort: Cohort) -> Floats:
    if learner.strategy.curriculum != "loss":
        return np.zeros(len(cohort), np.float32)
    from outcomes.sequences.ease import simple_loss

    return simple_loss(bags, cohort.label)
