"""The one training loop: batches and a loss in, the weights that score best on what was held out."""

import copy
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

import torch
from torch import Tensor, nn

B = TypeVar("B")


@dataclass(frozen=True)
class Schedule:
    epochs: int = 14
    rate: float = 4e-3  # highest learning rate; it rises for a tenth of the way and falls as a cosine
    decay: float = 0.01  # of weights
    clip: float = 1.0  # longest gradient
    average: float = 0.99  # of the weights over steps: the averaged ones are scored and kept
    patience: int = 5  # epochs without a better score before it ends
    minutes: float = math.inf  # ends after the epoch in which they are over
    seed: int = 1


@dataclass
class History:
    losses: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def best(self) -> int:
        """The epoch, from 0, whose weights were kept: of equals the last, which has learned longest."""
        return max(range(len(self.scores)), key=lambda epoch: (self.scores[epoch], epoch))


def fit(
    network: nn.Module,
    batches: Callable[[int], Iterable[B]],
    loss: Callable[[B], Tensor],
    score: Callable[[], float],
    schedule: Schedule,
    tell: Callable[[str], None] = lambda _: None,
) -> History:
    """Trains in place. `batches(epoch)` are as many in each epoch; `score` sees the mean weights; higher is better."""
    torch.manual_seed(schedule.seed)
    history, began = History(), time.monotonic()
    steps = schedule.epochs * max(1, sum(1 for _ in batches(0)))
    optimizer = torch.optim.AdamW(network.parameters(), schedule.rate, weight_decay=schedule.decay, fused=True)
    rates = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step / steps))
    mean = copy.deepcopy(network.state_dict())
    kept = mean
    for epoch in range(schedule.epochs):
        network.train()
        history.losses.append(_epoch(network, batches(epoch), loss, optimizer, rates, mean, schedule))
        history.scores.append(_scored(network, mean, score))
        history.seconds = time.monotonic() - began
        tell(f"epoch {epoch + 1}/{schedule.epochs}: loss {history.losses[-1]:.4f}, score {history.scores[-1]:.4f}")
        if history.best == epoch:
            kept = copy.deepcopy(mean)
        if epoch - history.best >= schedule.patience or history.seconds > 60 * schedule.minutes:
            break
    network.load_state_dict(kept)
    network.eval()
    return history


def _rate(done: float) -> float:
    return min(done / 0.1, 1.0) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(done, 1.0))))


def _epoch(
    network: nn.Module,
    batches: Iterable[B],
    loss: Callable[[B], Tensor],
    optimizer: torch.optim.Optimizer,
    rates: torch.optim.lr_scheduler.LRScheduler,
    mean: dict[str, Tensor],
    schedule: Schedule,
) -> float:
    total, count = 0.0, 0
    for batch in batches:
        optimizer.zero_grad()
        value = loss(batch)
        value.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), schedule.clip)
        optimizer.step()
        rates.step()
        _average(mean, network.state_dict(), schedule.average)
        total, count = total + value.item(), count + 1
    return total / max(count, 1)


def _average(mean: dict[str, Tensor], now: dict[str, Tensor], keep: float) -> None:
    for name, value in now.items():
        if value.is_floating_point():
            mean[name].lerp_(value, 1 - keep)
        else:
            mean[name].copy_(value)


def _scored(network: nn.Module, mean: dict[str, Tensor], score: Callable[[], float]) -> float:
    now = copy.deepcopy(network.state_dict())
    network.load_state_dict(mean)
    network.eval()
    value = score()
    network.load_state_dict(now)
    return value
