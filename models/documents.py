"""What a network that codes documents reads: ids of words or pieces, and which sentence each is of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

FILLER, UNKNOWN = 0, 1


@dataclass(frozen=True, slots=True)
class Document:
    """`ids` is never empty and holds no FILLER; `sentences` are numbers from 0 that never fall."""

    ids: Sequence[int]
    sentences: Sequence[int]
    gold: Sequence[int] = ()  # places of its labels, when training

    def __len__(self) -> int:
        return len(self.ids)


def filled(lists: Sequence[Sequence[int]]) -> Tensor:
    """Rows of one length (B, T); FILLER fills up."""
    rows = np.full((len(lists), max(map(len, lists))), FILLER, np.int64)
    for row, ids in zip(rows, lists, strict=True):
        row[: len(ids)] = ids
    return torch.from_numpy(rows)


def shuffled(documents: Sequence[Document], size: int, seed: int) -> Iterator[list[Document]]:
    """Batches of documents of like length, in an order of the seed."""
    chance = np.random.default_rng(seed)
    order = sorted(range(len(documents)), key=lambda at: len(documents[at]) * chance.uniform(0.8, 1.25))
    batches = [order[at : at + size] for at in range(0, len(order), size)]
    for at in chance.permutation(len(batches)):
        yield [documents[one] for one in batches[at]]
