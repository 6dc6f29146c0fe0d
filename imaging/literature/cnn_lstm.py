"""CNN-LSTM as a system: trained on the words of reports, writes by beam search (Wu 2017, Vinyals 2015)."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import numpy as np

from contract.errors import ConfigError
from imaging.draft import Draft
from imaging.finding import Finding
from imaging.literature.written import drafts, require
from imaging.studies import Studies

if TYPE_CHECKING:
    from torch import Tensor

    from imaging.literature.lesson import Lesson, Rows
    from imaging.literature.sight import Sight
    from imaging.literature.vocabulary import Vocabulary
    from models.image_lstm import ImageLstm

BLOCK = 256  # studies that are written at once
CUT = 0.98  # of reports are at most as long as the longest that is written


@dataclass
class CnnLstm:
    """`least`: reports that a word must stand in to be known; `held`: share of persons that say when to stop."""

    size: int = 64  # of a word's vector
    hidden: int = 128
    dropout: float = 0.1
    beside: bool = True  # the image is read beside every word, not before the first alone
    least: int = 5
    beam: int = 1  # texts that are held at a time; 1: the likeliest word each time
    epochs: int = 16
    rate: float = 8e-3
    batch: int = 24
    average: float = 0.99  # of the weights over steps; less where there are few reports
    held: float = 0.1
    minutes: float = math.inf
    seed: int = 1
    tell: Callable[[str], None] = field(default=lambda _: None, repr=False, compare=False)
    longest: int = field(default=0, init=False, compare=False)  # words of a report that is written
    vocabulary: "Vocabulary | None" = field(default=None, init=False, repr=False, compare=False)
    sight: "Sight | None" = field(default=None, init=False, repr=False, compare=False)
    network: "ImageLstm | None" = field(default=None, init=False, repr=False, compare=False)

    def fit(self, studies: Studies, reports: Sequence[str], findings: Sequence[Sequence[Finding]]) -> Self:
        from imaging.literature.lesson import Lesson
        from models.threads import one_blas_thread, one_thread

        require(studies, reports, findings)
        with one_thread(), one_blas_thread():
            lesson = Lesson.of(studies, reports, findings, self.least, self.held)
            self.vocabulary, self.sight = lesson.vocabulary, lesson.sight
            self._learn(lesson)
        return self

    def predict(self, studies: Studies) -> list[Draft]:
        import torch

        from models.threads import one_thread

        if self.network is None or self.vocabulary is None or self.sight is None:
            raise ConfigError("This system has learned nothing yet; call fit with studies and their reports first.")
        if not len(studies):
            return []
        written: list[list[str]] = []
        with one_thread(), torch.no_grad():
            for images in torch.split(self.sight(studies), BLOCK):
                ids = self.network.write(images, self.longest, self.beam)
                written += [self.vocabulary.written(row) for row in ids.tolist()]
        return drafts(studies, written)

    def _learn(self, lesson: "Lesson") -> None:
        from imaging.literature.lesson import filled
        from imaging.literature.teaching import teach
        from imaging.literature.vocabulary import run
        from models.train import Schedule

        runs = [run(text) for text in lesson.texts]
        self.longest = int(np.quantile([len(runs[row]) - 1 for row in lesson.learn], CUT))
        self.network = network = self._made(lesson.images.shape[1], len(lesson.vocabulary))
        schedule = Schedule(self.epochs, self.rate, average=self.average, minutes=self.minutes, seed=self.seed)

        def unlikely(rows: "Rows") -> "Tensor":
            texts = filled([runs[row][: self.longest + 1] for row in rows])
            words: Tensor = network(lesson.images[rows], texts)[0]
            return -words.mean()

        teach(network, lesson, self.batch, unlikely, schedule, self.tell)

    def _made(self, width: int, words: int) -> "ImageLstm":
        import torch

        from models.image_lstm import ImageLstm, ImageLstmConfig

        torch.manual_seed(self.seed)
        return ImageLstm(ImageLstmConfig(width, words, self.size, self.hidden, self.dropout, self.beside))
