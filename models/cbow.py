"""CBOW (as in Baumel 2017): the mean of the words' vectors, and a linear layer."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.documents import FILLER, Document, filled


@dataclass(frozen=True)
class CbowConfig:
    labels: int = 0
    words: int = 0
    size: int = 100
    dropout: float = 0.2


class Cbow(nn.Module):
    reach = 0

    def __init__(self, config: CbowConfig) -> None:
        super().__init__()
        self.config = config
        self.word = nn.Embedding(config.words, config.size, padding_idx=FILLER)
        self.drop = nn.Dropout(config.dropout)
        self.head = nn.Linear(config.size, config.labels)

    def forward(self, documents: Sequence[Document], labels: Tensor | None = None) -> Tensor:
        ids = filled([one.ids for one in documents])  # (B, T)
        mean = self.word(ids).sum(1) / (ids != FILLER).sum(1, keepdim=True)  # (B, size)
        say, bias = (self.head.weight, self.head.bias) if labels is None else self._of(labels)
        return nn.functional.linear(self.drop(mean), say, bias)

    def relevance(self, document: Document, labels: Tensor) -> Tensor:
        """(C, T)."""
        added: Tensor = self._of(labels)[0] @ self.word(torch.tensor(document.ids)).T / len(document)
        return added

    def _of(self, labels: Tensor) -> tuple[Tensor, Tensor]:
        return self.head.weight[labels], self.head.bias[labels]
