"""CAML and DR-CAML (Mullenbach 2018): a convolution over words, label attention, titles that pull rare labels along."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.documents import FILLER, Document, filled
from models.label_attention import LabelAttention, pooled, spread


@dataclass(frozen=True)
class CamlConfig:
    labels: int = 0
    words: int = 0  # of the vocabulary, with FILLER and UNKNOWN
    size: int = 100  # of a word's vector
    filters: int = 50
    kernel: int = 10  # words that a filter sees
    dropout: float = 0.2
    pool: int = 1  # neighbours that become one state before the attention
    described: float = 0.0  # weight of the description regulariser; 0 is CAML
    title_words: int = 0  # of the titles' own vocabulary
    title_width: int = 0  # words of the longest title


class Caml(nn.Module):
    reach = 2  # words to each side of a state that are shown as its evidence

    def __init__(self, config: CamlConfig) -> None:
        super().__init__()
        self.config = config
        self.word = nn.Embedding(config.words, config.size, padding_idx=FILLER)
        self.drop = nn.Dropout(config.dropout)
        self.convolution = nn.Conv1d(config.size, config.filters, config.kernel, padding="same")
        self.head = LabelAttention(config.labels, config.filters)
        self.titles = Titles(config) if config.described else None

    def forward(self, documents: Sequence[Document], labels: Tensor | None = None) -> Tensor:
        states, there = self.states(filled([one.ids for one in documents]))
        return self.head(states, states, there, labels)  # type: ignore[no-any-return]

    def states(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """Of ids (B, T) states (B, T / pool, filters), and which are real."""
        read = self.drop(self.word(ids)).transpose(1, 2)  # (B, size, T)
        states = torch.tanh(self.convolution(read)).transpose(1, 2)  # (B, T, filters)
        return pooled(states, ids != FILLER, self.config.pool)

    def relevance(self, document: Document, labels: Tensor) -> Tensor:
        """(C, T)."""
        states = self.states(filled([document.ids]))[0][0]
        return spread(self.head.relevance(states, states, labels), self.config.pool, len(document))

    def penalty(self, labels: Tensor) -> Tensor:
        """Mean squared distance of these labels' weights from what their titles say; labels without title: none."""
        return torch.zeros(()) if self.titles is None else self.config.described * self.titles(self.head.say, labels)


class Titles(nn.Module):
    """Titles to vectors like a label's weights (2.5): word vectors, a convolution, maximum, a linear layer."""

    ids: Tensor

    def __init__(self, config: CamlConfig) -> None:
        super().__init__()
        self.register_buffer("ids", torch.zeros(config.labels, config.title_width, dtype=torch.int64))
        self.word = nn.Embedding(config.title_words, config.size, padding_idx=FILLER)
        self.drop = nn.Dropout(config.dropout)
        self.convolution = nn.Conv1d(config.size, config.filters, config.kernel, padding="same")
        self.join = nn.Linear(config.filters, config.filters)

    def forward(self, say: Tensor, labels: Tensor) -> Tensor:
        ids = self.ids[labels]  # (C, W)
        some = (ids != FILLER).any(1)
        if not some.any():
            return torch.zeros(())
        ids = ids[some]
        states = self.convolution(self.drop(self.word(ids)).transpose(1, 2))  # (C, filters, W)
        means = self.join(states.masked_fill((ids == FILLER)[:, None], -1e4).amax(2))  # (C, filters)
        apart: Tensor = (means - say[labels[some]]).square().sum(1).mean()
        return apart
