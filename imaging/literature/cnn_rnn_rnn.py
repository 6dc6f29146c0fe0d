"""CNN-RNN-RNN as a system (Liu 2019): learns topics and words of reports, then from what its own reports are worth."""

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
    from imaging.literature.lesson import Lesson
    from imaging.literature.sight import Sight
    from imaging.literature.topics import Topics

CUT = 0.98  # of reports and of sentences are at most as long as the longest that is written


@dataclass
class CnnRnnRnn:
    """`critical`: epochs of self-critical training after the `epochs` of teacher forcing; 0: none.

    `fluency`: weight of CIDEr in the reward; `forced`: weight of teacher forcing while the reward teaches.
    """

    size: int = 64  # of a word's vector, an image and a topic
    hidden: int = 128
    dropout: float = 0.2
    least: int = 5  # reports that a word must stand in to be known
    epochs: int = 12
    rate: float = 1.2e-2
    batch: int = 24
    average: float = 0.99  # of the weights over steps; less where there are few reports
    critical: int = 0
    critical_rate: float = 1e-3
    fluency: float = 0.2
    forced: float = 0.0
    held: float = 0.1  # share of persons that say when to stop
    minutes: float = math.inf  # of each of the two trainings
    seed: int = 1
    tell: Callable[[str], None] = field(default=lambda _: None, repr=False, compare=False)
    sight: "Sight | None" = field(default=None, init=False, repr=False, compare=False)
    topics: "Topics | None" = field(default=None, init=False, repr=False, compare=False)

    def fit(self, studies: Studies, reports: Sequence[str], findings: Sequence[Sequence[Finding]]) -> Self:
        from imaging.literature.lesson import Lesson
        from models.threads import one_blas_thread, one_thread

        require(studies, reports, findings)
        with one_thread(), one_blas_thread():
            lesson = Lesson.of(studies, reports, findings, self.least, self.held)
            self.sight = lesson.sight
            self.topics = self._taught(lesson)
            if self.critical:
                self._improved(self.topics, lesson)
        return self

    def predict(self, studies: Studies) -> list[Draft]:
        from models.threads import one_thread

        if self.topics is None or self.sight is None:
            raise ConfigError("This system has learned nothing yet; call fit with studies and their reports first.")
        if not len(studies):
            return []
        with one_thread():
            return drafts(studies, self.topics.written(self.sight(studies)))

    def _taught(self, lesson: "Lesson") -> "Topics":
        import torch

        from imaging.literature.teaching import teach
        from imaging.literature.topics import Topics
        from models.topic_lstm import TopicLstm, TopicLstmConfig
        from models.train import Schedule

        texts = [lesson.texts[row] for row in lesson.learn]
        most = int(np.quantile([max(len(text), 1) for text in texts], CUT))
        longest = int(np.quantile([len(sentence) + 1 for text in texts for sentence in text], CUT))
        torch.manual_seed(self.seed)
        config = TopicLstmConfig(
            lesson.images.shape[1], len(lesson.vocabulary), most, self.size, self.hidden, self.dropout
        )
        topics = Topics(TopicLstm(config), lesson.vocabulary, longest)
        schedule = Schedule(self.epochs, self.rate, average=self.average, minutes=self.minutes, seed=self.seed)
        teach(topics.network, lesson, self.batch,
              lambda rows: topics.loss(lesson.images[rows], [lesson.texts[row] for row in rows]),
              schedule, self.tell)  # fmt: skip
        return topics

    def _improved(self, topics: "Topics", lesson: "Lesson") -> None:
        from imaging.literature.rewards import ClinicalReward
        from imaging.literature.teaching import improve
        from models.train import Schedule

        schedule = Schedule(
            self.critical, self.critical_rate, average=self.average, minutes=self.minutes, seed=self.seed
        )
        reward = ClinicalReward(lesson.reports, self.fluency)
        improve(topics, lesson, reward, schedule, size=self.batch, forced=self.forced, tell=self.tell)
