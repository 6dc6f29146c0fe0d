"""What is known beside a sequence (a bag of numbers): squeezed for the network, and a logistic regression past it."""

import torch
from torch import Tensor, nn


class Beside(nn.Module):
    def __init__(self, bag: int, given: int, targets: int, dropout: float) -> None:
        super().__init__()
        self.squeeze = nn.Sequential(nn.Dropout(dropout), nn.Linear(bag, given), nn.ReLU())
        self.wide = nn.Linear(bag, targets)
        nn.init.zeros_(self.wide.weight)

    def forward(self, bag: Tensor) -> tuple[Tensor, Tensor]:
        """Of bags (B, bag): what the network is given (B, given), and logits of their own (B, targets)."""
        return self.squeeze(bag), self.wide(bag)


def judged(head: nn.Module, drop: nn.Module, parts: tuple[Tensor, ...], wide: Tensor) -> Tensor:
    """Logits (B, targets) of a head over all parts (B, *), and those of the bag."""
    logits: Tensor = head(drop(torch.cat(parts, 1)))
    return logits + wide
