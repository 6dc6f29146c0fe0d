"""Words in groups of like ones: which words stand beside them, as vectors, clustered.

Positive pointwise mutual information with neighbours, factored (Levy and Goldberg 2014), then k-means.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.adverse.mining.page import Floats

DIGIT = re.compile(r"\d")
NEAR = (-2, -1, 1, 2)  # places of the words beside one
SIZES = (64, 256, 1024)  # how many groups, coarse to fine


@dataclass(frozen=True)
class Likeness:
    """`groups`: of a word, its group among the coarse, the middle and the fine ones."""

    groups: Mapping[str, Sequence[int]]

    def of(self, word: str) -> Sequence[int]:
        return self.groups.get(plain(word), ())


def plain(word: str) -> str:
    return DIGIT.sub("0", word.lower())


def learned(texts: Iterable[Sequence[str]], seed: int = 1, least: int = 3, size: int = 64) -> Likeness:
    """`least`: how often a word must stand in the texts."""
    from sklearn.cluster import MiniBatchKMeans

    read = [[plain(word) for word in text] for text in texts]
    counts = Counter(word for text in read for word in text)
    words = [word for word, count in counts.most_common() if count >= least]
    if len(words) < SIZES[0]:
        return Likeness({})
    vectors = _vectors(read, {word: at for at, word in enumerate(words)}, size, seed)
    sizes = [min(groups, len(words) // 4) for groups in SIZES]
    found = [
        MiniBatchKMeans(groups, random_state=seed, n_init=1, batch_size=4096).fit_predict(vectors) for groups in sizes
    ]
    return Likeness({word: tuple(int(groups[at]) for groups in found) for at, word in enumerate(words)})


def _vectors(texts: Sequence[Sequence[str]], places: Mapping[str, int], size: int, seed: int) -> Floats:
    """Of each word, of length 1."""
    from scipy.sparse import csr_matrix
    from sklearn.utils.extmath import randomized_svd

    width = min(3000, len(places))  # the commonest words as neighbours
    rows, columns = [], []
    for text in texts:
        ids = np.array([places.get(word, -1) for word in text])
        for kind, step in enumerate(NEAR):
            here, there = (ids[:-step], ids[step:]) if step > 0 else (ids[-step:], ids[:step])
            kept = (here >= 0) & (there >= 0) & (there < width)
            rows.append(here[kept])
            columns.append(there[kept] + kind * width)
    row, column = np.concatenate(rows), np.concatenate(columns)
    counts = csr_matrix((np.ones(len(row)), (row, column)), (len(places), width * len(NEAR)))
    factors, strength, _ = randomized_svd(_information(counts), min(size, width - 1), random_state=seed)
    vectors = factors * np.sqrt(strength)
    found: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    return found


def _information(counts: "csr_matrix") -> "csr_matrix":  # type: ignore[name-defined]  # noqa: F821
    """Positive pointwise mutual information; rare neighbours count less (to the power of 3/4)."""
    from scipy.sparse import csr_matrix

    counts.sum_duplicates()
    total, cells = counts.sum(), counts.tocoo()
    words = np.asarray(counts.sum(1)).ravel() / total
    near = np.asarray(counts.sum(0)).ravel() ** 0.75
    near /= near.sum()
    values = np.log(cells.data / total / (words[cells.row] * near[cells.col]))
    kept = values > 0
    return csr_matrix((values[kept], (cells.row[kept], cells.col[kept])), counts.shape)
