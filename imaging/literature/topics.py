"""A sentence LSTM with the words that it knows: how likely reports are, and what it writes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from imaging.literature.lesson import filled
from imaging.literature.vocabulary import Vocabulary
from models.decoding import Choice, likeliest
from models.topic_lstm import Reports, TopicLstm
from models.word_lstm import BEGIN, END

BLOCK = 256  # images at once


@dataclass(frozen=True)
class Topics:
    network: TopicLstm
    vocabulary: Vocabulary
    longest: int  # words of a sentence

    def loss(self, images: Tensor, texts: Sequence[Sequence[Sequence[int]]]) -> Tensor:
        """Per word: how unlikely these reports are, words and number of sentences."""
        words, _, lengths = self.network.likelihoods(images, self._numbered(texts))
        return -(words.sum() + lengths.sum()) / max(len(words), 1)

    def write(self, images: Tensor, choose: Choice = likeliest) -> Reports:
        return self.network.write(images, self.longest, choose)

    def sentences(self, reports: Reports) -> list[list[str]]:
        said: list[list[str]] = [[] for _ in range(len(reports.many))]
        for whose, ids in zip(reports.whose.tolist(), reports.ids.tolist(), strict=True):
            said[whose] += self.vocabulary.written(ids)
        return said

    def texts(self, reports: Reports) -> list[str]:
        return [" ".join(sentences) for sentences in self.sentences(reports)]

    def written(self, images: Tensor) -> list[list[str]]:
        """The likeliest sentences of each of many images."""
        return [report for block in torch.split(images, BLOCK) for report in self.sentences(self.write(block))]

    def _numbered(self, texts: Sequence[Sequence[Sequence[int]]]) -> Reports:
        cut = [text[: self.network.config.sentences] or [[]] for text in texts]
        ids = filled([[BEGIN, *sentence, END][: self.longest + 1] for text in cut for sentence in text])
        many = np.array([len(text) for text in cut])
        place = np.concatenate([np.arange(count) for count in many])
        return Reports(
            ids,
            torch.from_numpy(np.repeat(np.arange(len(cut)), many)),
            torch.from_numpy(place),
            torch.from_numpy(many),
        )
