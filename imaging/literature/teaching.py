"""How the networks of the literature are taught: by reports word for word, then by what their own reports are worth."""

import copy
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor, nn

from imaging.literature.lesson import Lesson, Rows, batches
from imaging.literature.topics import BLOCK, Topics
from models.decoding import drawn
from models.self_critical import Reward, advantage, loss
from models.train import History, Schedule, fit

Tell = Callable[[str], None]


def teach(
    network: nn.Module,
    lesson: Lesson,
    size: int,
    unlikely: Callable[[Rows], Tensor],
    schedule: Schedule,
    tell: Tell,
) -> History:
    """Teacher forcing. `unlikely`: the mean loss of a word of some rows; the least on the persons held out is kept."""

    def score() -> float:
        with torch.no_grad():
            return -float(
                np.mean([unlikely(rows).item() for rows in np.array_split(lesson.held, _blocks(lesson.held))])
            )

    return fit(network, shuffled(lesson, size, schedule.seed), unlikely, score, schedule, tell)


def improve(
    topics: Topics, lesson: Lesson, reward: Reward, schedule: Schedule, *, size: int, forced: float, tell: Tell
) -> History:
    """Self-critical training. `forced`: weight of teacher forcing; what earns most on the persons held out is kept.

    Where no epoch earns more than was earned before, the network stays as it was.
    """
    generator = torch.Generator().manual_seed(schedule.seed)

    def taught(rows: Rows) -> Tensor:
        topics.network.eval()  # what is drawn and what is judged is the same network: no dropout
        images = lesson.images[rows]
        texts = topics.write(images, drawn(generator))
        gains = advantage(reward, rows.tolist(), topics.texts(texts), topics.texts(topics.write(images)))
        said = loss(gains, *topics.network.likelihoods(images, texts))
        return said + forced * topics.loss(images, [lesson.texts[row] for row in rows]) if forced else said

    def worth() -> float:
        written = topics.written(lesson.images[lesson.held])
        return float(
            np.mean([reward(row, " ".join(one)) for row, one in zip(lesson.held.tolist(), written, strict=True)])
        )

    kept, before = copy.deepcopy(topics.network.state_dict()), worth()
    tell(f"reward before self-critical training: {before:.4f}")
    history = fit(topics.network, shuffled(lesson, size, schedule.seed), taught, worth, schedule, tell)
    if history.scores[history.best] <= before:
        topics.network.load_state_dict(kept)
        tell("self-critical training earned nothing; the network stays as it was")
    return history


def shuffled(lesson: Lesson, size: int, seed: int) -> Callable[[int], Iterator[Rows]]:
    lengths = np.array([sum(map(len, text)) for text in lesson.texts])
    return lambda epoch: batches(lesson.learn, lengths, size, np.random.default_rng([seed, epoch]))


def _blocks(rows: Rows) -> int:
    return -(-len(rows) // BLOCK)
