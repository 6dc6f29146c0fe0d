"""Sentences as bags of words and of parts of words, hashed and weighed, under a linear model."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nlp.adverse.mining.page import Floats

BITS = 17  # words, pairs and triples of words fall into 2^17 places, parts of words into as many


@dataclass(frozen=True)
class Bags:
    """`rarity` (places) weighs what is rare, `weights` (places) speak for a sentence that tells of an effect."""

    rarity: Floats = field(repr=False)
    weights: Floats = field(repr=False)
    start: float = 0.0

    def scores(self, texts: Sequence[str]) -> Floats:
        """Log-odds (N)."""
        found: Floats = _weighed(_hashed(texts), self.rarity) @ self.weights + self.start
        return found


def bags_taught(texts: Sequence[str], telling: Sequence[bool], seed: int = 1, cost: float = 4.0) -> Bags:
    from sklearn.linear_model import LogisticRegression

    counts = _hashed(texts)
    there = np.asarray((counts > 0).sum(0)).ravel()
    rarity = np.asarray(np.log((1 + len(texts)) / (1 + there)) + 1, np.float16).astype(np.float32)
    model = LogisticRegression(C=cost, solver="liblinear", random_state=seed)
    used = np.flatnonzero(there)
    model.fit(_weighed(counts, rarity)[:, used], np.asarray(telling))
    weights = np.zeros(len(rarity), np.float32)
    weights[used] = np.asarray(model.coef_[0], np.float16)
    return Bags(rarity, weights, float(model.intercept_[0]))


def bags_crossed(
    texts: Sequence[str], right: Sequence[bool], part: Sequence[int], seed: int = 1
) -> tuple[Bags, Floats]:
    """Bags taught on all texts, and of each text the score by bags that did not learn from its part."""
    held, truth, scores = np.asarray(part), np.asarray(right, bool), np.zeros(len(texts))
    for chosen in sorted(set(part)):
        rest, out = np.flatnonzero(held != chosen).tolist(), np.flatnonzero(held == chosen).tolist()
        if truth[rest].any() and not truth[rest].all():
            bags = bags_taught([texts[at] for at in rest], truth[rest].tolist(), seed)
            scores[out] = bags.scores([texts[at] for at in out])
    return bags_taught(texts, truth.tolist(), seed), scores


def _weighed(counts: Any, rarity: Floats) -> Any:
    from sklearn.preprocessing import normalize

    return normalize(counts.multiply(rarity).tocsr())


def _hashed(texts: Sequence[str]) -> Any:
    """Dampened counts (N, 2 * 2^BITS)."""
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import HashingVectorizer

    said = {"n_features": 1 << BITS, "norm": None, "alternate_sign": False, "dtype": np.float32}
    words = HashingVectorizer(ngram_range=(1, 3), token_pattern=r"\w+", **said)
    letters = HashingVectorizer(analyzer="char_wb", ngram_range=(3, 5), **said)
    found = hstack([words.transform(texts), letters.transform(texts)], "csr")
    found.data = 1 + np.log(found.data)
    return found
