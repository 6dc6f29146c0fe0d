"""CNN (as in Baumel 2017, after Kim 2014): filters of three widths over words, the maximum of each, a linear layer."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.documents import FILLER, Document, filled


@dataclass(frozen=True)
class CnnConfig:
    labels: int = 0
    words: int = 0
    size: int = 100
    filters: int = 128  # of each width
    widths: Sequence[int] = (1, 3, 5)  # words that a filter sees
    dropout: float = 0.3


class DocumentCnn(nn.Module):
    reach = 1

    def __init__(self, config: CnnConfig) -> None:
        super().__init__()
        self.config = config
        self.word = nn.Embedding(config.words, config.size, padding_idx=FILLER)
        self.drop = nn.Dropout(config.dropout)
        self.convolutions = nn.ModuleList(
            nn.Conv1d(config.size, config.filters, width, padding="same") for width in config.widths
        )
        self.head = nn.Linear(config.filters * len(config.widths), config.labels)

    def forward(self, documents: Sequence[Document], labels: Tensor | None = None) -> Tensor:
        ids = filled([one.ids for one in documents])
        best = self.states(ids).amax(2)  # (B, all filters)
        say, bias = (self.head.weight, self.head.bias) if labels is None else self._of(labels)
        return nn.functional.linear(self.drop(best), say, bias)

    def states(self, ids: Tensor) -> Tensor:
        """Of ids (B, T) what the filters say (B, all filters, T), nothing of what fills up."""
        read = self.drop(self.word(ids)).transpose(1, 2)  # (B, size, T)
        said = torch.cat([convolution(read) for convolution in self.convolutions], 1).relu()
        return said.masked_fill((ids == FILLER)[:, None], 0.0)

    def relevance(self, document: Document, labels: Tensor) -> Tensor:
        """(C, T): what a filter says counts where it is largest."""
        best, where = self.states(filled([document.ids]))[0].max(1)  # (all filters)
        spoken = self._of(labels)[0] * best  # (C, all filters)
        return torch.zeros(len(labels), len(document)).index_add_(1, where, spoken.float())

    def _of(self, labels: Tensor) -> tuple[Tensor, Tensor]:
        return self.head.weight[labels], self.head.bias[labels]
