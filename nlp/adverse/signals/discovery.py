"""False discovery: of how many pairs called signals are expected to be none (Benjamini and Hochberg 1995)."""

import numpy as np

from nlp.adverse.signals.cells import Floats


def q_values(p: Floats) -> Floats:
    """The least share of false discoveries at which each pair would be called; null p count as not tested."""
    tested = np.flatnonzero(np.isfinite(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    out = np.full(len(p), np.nan)
    raw = p[order] * len(order) / np.arange(1, len(order) + 1)
    out[order] = np.minimum(np.minimum.accumulate(raw[::-1])[::-1], 1.0)
    return out
