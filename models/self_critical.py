"""Self-critical sequence training (Rennie 2017): a text that is drawn counts by how much it beats the likeliest."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

Reward = Callable[[int, str], float]
"""Of which text of training (its row), and what was written in its place."""


def advantage(reward: Reward, rows: Sequence[int], drawn: Sequence[str], likeliest: Sequence[str]) -> Tensor:
    """(B,) what each drawn text is worth above the text that would be written in earnest."""
    return torch.tensor(
        [reward(row, one) - reward(row, other) for row, one, other in zip(rows, drawn, likeliest, strict=True)]
    )


def loss(advantages: Tensor, words: Tensor, whose: Tensor, lengths: Tensor) -> Tensor:
    """Per word drawn. Log-probabilities of the drawn words (P,), whose (P,), and of how many sentences (B,)."""
    gained = (advantages[whose] * words).sum() + (advantages * lengths).sum()
    return -gained / max(len(words), 1)
