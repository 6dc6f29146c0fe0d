"""A transformer over a person's most recent events: code, value and time gap of each; one summary position."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.beside import Beside, judged
from models.event_vectors import FILLER, EventVectors


@dataclass(frozen=True)
class EventTransformerConfig:
    words: int = 0
    bag: int = 0  # width of what is known of the whole past
    targets: int = 1
    hidden: int = 64
    given: int = 32  # the bag is squeezed to
    layers: int = 2
    heads: int = 4
    dropout: float = 0.3


class EventTransformer(nn.Module):
    def __init__(self, config: EventTransformerConfig) -> None:
        super().__init__()
        self.config = config
        self.event = EventVectors(config.words, config.hidden)
        self.drop = nn.Dropout(config.dropout)
        self.summary = nn.Parameter(torch.zeros(config.hidden))
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(3 * config.hidden)
        self.beside = Beside(config.bag, config.given, config.targets, config.dropout)
        self.head = nn.Linear(3 * config.hidden + config.given, config.targets)

    def forward(self, words: Tensor, values: Tensor, gaps: Tensor, bag: Tensor) -> Tensor:
        """Of events' words (B, N), scaled values (B, N; NaN: none), log1p hours before (B, N): logits (B, targets)."""
        return self.read(self.event(words, values, gaps), words, gaps, bag)

    def read(self, events: Tensor, words: Tensor, gaps: Tensor, bag: Tensor) -> Tensor:  # noqa: ARG002
        """Of events' vectors (B, N, hidden), which hold the gaps already, and bags (B, bag): logits (B, targets)."""
        given, wide = self.beside(bag)
        real = torch.nn.functional.pad(words != FILLER, (1, 0), value=True)  # (B, 1 + N): the summary is always there
        states = torch.cat([self.summary.expand(len(events), 1, -1), self.drop(events)], 1)  # (B, 1 + N, hidden)
        for block in self.blocks:
            states = block(states, real[:, None, None])
        rest, there = states[:, 1:], real[:, 1:, None]  # (B, N, hidden), (B, N, 1)
        mean = (rest * there).sum(1) / there.sum(1).clamp(min=1)
        highest = rest.masked_fill(~there, -10.0).amax(1) if rest.shape[1] else mean
        return judged(self.head, self.drop, (self.norm(torch.cat([states[:, 0], mean, highest], 1)), given), wide)


class Block(nn.Module):
    """Attention, then a layer for each position; each added to what it read, normed before."""

    def __init__(self, config: EventTransformerConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.before, self.between = nn.LayerNorm(config.hidden), nn.LayerNorm(config.hidden)
        self.ask = nn.Linear(config.hidden, 3 * config.hidden)
        self.answer = nn.Linear(config.hidden, config.hidden)
        self.each = nn.Sequential(
            nn.Linear(config.hidden, 2 * config.hidden), nn.GELU(), nn.Linear(2 * config.hidden, config.hidden)
        )
        self.drop = nn.Dropout(config.dropout)

    def forward(self, states: Tensor, real: Tensor) -> Tensor:
        """States (B, N, hidden), which positions are real (B, 1, 1, N): (B, N, hidden)."""
        split = self.ask(self.before(states)).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        query, key, value = split.unbind(0)  # (B, heads, N, hidden / heads) each
        mixed = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=real)
        states = states + self.drop(self.answer(mixed.transpose(1, 2).flatten(2)))
        return states + self.drop(self.each(self.between(states)))  # type: ignore[no-any-return]
