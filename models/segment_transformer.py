"""A transformer over long documents with label attention (the PLM-ICD kind, Huang 2022): segments are encoded apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from models.documents import FILLER, Document, filled
from models.label_attention import LabelAttention, pooled, spread


@dataclass(frozen=True)
class SegmentConfig:
    """`encoder` is the checkpoint's own configuration (config.json). Ids are shifted by one: 0 is FILLER here."""

    labels: int = 0
    encoder: Mapping[str, object] = field(default_factory=dict)
    before: int = 0  # the encoder's own ids of [CLS], [SEP] and [PAD]
    after: int = 0
    padding: int = 0
    segment: int = 128  # pieces that are encoded together, 512 at most
    pool: int = 1
    dropout: float = 0.1


class SegmentTransformer(nn.Module):
    reach = 1

    def __init__(self, config: SegmentConfig) -> None:
        from transformers import AutoConfig, AutoModel

        super().__init__()
        self.config = config
        said = dict(config.encoder)
        self.encoder = AutoModel.from_config(AutoConfig.for_model(str(said.pop("model_type")), **said))  # type: ignore[no-untyped-call]
        size = int(self.encoder.config.hidden_size)
        self.drop = nn.Dropout(config.dropout)
        self.key = nn.Linear(size, size, bias=False)
        self.head = LabelAttention(config.labels, size)

    def forward(self, documents: Sequence[Document], labels: Tensor | None = None) -> Tensor:
        states, there = self.states(documents)
        return self.head(torch.tanh(self.key(states)), states, there, labels)  # type: ignore[no-any-return]

    def states(self, documents: Sequence[Document]) -> tuple[Tensor, Tensor]:
        """States of pieces (B, T / pool, size), and which are real; a segment's marks are left out."""
        inner = self.config.segment - 2
        cuts = [[one.ids[at : at + inner] for at in range(0, len(one), inner)] for one in documents]
        encoded = self._encoded([piece for each in cuts for piece in each], inner)  # (N, inner, size)
        laid = nn.utils.rnn.pad_sequence(
            [
                part.flatten(0, 1)[: len(one)]
                for part, one in zip(torch.split(encoded, [len(c) for c in cuts]), documents, strict=True)
            ],
            batch_first=True,
        )  # (B, T, size)
        there = torch.arange(laid.shape[1]) < torch.tensor([len(one) for one in documents])[:, None]
        return pooled(self.drop(laid), there, self.config.pool)

    def relevance(self, document: Document, labels: Tensor) -> Tensor:
        """(C, T)."""
        states = self.states([document])[0][0]
        added = self.head.relevance(torch.tanh(self.key(states)), states, labels)
        return spread(added, self.config.pool, len(document))

    def _encoded(self, segments: Sequence[Sequence[int]], inner: int) -> Tensor:
        """(N, inner, size): [CLS] pieces [SEP] each, the marks' states taken off; filled up with zeros."""
        ids = filled([[self.config.before + 1, *one, self.config.after + 1] for one in segments])
        there = ids != FILLER
        read = (ids - 1).masked_fill(~there, self.config.padding)
        states = self.encoder(input_ids=read, attention_mask=there.long()).last_hidden_state[:, 1:-1]
        return nn.functional.pad(states, (0, 0, 0, inner - states.shape[1]))
