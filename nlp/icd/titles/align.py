"""Which words mean the same: IBM model 1 over pairs of sentences, each a list of word numbers."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

Pair = tuple[Sequence[int], Sequence[int], float]  # source words, target words, weight
Numbers = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float64]
NOTHING = 0  # source word 0 says target words that nothing in the source says


def translations(pairs: Iterable[Pair], rounds: int = 6) -> tuple[Numbers, Numbers, Weights, Weights]:
    """(source, target, p(target | source), expected count), for all that were seen in one pair."""
    source, target, sentence, weight = _cells(pairs)
    if not len(source):
        return source, target, weight, weight
    width = int(target.max()) + 1
    kinds, cell = np.unique(source * width + target, return_inverse=True)
    likely, counts = np.ones(len(kinds)), np.ones(len(kinds))
    for _ in range(rounds):
        held = likely[cell]
        total = np.bincount(sentence, held)
        counts = np.asarray(np.bincount(cell, weight * held / total[sentence], len(kinds)), dtype=np.float64)
        of_source = np.bincount(kinds // width, counts)
        likely = counts / np.maximum(of_source[kinds // width], 1e-12)
    return kinds // width, kinds % width, likely, counts


def _cells(pairs: Iterable[Pair]) -> tuple[Numbers, Numbers, Numbers, Weights]:
    """One cell for each word of a source sentence (and for nothing) with each of its target's; `sentence` counts
    target words, each of which has one origin."""
    sources: list[Numbers] = []
    targets: list[Numbers] = []
    sentences: list[Numbers] = []
    weights: list[Weights] = []
    at = 0
    for left, right, weight in pairs:
        if not len(left) or not len(right):
            continue
        words = np.asarray([NOTHING, *left], dtype=np.int64)
        others = np.asarray(right, dtype=np.int64)
        sources.append(np.repeat(words, len(others)))
        targets.append(np.tile(others, len(words)))
        sentences.append(np.tile(np.arange(at, at + len(others), dtype=np.int64), len(words)))
        weights.append(np.full(len(words) * len(others), weight))
        at += len(others)
    if not sources:
        empty: Numbers = np.zeros(0, dtype=np.int64)
        return empty, empty, empty, np.zeros(0)
    return np.concatenate(sources), np.concatenate(targets), np.concatenate(sentences), np.concatenate(weights)
