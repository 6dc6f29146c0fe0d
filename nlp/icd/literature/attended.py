"""Where a network looked: of each code the places that added most to its score, as evidence that is weak."""

from collections.abc import Sequence

import torch
from torch import Tensor

from models.code_networks import CodeNetwork
from nlp.icd.chart import Evidence
from nlp.icd.literature.joined import Joined
from nlp.icd.literature.reading import Read

SOURCE = "attention"
SHOWN = 3  # places


def attended(network: CodeNetwork, text: Joined, read: Read, labels: Tensor) -> list[tuple[Evidence, ...]]:
    """For each label its places, the strongest first; weights are shares of the strongest."""
    if not read.spans:
        return [()] * len(labels)
    added = network.relevance(read.document, labels)  # (C, T)
    weights, places = added.topk(min(SHOWN, added.shape[1]), 1)
    around = _around(read, network.reach)
    return [
        _spans(text, around, row, values)
        for row, values in zip(places.tolist(), (weights / weights[:, :1]).tolist(), strict=True)
    ]


def _around(read: Read, reach: int) -> list[tuple[int, int]]:
    """Of each word the characters shown for it: its neighbours of the same sentence with it."""
    sentences, last = read.document.sentences, len(read.spans) - 1
    found = []
    for at, sentence in enumerate(sentences):
        first, end = max(0, at - reach), min(last, at + reach)
        while sentences[first] != sentence:
            first += 1
        while sentences[end] != sentence:
            end -= 1
        found.append((read.spans[first][0], read.spans[end][1]))
    return found


def _spans(
    text: Joined, around: Sequence[tuple[int, int]], places: Sequence[int], weights: Sequence[float]
) -> tuple[Evidence, ...]:
    """Places that speak against the code are left out, and those within what is already shown."""
    shown: list[tuple[int, int]] = []
    found: list[Evidence] = []
    for at, weight in zip(places, weights, strict=True):
        start, end = around[at]
        if 0 < weight <= 1 and not any(start < other[1] and other[0] < end for other in shown):
            shown.append((start, end))
            found.append(text.evidence(start, end, SOURCE, weight))
    return tuple(found)


def strongest(scores: Tensor, most: int) -> Tensor:
    """Places of the highest scores, the first of equals first."""
    return torch.argsort(scores, descending=True, stable=True)[:most]
