"""HA-GRU (Baumel 2017): a bidirectional GRU over words of a sentence, one over sentences, attention of each label."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from models.documents import FILLER, Document, filled
from models.label_attention import LabelAttention


@dataclass(frozen=True)
class HaGruConfig:
    labels: int = 0
    words: int = 0
    size: int = 100
    hidden: int = 64  # of each GRU, in each direction
    attention: int = 64
    longest: int = 40  # words of a sentence; a longer one is read in pieces
    dropout: float = 0.2


class HaGru(nn.Module):
    reach = 1

    def __init__(self, config: HaGruConfig) -> None:
        super().__init__()
        self.config = config
        wide = 2 * config.hidden
        self.word = nn.Embedding(config.words, config.size, padding_idx=FILLER)
        self.drop = nn.Dropout(config.dropout)
        self.of_words = nn.GRU(config.size, config.hidden, batch_first=True, bidirectional=True)
        self.turn = nn.Linear(wide, config.attention)
        self.matter = nn.Linear(config.attention, 1, bias=False)
        self.of_sentences = nn.GRU(wide, config.hidden, batch_first=True, bidirectional=True)
        self.key = nn.Linear(wide, config.attention)
        self.head = LabelAttention(config.labels, wide, config.attention)

    def forward(self, documents: Sequence[Document], labels: Tensor | None = None) -> Tensor:
        sentences = [cut(one, self.config.longest) for one in documents]
        vectors, _ = self.sentences([ids for each in sentences for ids in each])
        states, there = self.states(vectors, [len(each) for each in sentences])
        return self.head(torch.tanh(self.key(states)), states, there, labels)  # type: ignore[no-any-return]

    def sentences(self, lists: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
        """Of N sentences vectors (N, 2 hidden), and how much each word matters (N, W)."""
        ids = filled(lists)
        states = _read(self.of_words, self.drop(self.word(ids)), [len(one) for one in lists])  # (N, W, 2 hidden)
        weights = self.matter(torch.tanh(self.turn(states)))[..., 0].float()  # (N, W)
        matter = torch.softmax(weights.masked_fill(ids == FILLER, -torch.inf), 1)
        return torch.einsum("nw,nwd->nd", matter.to(states.dtype), states), matter

    def states(self, vectors: Tensor, counts: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Of the documents' sentences (N, 2 hidden) states (B, S, 2 hidden), and which are real."""
        laid = nn.utils.rnn.pad_sequence(list(torch.split(vectors, list(counts))), batch_first=True)
        there = torch.arange(laid.shape[1]) < torch.tensor(counts)[:, None]
        return _read(self.of_sentences, self.drop(laid), counts), there

    def relevance(self, document: Document, labels: Tensor) -> Tensor:
        """(C, T): what a sentence adds, shared among its words as they matter in it."""
        lists = cut(document, self.config.longest)
        vectors, matter = self.sentences(lists)
        states = self.states(vectors, [len(lists)])[0][0]  # (S, 2 hidden)
        added = self.head.relevance(torch.tanh(self.key(states)), states, labels)  # (C, S)
        return torch.cat([added[:, at, None] * matter[at, : len(ids)] for at, ids in enumerate(lists)], 1)


def cut(document: Document, longest: int) -> list[list[int]]:
    """Ids sentence by sentence, none longer than `longest`."""
    pieces: list[list[int]] = []
    for _, group in groupby(zip(document.sentences, document.ids, strict=True), key=lambda pair: pair[0]):
        ids = [one for _, one in group]
        pieces += [ids[at : at + longest] for at in range(0, len(ids), longest)]
    return pieces


def _read(gru: nn.GRU, rows: Tensor, lengths: Sequence[int]) -> Tensor:
    """What lies behind the end of a row is not read."""
    packed = pack_padded_sequence(rows, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    return pad_packed_sequence(gru(packed)[0], batch_first=True)[0]
