"""Hierarchical BiLSTM (after Yang 2016): over words of a sentence, then over sentences, each with attention."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from models.documents import FILLER, Document, filled
from models.ha_gru import cut


@dataclass(frozen=True)
class HierarchicalLstmConfig:
    labels: int = 0
    words: int = 0
    size: int = 100
    hidden: int = 48  # of each LSTM, in each direction
    longest: int = 60  # words of a sentence; a longer one is read in pieces
    dropout: float = 0.3


class HierarchicalLstm(nn.Module):
    def __init__(self, config: HierarchicalLstmConfig) -> None:
        super().__init__()
        self.config = config
        wide = 2 * config.hidden
        self.word = nn.Embedding(config.words, config.size, padding_idx=FILLER)
        self.drop = nn.Dropout(config.dropout)
        self.of_words = nn.LSTM(config.size, config.hidden, batch_first=True, bidirectional=True)
        self.of_sentences = nn.LSTM(wide, config.hidden, batch_first=True, bidirectional=True)
        self.words_matter = nn.Sequential(nn.Linear(wide, wide), nn.Tanh(), nn.Linear(wide, 1, bias=False))
        self.sentences_matter = nn.Sequential(nn.Linear(wide, wide), nn.Tanh(), nn.Linear(wide, 1, bias=False))
        self.head = nn.Linear(wide, config.labels)

    def forward(self, documents: Sequence[Document]) -> Tensor:
        sentences = [cut(one, self.config.longest) for one in documents]
        ids = filled([piece for each in sentences for piece in each])
        vectors = _summed(self.of_words, self.drop(self.word(ids)), ids != FILLER, self.words_matter)  # (N, 2 hidden)
        counts = [len(each) for each in sentences]
        laid = nn.utils.rnn.pad_sequence(list(torch.split(vectors, counts)), batch_first=True)  # (B, S, 2 hidden)
        there = torch.arange(laid.shape[1]) < torch.tensor(counts)[:, None]
        return self.head(self.drop(_summed(self.of_sentences, self.drop(laid), there, self.sentences_matter)))  # type: ignore[no-any-return]


def _summed(lstm: nn.LSTM, rows: Tensor, there: Tensor, matter: nn.Module) -> Tensor:
    """(N, T, size) to (N, 2 hidden): states weighted by how much they matter; what is not there counts nothing."""
    packed = pack_padded_sequence(rows, there.sum(1), batch_first=True, enforce_sorted=False)
    states = pad_packed_sequence(lstm(packed)[0], batch_first=True, total_length=rows.shape[1])[0]
    weights = matter(states)[..., 0].masked_fill(~there, -torch.inf)
    return torch.einsum("nt,ntd->nd", torch.softmax(weights, 1), states)
