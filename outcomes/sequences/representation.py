"""Vectors of patients, learned without labels by a denoising autoencoder of all that is known: further features."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from contract.errors import InputError
from models.threads import one_thread
from models.train import Schedule, fit
from outcomes.cohort import Cohort
from outcomes.features.matrix import Features, Matrix
from outcomes.learning.folds import folds, persons
from outcomes.sequences.bag import STATED, Bags, bag, gathered
from outcomes.sequences.ragged import dealt
from outcomes.sequences.vocabulary import Words
from outcomes.sequences.vocabulary import learn as learn_words
from outcomes.timeline import Bools, Ints, Timeline

if TYPE_CHECKING:
    from torch import Tensor

    from models.record_autoencoder import RecordAutoencoder

FILES = SAID, WEIGHTS = "representation.json", "representation.safetensors"


@dataclass(frozen=True)
class Unsupervised:
    """How patients are represented; labels are never read."""

    name: str = "ae"
    size: int = 32
    hidden: int = 128
    noise: float = 0.3
    words: int = 512
    rows: int = 128  # of a batch
    schedule: Schedule = field(
        default_factory=lambda: Schedule(epochs=30, rate=3e-3, decay=1e-4, average=0.95, patience=4)
    )

    def learn(self, timeline: Timeline, cohort: Cohort, seed: int = 1) -> "Representation":
        """Of rows with or without labels; one fold of persons of ten decides when to stop."""
        import torch

        torch.manual_seed(seed)
        words = learn_words(timeline, cohort, self.words)
        bags = read(timeline, cohort, words)
        network = _network(len(words), self)
        fold = folds(persons(timeline, cohort), np.zeros(len(cohort), bool), 10, seed)
        if len(cohort):
            self._train(network, bags, fold == 0, seed)
        return Representation(self, words, network.eval())

    def load(self, folder: Path) -> "Representation":
        return load(folder)

    def _train(self, network: "RecordAutoencoder", bags: Bags, held: Bools, seed: int) -> None:
        import torch

        taught, judged = np.flatnonzero(~held), np.flatnonzero(held)
        taught, judged = (one if len(one) else np.arange(len(held)) for one in (taught, judged))
        draw = np.random.default_rng(seed)
        fixed = torch.from_numpy(_kept(np.random.default_rng(seed + 1), len(judged), len(bags.words), self.noise))
        same = torch.from_numpy(bags.rows(judged))

        def batches(epoch: int) -> Iterator[Ints]:
            yield from dealt(taught, np.ones(len(held), np.int64), self.rows, np.random.default_rng((seed, epoch)))

        def loss(rows: Ints) -> "Tensor":
            kept = torch.from_numpy(_kept(draw, len(rows), len(bags.words), self.noise))
            return network.loss(torch.from_numpy(bags.rows(rows)), kept)

        def score() -> float:
            with torch.inference_mode():
                return -float(network.loss(same, fixed))

        with one_thread():
            fit(network, batches, loss, score, replace(self.schedule, seed=seed))


@dataclass(frozen=True)
class Representation:
    plan: Unsupervised
    words: Words
    network: "RecordAutoencoder"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"ae/{at}" for at in range(self.plan.size))

    def vectors(self, timeline: Timeline, cohort: Cohort) -> Matrix:
        """(m, size) between -1 and 1, of what was recorded by the prediction."""
        import torch

        bags = read(timeline, cohort, self.words)
        with torch.inference_mode(), one_thread():
            parts = [
                self.network(torch.from_numpy(bags.rows(np.arange(at, min(at + 1000, len(cohort)))))).numpy()
                for at in range(0, len(cohort), 1000)
            ]
        return np.concatenate([np.zeros((0, self.plan.size), np.float32), *parts])

    def features(self, timeline: Timeline, cohort: Cohort) -> Features:
        """As a block of features, to stand beside others."""
        rows = sparse.csr_array(self.vectors(timeline, cohort))
        return Features(self.names, np.ones(self.plan.size, bool), rows)

    def save(self, folder: Path) -> None:
        from safetensors.torch import save_file

        folder.mkdir(parents=True, exist_ok=True)
        said = {"plan": asdict(self.plan), "words": self.words.said()}
        (folder / SAID).write_text(json.dumps(said, ensure_ascii=False) + "\n", encoding="utf-8")
        save_file(dict(self.network.state_dict()), folder / WEIGHTS)


def load(folder: Path) -> Representation:
    from safetensors.torch import load_file

    if not (folder / SAID).is_file():
        raise InputError(f"{folder} holds no representation: {SAID} is missing. `Representation.save` writes one.")
    said = json.loads((folder / SAID).read_text(encoding="utf-8"))
    plan = Unsupervised(**{**said["plan"], "schedule": Schedule(**said["plan"]["schedule"])})
    words = Words.read(said["words"])
    network = _network(len(words), plan)
    network.load_state_dict(load_file(folder / WEIGHTS))
    return Representation(plan, words, network.eval())


def read(timeline: Timeline, cohort: Cohort, words: Words) -> Bags:
    parts = [bag(*piece, words) for piece in words.known(timeline, cohort)]
    return gathered(parts, len(cohort), words)


def _network(words: int, plan: Unsupervised) -> "RecordAutoencoder":
    from models.record_autoencoder import RecordAutoencoder, RecordAutoencoderConfig

    return RecordAutoencoder(RecordAutoencoderConfig(words, STATED, plan.hidden, plan.size, plan.noise))


def _kept(draw: np.random.Generator, rows: int, words: int, noise: float) -> Matrix:
    return np.asarray(draw.random((rows, words)) >= noise, np.float32)
