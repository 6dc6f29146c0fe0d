"""The tagger of Dernoncourt 2017: a character CNN and word embeddings, a bidirectional LSTM, a CRF.

Words are hashed (models/words.py), so that it has no closed vocabulary, and what is made of a word does not depend
on where it stands, so that it is made once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.crf import CRF
from models.window import Window, word_types
from models.words import LETTERS, LISTS, NUMBERS, SHAPES, Reader, Words

CACHED = 1 << 16  # words whose vectors are kept, 34 MB at 128 numbers each


@dataclass(frozen=True)
class BiLSTMConfig:
    labels: int
    language: str = "en"
    buckets: int = 1 << 14
    part_buckets: int = 1 << 15
    word_size: int = 32
    part_size: int = 48
    letter_size: int = 24
    filters: int = 48
    shape_size: int = 16
    size: int = 128  # of a word's vector
    hidden: int = 112  # of the LSTM, in each direction
    dropout: float = 0.4
    word_dropout: float = 0.2  # words of which only the parts are told


class WordVectors(nn.Module):
    """Words to vectors (N, size)."""

    def __init__(self, config: BiLSTMConfig) -> None:
        super().__init__()
        self.config = config
        self.whole = nn.Embedding(config.buckets, config.word_size, padding_idx=0)
        self.part = nn.EmbeddingBag(config.part_buckets, config.part_size, mode="mean", padding_idx=0)
        self.letter = nn.Embedding(LETTERS, config.letter_size, padding_idx=0)
        self.filters = nn.Conv1d(config.letter_size, config.filters, 3, padding=1)
        self.shape = nn.Embedding(SHAPES, config.shape_size)
        inputs = config.word_size + config.part_size + config.filters + config.shape_size + NUMBERS
        self.join = nn.Linear(inputs, config.size)
        self.even = nn.LayerNorm(config.size)
        self.drop = nn.Dropout(config.dropout / 2)

    def forward(self, words: Words) -> Tensor:
        whole, numbers = words.whole, words.numbers
        if self.training:
            whole = whole * (torch.rand(len(words)) >= self.config.word_dropout)
            numbers = numbers.clone()
            numbers[torch.rand(len(words)) < self.config.word_dropout, LISTS] = 0
        letters = self.letter(words.letters).transpose(1, 2)  # (N, letter_size, 16)
        parts = [
            self.whole(whole),
            self.part(words.parts),
            self.filters(letters).relu().amax(2),  # (N, filters)
            self.shape(words.shape),
            numbers,
        ]
        joined: Tensor = self.even(self.join(self.drop(torch.cat(parts, 1))))
        return torch.tanh(joined)


class BiLSTMCRF(nn.Module):
    def __init__(self, config: BiLSTMConfig) -> None:
        super().__init__()
        self.config = config
        self.reader = Reader(config.language, config.buckets, config.part_buckets)
        self.words = WordVectors(config)
        self.gap = nn.Embedding(4, config.size)
        self.lstm = nn.LSTM(config.size, config.hidden, batch_first=True, bidirectional=True)
        self.drop = nn.Dropout(config.dropout)
        self.tags = nn.Linear(2 * config.hidden, 2 * config.labels + 1)
        self.crf = CRF(config.labels)
        self._known: dict[str, int] = {}
        self._vectors = torch.zeros(1, config.size)  # of known words; row 0 fills up
        self._read: dict[str, int] = {}
        self._bank: Words | None = None

    def emissions(self, windows: Sequence[Window]) -> Tensor:
        """Scores of tags (B, T, K) for windows of one width T."""
        vectors, rows = self._learn(windows) if self.training else self._recall(windows)
        width = windows[0].width
        index = torch.zeros(len(windows), width, dtype=torch.long)
        gaps = torch.zeros(len(windows), width, dtype=torch.long)
        for at, window in enumerate(windows):
            index[at, : len(window)] = torch.tensor([rows[word] for word in window.words])
            gaps[at, : len(window)] = torch.tensor(list(window.gaps))
        read = vectors[index] + self.gap(gaps) * (index > 0)[..., None]  # (B, T, size)
        states, _ = self.lstm(self.drop(read))  # (B, T, 2 hidden)
        scores: Tensor = self.tags(self.drop(states))
        return scores

    def _learn(self, windows: Sequence[Window]) -> tuple[Tensor, dict[str, int]]:
        types = word_types(windows)
        vectors = self.words(self._features(list(types)))
        nothing = torch.zeros(1, self.config.size)
        return torch.cat([nothing, vectors]), {word: row + 1 for word, row in types.items()}

    def _features(self, words: list[str]) -> Words:
        """Numbers of words, each read once: training sees the same words again and again."""
        new = [word for word in words if word not in self._read]
        if new:
            self._read.update(zip(new, range(len(self._read), len(self._read) + len(new)), strict=True))
            read = self.reader.read(new)
            self._bank = read if self._bank is None else self._bank.with_more(read)
        assert self._bank is not None
        return self._bank.take(torch.tensor([self._read[word] for word in words]))

    def _recall(self, windows: Sequence[Window]) -> tuple[Tensor, dict[str, int]]:
        new = [word for word in word_types(windows) if word not in self._known]
        if len(self._known) + len(new) > CACHED:
            self.forget()
            new = list(word_types(windows))
        if new:
            self._known.update(zip(new, range(len(self._vectors), len(self._vectors) + len(new)), strict=True))
            self._vectors = torch.cat([self._vectors, self.words(self.reader.read(new))])
        return self._vectors, self._known

    def forget(self) -> None:
        """Vectors of words are kept; they must go when the weights have changed."""
        self._known, self._vectors = {}, torch.zeros(1, self.config.size)

    def train(self, mode: bool = True) -> "BiLSTMCRF":
        self.forget()
        super().train(mode)
        return self
