"""Words to vectors: a character CNN, hashed words and parts of words, shape, and what lists know.

What is made of a word does not depend on where it stands, so when reading it is made once and kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from models.window import Window, word_types
from models.words import LETTERS, LISTS, NUMBERS, SHAPES, Reader, Words

FILLED = 4  # the gap of what fills a window up
CACHED = 1 << 16  # words whose vectors are kept, 34 MB at 128 numbers each


@dataclass(frozen=True)
class WordConfig:
    language: str = "en"
    buckets: int = 1 << 14
    part_buckets: int = 1 << 15
    word_size: int = 32
    part_size: int = 48
    letter_size: int = 24
    filters: int = 48
    shape_size: int = 16
    size: int = 128  # of a word's vector
    dropout: float = 0.15
    word_dropout: float = 0.2  # words of which only the parts are told, and words that are in no list


class WordVectors(nn.Module):
    """Words to vectors (N, size)."""

    def __init__(self, config: WordConfig) -> None:
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
        self.drop = nn.Dropout(config.dropout)

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


class WordTable(nn.Module):
    """Windows to vectors (B, T, size): of each word its own, and what stands before it."""

    def __init__(self, config: WordConfig) -> None:
        super().__init__()
        self.reader = Reader(config.language, config.buckets, config.part_buckets)
        self.vectors = WordVectors(config)
        self.gap = nn.Embedding(5, config.size, padding_idx=FILLED)
        self._nothing = torch.zeros(1, config.size)  # fills windows up
        self._known: dict[str, int] = {}
        self._kept = self._nothing
        self._read: dict[str, int] = {}
        self._bank: Words | None = None

    def forward(self, windows: Sequence[Window]) -> Tensor:
        kept, rows = self._learn(windows) if self.training else self._recall(windows)
        index = np.zeros((len(windows), windows[0].width), np.int64)
        gaps = np.full_like(index, FILLED)
        for at, window in enumerate(windows):
            index[at, : len(window)] = list(map(rows.__getitem__, window.words))
            gaps[at, : len(window)] = list(window.gaps)
        read: Tensor = kept[torch.from_numpy(index)] + self.gap(torch.from_numpy(gaps))
        return read

    def _learn(self, windows: Sequence[Window]) -> tuple[Tensor, dict[str, int]]:
        types = word_types(windows)
        vectors = self.vectors(self.features(list(types)))
        return torch.cat([self._nothing, vectors]), {word: row + 1 for word, row in types.items()}

    def features(self, words: list[str]) -> Words:
        """Numbers of words, each read once: training sees the same words again and again."""
        new = [word for word in words if word not in self._read]
        if new:
            self._read.update(zip(new, range(len(self._read), len(self._read) + len(new)), strict=True))
            read = self.reader.read(new)
            self._bank = read if self._bank is None else self._bank.with_more(read)
        assert self._bank is not None
        return self._bank.take(torch.tensor([self._read[word] for word in words]))

    def _recall(self, windows: Sequence[Window]) -> tuple[Tensor, dict[str, int]]:
        new = list({word: 0 for window in windows for word in window.words if word not in self._known})
        if len(self._known) + len(new) > CACHED:
            self.forget()
            new = list(word_types(windows))
        if new:
            self._known.update(zip(new, range(len(self._kept), len(self._kept) + len(new)), strict=True))
            self._kept = torch.cat([self._kept, self.vectors(self.reader.read(new))])
        return self._kept, self._known

    def forget(self) -> None:
        """Vectors of words are kept; they must go when the weights have changed."""
        self._known, self._kept = {}, self._nothing

    def train(self, mode: bool = True) -> "WordTable":
        self.forget()
        super().train(mode)
        return self
