"""Embeddings of parts of words learned from text without marks: skip-grams whose words are sums of their parts."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from models.train import Schedule, fit
from models.word_vectors import WordTable
from models.words import Words

NEAR = 3  # words to each side
OTHERS = 8  # words that do not stand near, for each that does
PAIRS = 4096


class SkipGram(nn.Module):
    """Scores whether two words stand near each other. Trains the table's own parts."""

    def __init__(self, table: WordTable) -> None:
        super().__init__()
        self.part = table.vectors.part
        self.near = nn.Embedding(table.vectors.whole.num_embeddings, table.vectors.part.embedding_dim)
        nn.init.zeros_(self.near.weight)

    def loss(self, words: Words, pairs: Tensor) -> Tensor:
        """`pairs` (P, 2) are rows of `words`."""
        middle = self.part(words.parts)[pairs[:, 0]]  # (P, size)
        other = words.whole[pairs[:, 1]]
        wrong = other[torch.randint(len(other), (len(other), OTHERS))]  # (P, OTHERS)
        right = (middle * self.near(other)).sum(1)
        apart = (middle[:, None] * self.near(wrong)).sum(2)
        loss: Tensor = -nn.functional.logsigmoid(right).mean() - nn.functional.logsigmoid(-apart).mean() * OTHERS
        return loss


def learn_parts(
    table: WordTable, texts: Sequence[Sequence[str]], schedule: Schedule, tell: Callable[[str], None]
) -> None:
    """`texts` are lists of words. The rarest words teach nothing and are left out."""
    model = SkipGram(table)
    batches = [_batch(table, words) for words in _pieces(texts)]
    fit(model, lambda _: iter(batches), lambda batch: model.loss(*batch), lambda: 0.0, schedule, tell)


def _pieces(texts: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    words: list[str] = []
    for text in texts:
        words += [word for word in text if word.isalpha()]
        if len(words) > PAIRS:
            yield words
            words = []


def _batch(table: WordTable, words: list[str]) -> tuple[Words, Tensor]:
    types = {word: row for row, word in enumerate(dict.fromkeys(words))}
    rows = np.array([types[word] for word in words])
    chance = np.random.default_rng(len(words))
    step = chance.integers(1, NEAR + 1, len(rows))
    other = np.minimum(np.arange(len(rows)) + step, len(rows) - 1)
    pairs = np.stack([rows, rows[other]], 1)
    return table.features(list(types)), torch.from_numpy(np.concatenate([pairs, pairs[:, ::-1]]))
