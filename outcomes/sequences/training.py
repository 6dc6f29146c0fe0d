"""Trains one network on sequences: batches of like length, masked loss, stopped by persons who were held out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from models.threads import one_thread
from models.train import History, Schedule, fit
from outcomes.learning.learner import Scores
from outcomes.sequences.ragged import dealt
from outcomes.sequences.strategies import Strategy, easiness
from outcomes.timeline import Bools, Floats, Ints

if TYPE_CHECKING:
    from torch import Tensor, nn


AT_ONCE = 64


class Reading(Protocol):
    """A cohort as a network reads it."""

    @property
    def lengths(self) -> Ints: ...
    def batch(
        self, rows: Ints, drop: float = 0.0, draw: np.random.Generator | None = None, width: int = 0
    ) -> "tuple[Tensor, ...]":
        """A share of `drop` of the events is left out; `width`: steps at least."""


@dataclass(frozen=True)
class Lesson:
    """What a network is trained on."""

    reading: Reading
    label: Floats  # (m, t) NaN: teaches nothing
    held: Bools  # (m,) decides when to stop
    ease: Floats  # (m,) loss of a simpler model
    size: int = 128  # rows of a batch


def train(network: "nn.Module", lesson: Lesson, strategy: Strategy, schedule: Schedule) -> History:
    import torch

    from models.masked_loss import masked_loss

    easiest = easiness(lesson.ease, lesson.reading.lengths, strategy.curriculum)
    taught = ~np.isnan(lesson.label).all(1)
    easiest = easiest[(taught & ~lesson.held)[easiest]]
    held = np.flatnonzero(taught & lesson.held)
    held = held if len(held) else easiest
    if not len(easiest):  # no label is known: the network stays as it began
        network.eval()
        return History()
    draw = np.random.default_rng(schedule.seed)

    def batches(epoch: int) -> Iterator[Ints]:
        own = np.random.default_rng((schedule.seed, epoch))
        yield from dealt(strategy.rows(easiest, epoch, own), lesson.reading.lengths, lesson.size, own)

    def loss(rows: Ints) -> "Tensor":
        logits = network(*lesson.reading.batch(rows, strategy.mask, draw))
        return masked_loss(logits, torch.from_numpy(lesson.label[rows]))

    def score() -> float:
        logits = forward(network, lesson.reading, held)
        return -float(masked_loss(torch.from_numpy(logits), torch.from_numpy(lesson.label[held])))

    with one_thread():
        return fit(network, batches, loss, score, schedule)


def forward(network: "nn.Module", reading: Reading, rows: Ints) -> Scores:
    """(rows, t) logits, in the order of `rows`; of each the same, whoever is asked about beside it.

    So a batch always has as many rows, and as many steps as its own rows' length says; what is left of the
    difference between places in a batch is rounded off.
    """
    import torch

    network.eval()
    width = widths(reading.lengths[rows])
    parts: list[tuple[Ints, Scores]] = []
    with torch.inference_mode(), one_thread():
        for wide in np.unique(width):
            alike = np.flatnonzero(width == wide)
            for at in range(0, len(alike), AT_ONCE):
                batch = alike[at : at + AT_ONCE]
                filled = np.resize(rows[batch], AT_ONCE)
                parts.append((batch, network(*reading.batch(filled, width=int(wide))).double().numpy()[: len(batch)]))
    out = np.zeros((len(rows), parts[0][1].shape[1] if parts else 0))
    for batch, part in parts:
        out[batch] = np.round(part, 4)
    return out


def widths(lengths: Ints) -> Ints:
    """The next multiple of 8, from 64 on of 64."""
    step = np.where(lengths <= 64, 8, 64)
    return np.asarray(-(-lengths // step) * step)
