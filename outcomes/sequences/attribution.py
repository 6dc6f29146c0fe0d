"""What a sequence model leaned on: gradient x input of cells or events. No SHAP: they do not sum to the logit."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from models.threads import one_thread
from outcomes.learning.learner import Contribution
from outcomes.sequences.events import Events
from outcomes.sequences.grid import Grid
from outcomes.sequences.vocabulary import Words
from outcomes.timeline import Floats, Ints

if TYPE_CHECKING:
    from torch import Tensor, nn


def strongest(
    networks: "Sequence[nn.Module]", reading: Grid | Events, row: int, targets: int, most: int
) -> list[Sequence[Contribution]]:
    """Of one row, for each target; names are CODE @ HOURS h before, or CODE of the whole past (GRU: of the bag)."""

    def of(target: int) -> Parts:
        if isinstance(reading, Grid):
            return _cells(networks, reading, row, target)
        return _events(networks, reading, row, target)

    with one_thread():
        found = [of(target) for target in range(targets)]
    return [_top(names, values, parts, most) for names, values, parts in found]


Parts = tuple[list[str], Floats, Floats]


def _events(networks: "Sequence[nn.Module]", reading: Events, row: int, target: int) -> Parts:
    words, values, gaps, bag = reading.batch(np.array([row]))
    total, bags = np.zeros(words.shape[1], np.float32), np.zeros(bag.shape[1], np.float32)
    for network in networks:
        vectors = network.get_submodule("event")(words, values, gaps).detach().requires_grad_()
        known = bag.clone().requires_grad_()
        network.read(vectors, words, gaps, known)[0, target].backward()  # type: ignore[operator]
        total += _times(vectors).sum(2)[0] / len(networks)
        bags += _times(known)[0] / len(networks)
    real = np.flatnonzero(words[0].numpy())
    hours = np.expm1(gaps[0].numpy())
    names = [_name(reading.words.codes, int(words[0, at]), float(hours[at])) for at in real]
    told = reading.words.unscaled(words[0].numpy()[real], values[0].numpy()[real])
    return _with_bag((names, told, total[real]), reading.words, bag[0].numpy(), bags)


def _cells(networks: "Sequence[nn.Module]", reading: Grid, row: int, target: int) -> Parts:
    values, seen, lengths, bag = reading.batch(np.array([row]))
    cells, bags = np.zeros(values.shape[1:], np.float32), np.zeros(bag.shape[1], np.float32)
    for network in networks:
        inputs = [one.clone().requires_grad_() for one in (values, seen, bag)]
        network(inputs[0], inputs[1], lengths, inputs[2])[0, target].backward()
        parts = [_times(one) / len(networks) for one in inputs]
        cells += (parts[0] + parts[1])[0]
        bags += parts[2][0]
    at, channel = np.nonzero(seen[0].numpy())
    back = (values.shape[1] - 1 - at) * reading.plan.hours
    names = [_name(reading.words.codes, int(c) + 2, float(h)) for c, h in zip(channel, back, strict=True)]
    told = reading.words.unscaled(channel + 2, values[0].numpy()[at, channel])
    return _with_bag((names, told, cells[at, channel]), reading.words, bag[0].numpy(), bags)


def _with_bag(found: Parts, words: Words, bag: Floats, parts: Floats) -> Parts:
    """And a code's numbers in the bag together; its value is the last one."""
    shaped, summed = bag.reshape(len(words), -1), parts.reshape(len(words), -1).sum(1)
    there = np.flatnonzero(shaped[:, 0])
    names = [_code(words.codes, int(at)) for at in there]
    told = words.unscaled(there, shaped[there, 1])
    return found[0] + names, np.r_[found[1], told], np.r_[found[2], summed[there]]


def _times(one: "Tensor") -> Floats:
    gradient = one.grad
    return np.asarray((one * gradient).detach().numpy() if gradient is not None else np.zeros(one.shape, np.float32))


def _top(names: list[str], values: Floats, parts: Floats, most: int) -> list[Contribution]:
    order: Ints = np.argsort(-np.abs(parts), kind="stable")[:most]
    return [Contribution(names[at], float(values[at]), float(parts[at])) for at in order]


def _name(codes: tuple[str, ...], word: int, hours: float) -> str:
    return f"{_code(codes, word)} @ {hours:.0f} h before" if hours < 1e5 else _code(codes, word)


def _code(codes: tuple[str, ...], word: int) -> str:
    return codes[word - 2] if word >= 2 else "other codes"
