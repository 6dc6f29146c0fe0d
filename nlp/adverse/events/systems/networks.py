"""The CNN and the hierarchical BiLSTM over words; a fifth of the notes is held out to stop and to calibrate by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from eval.agreement import kappa
from nlp.adverse.events.calibration import Calibration, fitted, folds
from nlp.adverse.events.event import Event
from nlp.adverse.events.note import EventNote, Evidence, Floats
from nlp.adverse.events.occlusion import occluded
from nlp.text.sentences import sentences
from nlp.text.tokens import tokenize

Kind = Literal["cnn", "bilstm"]
LONGEST = 1500  # words of a note that are read
BATCH = 16
FILLER, UNKNOWN = 0, 1


@dataclass
class Networked:
    event: Event
    kind: Kind
    seed: int = 1
    epochs: int = 20
    calibration: Calibration = field(default_factory=Calibration)
    words: dict[str, int] = field(default_factory=dict, repr=False)
    _network: Any = None

    def fit(self, notes: Sequence[EventNote], labels: Sequence[str]) -> None:
        from models.count_vectors import most_common
        from models.train import Schedule, fit

        gold = [self.event.labels.index(label) for label in labels]
        held, *rest = folds(gold, 5, self.seed)
        learn = np.concatenate(rest) if rest else held
        split = [_cut(note) for note in notes]
        known = most_common([[word for word, _ in split[at]] for at in learn], 2)
        self.words = {word: 2 + at for at, word in enumerate(known)}
        documents = [self._document(words) for words in split]
        self._network = self._made()
        schedule = Schedule(self.epochs, rate=2e-3, average=0.9, patience=5, seed=self.seed)
        pairs = [(documents[at], gold[at]) for at in learn]
        asked, answers = [documents[at] for at in held], [gold[at] for at in held]
        fit(self._network, lambda epoch: self._batches(pairs, epoch), self._loss(gold),
            lambda: self._score(asked, answers), schedule)  # fmt: skip
        self.calibration = fitted(self._said(asked), answers)

    def scores(self, notes: Sequence[EventNote]) -> Floats:
        return self.calibration(self._said([self._document(_cut(note)) for note in notes]))

    def evidence(self, notes: Sequence[EventNote]) -> list[list[Evidence]]:
        return [occluded(self.scores, note) for note in notes]

    def _made(self) -> Any:
        import torch

        from models.document_cnn import CnnConfig, DocumentCnn
        from models.hierarchical_lstm import HierarchicalLstm, HierarchicalLstmConfig

        torch.manual_seed(self.seed)
        labels, words = len(self.event.labels), 2 + len(self.words)
        if self.kind == "cnn":
            return DocumentCnn(CnnConfig(labels, words, filters=64))
        return HierarchicalLstm(HierarchicalLstmConfig(labels, words))

    def _document(self, words: Sequence[tuple[str, int]]) -> Any:
        from models.documents import Document

        read = words or [("", 0)]
        return Document([self.words.get(word, UNKNOWN) for word, _ in read], [at for _, at in read])

    def _batches(self, pairs: Sequence[tuple[Any, int]], epoch: int) -> Iterable[list[tuple[Any, int]]]:
        order = np.random.default_rng([self.seed, epoch]).permutation(len(pairs))
        return [[pairs[at] for at in order[one : one + BATCH]] for one in range(0, len(order), BATCH)]

    def _loss(self, gold: Sequence[int]) -> Any:
        """Rare labels weigh more, by the root of how much rarer they are."""
        import torch

        often = np.bincount(gold, minlength=len(self.event.labels))
        weights = torch.tensor(np.sqrt(len(gold) / np.maximum(often, 1) / len(often)), dtype=torch.float32)

        def loss(batch: Sequence[tuple[Any, int]]) -> Any:
            said = self._network([document for document, _ in batch])
            return torch.nn.functional.cross_entropy(said, torch.tensor([one for _, one in batch]), weights)

        return loss

    def _score(self, asked: Sequence[Any], answers: Sequence[int]) -> float:
        said = self._said(asked)
        sure = np.log(np.clip(said[np.arange(len(answers)), list(answers)], 1e-6, 1)).mean()
        return float(kappa(answers, said.argmax(1).tolist())[0] + 0.1 * sure)

    def _said(self, documents: Sequence[Any]) -> Floats:
        import torch

        order = sorted(range(len(documents)), key=lambda at: len(documents[at]))
        said = np.zeros((len(documents), len(self.event.labels)))
        with torch.inference_mode():
            for at in range(0, len(order), 64):
                batch = order[at : at + 64]
                said[batch] = torch.softmax(self._network([documents[one] for one in batch]), 1).numpy()
        return said


def _cut(note: EventNote) -> list[tuple[str, int]]:
    """Words in small letters, each with the number of its sentence; digits are all the same."""
    found = [
        (word.lower() if word.isalpha() else "0" if word.isdigit() else word, at)
        for at, (start, end) in enumerate(sentences(note.text, note.language))
        for word in tokenize(note.text[start:end]).words
    ]
    return found[:LONGEST]
