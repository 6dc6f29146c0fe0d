"""Time-aware attention over events (in the manner of Rajkomar 2018, supplement): weights from event and time gap."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.beside import Beside, judged
from models.event_vectors import FILLER, EventVectors

GAPS = 6


@dataclass(frozen=True)
class TimedAttentionConfig:
    words: int = 0
    bag: int = 0  # width of what is known of the whole past
    targets: int = 1
    hidden: int = 64  # width of an event's vector
    given: int = 32  # the bag is squeezed to
    heads: int = 4
    dropout: float = 0.3


class TimedAttention(nn.Module):
    """Each head has its own curve over log time (rising, falling, bent), added to what the event itself says."""

    def __init__(self, config: TimedAttentionConfig) -> None:
        super().__init__()
        self.config = config
        self.event = EventVectors(config.words, config.hidden)
        self.drop = nn.Dropout(config.dropout)
        self.matter = nn.Linear(config.hidden, config.heads)
        self.curve = nn.Linear(GAPS, config.heads, bias=False)
        self.turn = nn.Sequential(nn.Linear((config.heads + 1) * config.hidden, config.hidden), nn.ReLU())
        self.beside = Beside(config.bag, config.given, config.targets, config.dropout)
        self.head = nn.Linear(config.hidden + config.given, config.targets)

    def forward(self, words: Tensor, values: Tensor, gaps: Tensor, bag: Tensor) -> Tensor:
        """Of events' words (B, N), scaled values (B, N; NaN: none), log1p hours before (B, N): logits (B, targets)."""
        return self.read(self.event(words, values, gaps), words, gaps, bag)

    def read(self, events: Tensor, words: Tensor, gaps: Tensor, bag: Tensor) -> Tensor:
        """Of events' vectors (B, N, hidden) and bags (B, bag): logits (B, targets)."""
        given, wide = self.beside(bag)
        real = (words != FILLER)[..., None]  # (B, N, 1)
        weights = self.attention(events, words, gaps)  # (B, N, heads)
        seen = torch.einsum("bnh,bnd->bhd", weights, self.drop(events)).flatten(1)  # (B, heads * hidden)
        amount = (events * real).sum(1) / real.sum(1).clamp(min=1).sqrt()  # (B, hidden): how much there was
        return judged(self.head, self.drop, (self.turn(torch.cat([seen, amount / 4], 1)), given), wide)

    def attention(self, events: Tensor, words: Tensor, gaps: Tensor) -> Tensor:
        """(B, N, heads), of each head summing to 1 over the events; all 0 where there is none."""
        level = self.matter(torch.tanh(events)) + self.curve(bends(gaps))
        level = level.masked_fill((words == FILLER)[..., None], -1e9)
        return torch.softmax(level, 1) * (words != FILLER)[..., None]


def bends(gaps: Tensor) -> Tensor:
    """log1p hours (B, N) as itself and hinges at 1 hour, 6 hours, 1 day, 1 week, 1 year (B, N, 6)."""
    at = torch.log1p(torch.tensor([1.0, 6.0, 24.0, 168.0, 8766.0], device=gaps.device))
    return torch.cat([gaps[..., None], torch.relu(gaps[..., None] - at)], -1) / 4
