"""A vector for an event: its code, its value (as it is, and by the tenth it lies in) and how long ago it was."""

import math

import torch
from torch import Tensor, nn

FILLER = 0
TENTHS = 8
"""Parts into which scaled values are cut; one more stands for no value."""


class EventVectors(nn.Module):
    def __init__(self, words: int, wide: int) -> None:
        super().__init__()
        self.wide = wide
        self.word = nn.Embedding(words, wide, padding_idx=FILLER)
        self.slope = nn.Embedding(words, wide, padding_idx=FILLER)  # what a unit of value adds
        self.part = nn.Embedding(words * (TENTHS + 1), wide)  # of a code, what its value's part adds
        self.gap = nn.Linear(8, wide)
        for table, spread in ((self.word, 0.3), (self.slope, 0.1), (self.part, 0.05)):
            nn.init.normal_(table.weight, 0, spread)
        with torch.no_grad():
            self.word.weight[FILLER] = 0
            self.slope.weight[FILLER] = 0

    def forward(self, words: Tensor, values: Tensor, gaps: Tensor) -> Tensor:
        """Words (B, N), scaled values (B, N; NaN: none), log1p hours before (B, N): (B, N, wide)."""
        there = ~torch.isnan(values)
        known = torch.where(there, values, 0.0)
        part = torch.where(there, ((known + 2.6) / 5.2 * TENTHS).long().clamp(0, TENTHS - 1), TENTHS)
        vectors = self.word(words) + known[..., None] * self.slope(words) + self.part(words * (TENTHS + 1) + part)
        return vectors + self.gap(waves(gaps))  # type: ignore[no-any-return]


def waves(gaps: Tensor) -> Tensor:
    """log1p hours (B, N) as a level and sines of four lengths (B, N, 8): near gaps look alike, far ones do not."""
    turns = gaps[..., None] * torch.tensor([math.pi / 14, math.pi / 7, math.pi / 3, math.pi], device=gaps.device)
    return torch.cat([gaps[..., None] / 4, torch.sin(turns), torch.cos(turns[..., 1:])], -1)
