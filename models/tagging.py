"""Any tagging network at work: its loss on windows with tags, and the tags it gives to windows without."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import torch
from torch import Tensor

from models.crf import CRF
from models.window import Window, same_width

SURE = 0.002  # where everything but O is less likely than this, the word is O and parts two stretches
BATCH = 8192  # words read at once
STRETCHES = 4096  # words decoded at once


class TagNetwork(Protocol):
    crf: CRF

    def emissions(self, windows: Sequence[Window]) -> Tensor: ...
    def train(self, mode: bool = True) -> object: ...
    def eval(self) -> object: ...


def loss(network: TagNetwork, windows: Sequence[Window]) -> Tensor:
    """Of windows of one width, with tags."""
    scores = network.emissions(windows)
    tags = torch.zeros(scores.shape[:2], dtype=torch.long)
    mask = torch.zeros(scores.shape[:2], dtype=torch.bool)
    for at, window in enumerate(windows):
        tags[at, : len(window)] = torch.tensor(list(window.tags))
        mask[at, : len(window)] = True
    return network.crf.loss(scores, tags, mask)


def tag(
    networks: Sequence[TagNetwork], windows: Sequence[Window], bias: float = 0.0
) -> list[tuple[list[int], list[float]]]:
    """Tags of the words of each window from `begin` to `end`, and the probability that each is more than O.

    Several networks vote with their mean scores. `bias` is taken from the score of O: more is found.
    """
    found: list[tuple[list[int], list[float]]] = [([], [])] * len(windows)
    with torch.inference_mode():
        for batch in same_width(windows, BATCH):
            chosen = [windows[at] for at in batch]
            scores = torch.stack([network.emissions(chosen) for network in networks]).mean(0)
            scores[:, :, 0] -= bias
            tags, sure = decode(networks[0].crf, scores, [len(window) for window in chosen])
            for row, at in enumerate(batch):
                begin, end = windows[at].begin, windows[at].end
                found[at] = tags[row, begin:end].tolist(), sure[row, begin:end].tolist()
    return found


def decode(crf: CRF, scores: Tensor, lengths: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Best tags (B, T) and the probability of being more than O (B, T).

    Most words are surely O. Only the stretches between them are decoded, which costs a fraction and changes nothing.
    """
    maybe = 1 - scores.softmax(2)[:, :, 0]
    inside = torch.arange(scores.shape[1]) < torch.tensor(lengths)[:, None]
    open_ = (maybe > SURE) & inside
    tags, sure = torch.zeros(open_.shape, dtype=torch.long), maybe * inside
    for rows, starts, sizes in _stretches(open_):
        steps = torch.arange(int(sizes.max()))
        mask = steps < sizes[:, None]  # (S, T')
        at = (starts[:, None] + steps).clamp_max(scores.shape[1] - 1)
        cut = scores[rows[:, None], at]  # (S, T', K)
        where = (rows[:, None].expand_as(at)[mask], at[mask])
        tags[where] = crf.best(cut, mask)[mask]
        sure[where] = 1 - crf.marginals(cut, mask)[:, :, 0][mask]
    return tags, sure


def _stretches(open_: Tensor) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Rows, starts and sizes of runs of true, alike in size, so many words at a time."""
    edge = torch.zeros(open_.shape[0], 1, dtype=torch.int8)
    change = torch.diff(torch.cat([edge, open_.to(torch.int8), edge], 1), dim=1)
    rows, starts = (change == 1).nonzero(as_tuple=True)
    sizes = (change == -1).nonzero(as_tuple=True)[1] - starts
    order = sizes.argsort(stable=True)
    while len(order):
        most = sizes[order]
        fits = int((most * torch.arange(1, len(most) + 1) <= STRETCHES).sum())
        now, order = order[: max(fits, 1)], order[max(fits, 1) :]
        yield rows[now], starts[now], sizes[now]
