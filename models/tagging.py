"""Any tagging network at work: its loss on windows with tags, and the tags it gives to windows without."""

from collections.abc import Iterable, Sequence
from typing import Protocol

import torch
from torch import Tensor, nn

from models.crf import CRF
from models.window import Window, same_width

SURE = 0.002  # where everything but O is less likely than this, the word is O and parts two stretches
BATCH = 16384  # words read at once
STRETCHES = 8192  # words decoded at once
NOBODY = 1e4


class TagNetwork(Protocol):
    crf: CRF

    def emissions(self, windows: Sequence[Window]) -> Tensor: ...
    def train(self, mode: bool = True) -> object: ...
    def eval(self) -> object: ...


def loss(network: TagNetwork, windows: Sequence[Window]) -> Tensor:
    """Of windows of one width, with tags: of the whole path, and of each word by itself.

    The second lets a word's own scores say that it is surely O, without which `decode` could not leave it out.
    """
    scores = network.emissions(windows)
    tags = torch.zeros(scores.shape[:2], dtype=torch.long)
    mask = torch.zeros(scores.shape[:2], dtype=torch.bool)
    for at, window in enumerate(windows):
        tags[at, : len(window)] = torch.tensor(list(window.tags))
        mask[at, : len(window)] = True
    return network.crf.loss(scores, tags, mask) + nn.functional.cross_entropy(scores[mask], tags[mask]) / 2


def tag(
    networks: Sequence[TagNetwork], windows: Sequence[Window], bias: float = 0.0
) -> list[tuple[list[int], list[float]]]:
    """Tags of the words of each window from `begin` to `end`, and the probability that each is more than O.

    Several networks vote with their mean scores. `bias` is taken from the score of O: more is found.
    """
    found: list[tuple[list[int], list[float]]] = [([], [])] * len(windows)
    batches = list(same_width(windows, BATCH))
    with torch.inference_mode():
        scores = (_scores(networks, [windows[at] for at in batch], bias) for batch in batches)
        for batch, (tags, sure) in zip(batches, decode(networks[0].crf, scores), strict=True):
            for at, its_tags, its_sure in zip(batch, tags.tolist(), sure.tolist(), strict=True):
                begin, end = windows[at].begin, windows[at].end
                found[at] = its_tags[begin:end], its_sure[begin:end]
    return found


def _scores(networks: Sequence[TagNetwork], windows: Sequence[Window], bias: float) -> Tensor:
    scores = networks[0].emissions(windows)
    for network in networks[1:]:
        scores = scores + network.emissions(windows)
    scores = scores / len(networks)
    scores[:, :, 0] -= bias
    for row, window in enumerate(windows):
        scores[row, len(window) :, 1:] = -NOBODY
    return scores


def decode(crf: CRF, batches: Iterable[Tensor]) -> list[tuple[Tensor, Tensor]]:
    """Of scores (B, T, K), best tags (B, T) and the probability of being more than O (B, T).

    Most words are surely O. Only the stretches between them are decoded, those of all batches together.
    """
    tags, sure, stretches = [], [], []
    for scores in batches:
        maybe = 1 - scores.softmax(2)[:, :, 0]
        open_ = maybe > SURE
        stretches.append((open_, scores[open_], _sizes(open_)))
        tags.append(torch.zeros(maybe.shape, dtype=torch.long))
        sure.append(maybe)
    best, belief = _decode_stretches(
        crf, torch.cat([cut for _, cut, _ in stretches]), torch.cat([sizes for _, _, sizes in stretches])
    )
    done = 0
    for (open_, cut, _), its_tags, its_sure in zip(stretches, tags, sure, strict=True):
        its_tags[open_], its_sure[open_] = best[done : done + len(cut)], belief[done : done + len(cut)]
        done += len(cut)
    return list(zip(tags, sure, strict=True))


def _sizes(open_: Tensor) -> Tensor:
    """Lengths of the runs of true in each row, in order."""
    edge = torch.zeros(open_.shape[0], 1, dtype=torch.int8)
    change = torch.diff(torch.cat([edge, open_.to(torch.int8), edge], 1), dim=1)
    return (change == -1).nonzero(as_tuple=True)[1] - (change == 1).nonzero(as_tuple=True)[1]


def _decode_stretches(crf: CRF, scores: Tensor, sizes: Tensor) -> tuple[Tensor, Tensor]:
    """Stretches one after the other, scores (N, K): tags (N) and probabilities (N)."""
    tags, sure = torch.zeros(len(scores), dtype=torch.long), torch.zeros(len(scores))
    starts = sizes.cumsum(0) - sizes
    order = sizes.argsort(stable=True)
    while len(order):
        fits = int((sizes[order] * torch.arange(1, len(order) + 1) <= STRETCHES).sum())
        now, order = order[: max(fits, 1)], order[max(fits, 1) :]
        steps = torch.arange(int(sizes[now].max()))
        mask = steps < sizes[now][:, None]  # (S, T)
        at = (starts[now][:, None] + steps).clamp_max(len(scores) - 1)
        cut = scores[at]  # (S, T, K)
        tags[at[mask]] = crf.best(cut, mask)[mask]
        sure[at[mask]] = 1 - crf.marginals(cut, mask)[:, :, 0][mask]
    return tags, sure
