"""Vectors of words from how often they stand near each other: positive mutual information, its first singular vectors.

What skip-grams learn, without their many passes (Levy & Goldberg 2014): 1 million words take some 15 seconds.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from scipy.sparse import csr_matrix, diags
from torch import Tensor

NEAR = 4  # words to each side; the nearest count most
SMOOTHED = 0.75  # power of the counts of contexts
OFTEN = 20_000  # commonest words that count as contexts


def learn(texts: Sequence[Sequence[int]], words: int, size: int, seed: int = 1) -> Tensor:
    """Of texts as ids below `words` vectors (words, size) of mean length 1; what stands nowhere gets zeros."""
    from sklearn.utils.extmath import randomized_svd

    counts = _information(_counted(texts, words))
    rank = min(size, words - 1)
    left, strengths, _ = randomized_svd(counts, rank, n_iter=3, random_state=seed)
    vectors = np.zeros((words, size), np.float32)
    vectors[:, :rank] = left * np.sqrt(strengths)
    lengths = np.linalg.norm(vectors, axis=1)
    return torch.from_numpy(vectors / max(float(lengths[lengths > 0].mean() if lengths.any() else 1.0), 1e-6))


def _counted(texts: Sequence[Sequence[int]], words: int) -> Any:
    """(words, words), symmetric: how often they stand near."""
    total = csr_matrix((words, words), dtype=np.float32)
    flat = np.concatenate([np.asarray([*text, *[0] * NEAR], np.int64) for text in texts])  # 0 parts texts
    for step in range(1, NEAR + 1):
        first, second = flat[:-step], flat[step:]
        real = (first != 0) & (second != 0)
        weight = np.full(int(real.sum()), 1 / step, np.float32)
        total = total + csr_matrix((weight, (first[real], second[real])), (words, words))
    return (total + total.T).tocsr()


def _information(counts: Any) -> Any:
    """Positive mutual information of a word and its context."""
    alone = np.asarray(counts.sum(1)).ravel()
    context = alone**SMOOTHED
    common = np.zeros(len(alone))
    common[np.argsort(-alone, kind="stable")[:OFTEN]] = 1
    with np.errstate(divide="ignore"):
        rows, columns = (np.where(values > 0, 1 / values, 0.0) for values in (alone, context / context.sum()))
    ratio = (diags(rows) @ counts @ diags(columns * common)).tocsr()
    ratio.data = np.maximum(np.log(np.maximum(ratio.data, 1e-12)), 0.0)
    ratio.eliminate_zeros()
    return ratio


def most_common(texts: Sequence[Sequence[str]], least: int) -> list[str]:
    """Words that stand at least so often, commonest first."""
    counts = Counter(word for text in texts for word in text)
    return [word for word, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])) if count >= least]
