"""A small network on a table of numbers, or on one for each of several windows of time: dense, convolution, GRU."""

from dataclasses import dataclass
from typing import Literal

from torch import Tensor, nn

Body = Literal["ann", "cnn", "rnn"]


@dataclass(frozen=True)
class PeriodConfig:
    inputs: int = 0  # numbers a window
    windows: int = 1  # the longest, so the oldest, first
    outputs: int = 0  # logits
    body: Body = "ann"
    size: int = 64
    dropout: float = 0.3


class PeriodNetwork(nn.Module):
    def __init__(self, config: PeriodConfig) -> None:
        super().__init__()
        self.config = config
        wide = config.inputs * config.windows if config.body == "ann" else config.inputs
        self.drop = nn.Dropout(config.dropout)
        self.first = nn.Linear(wide, config.size)
        self.convolution = nn.Conv1d(config.size, config.size, 3, padding="same") if config.body == "cnn" else None
        self.recurrent = nn.GRU(config.size, config.size, batch_first=True) if config.body == "rnn" else None
        self.second = nn.Linear(config.size, config.size)
        self.head = nn.Linear(config.size, config.outputs)
        nn.init.zeros_(self.head.weight)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, windows, inputs) -> (B, outputs)"""
        said = self.drop(self._read(x))  # (B, size)
        found: Tensor = self.head(said + self.drop(self.second(said).relu()))

        return found

    def _read(self, x: Tensor) -> Tensor:
        found: Tensor
        if self.convolution is not None:
            found = self.convolution(self.first(x).relu().transpose(1, 2)).relu().amax(2)
        elif self.recurrent is not None:
            found = self.recurrent(self.first(x).relu())[0][:, -1]
        else:
            found = self.first(x.flatten(1)).relu()
        return found


def hazard_loss(logits: Tensor, kind: Tensor, weight: Tensor) -> Tensor:
    """Mean over persons of minus the log likelihood of their periods.

    logits (B, P, classes), none first; kind (B, P) class of each period; weight (B, P) 0 where it was not begun.
    """
    each = nn.functional.cross_entropy(logits.flatten(0, 1), kind.flatten(), reduction="none")
    return (each * weight.flatten()).sum() / len(logits)


def classes_loss(logits: Tensor, chosen: Tensor, weight: Tensor) -> Tensor:
    """logits (B, classes), chosen (B,), weight (B,)"""
    each = nn.functional.cross_entropy(logits, chosen, reduction="none")
    return (each * weight).sum() / weight.sum().clamp_min(1e-6)
