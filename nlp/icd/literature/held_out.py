"""What part of the training charts decides: the threshold, and what a score is worth."""

import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from contract.errors import InputError
from nlp.icd.chart import Chart
from nlp.icd.literature.joined import words

Scores = NDArray[np.float32]
Truth = NDArray[np.bool_]


def split(charts: Sequence[Chart], share: float, seed: int) -> tuple[list[Chart], list[Chart]]:
    """What is learned from and what is held out, one chart each at least; those without codes or words are left out."""
    coded = [chart for chart in charts if chart.gold and any(words(note.text) for note in chart.notes)]
    if len(coded) < 2:
        raise InputError(f"{len(coded)} of {len(charts)} charts have codes and words; expected at least 2 to train on.")
    order = random.Random(seed).sample(range(len(coded)), len(coded))
    held = set(order[: max(1, round(share * len(coded)))])
    return [c for at, c in enumerate(coded) if at not in held], [coded[at] for at in sorted(held)]


def codes_of(charts: Sequence[Chart]) -> tuple[str, ...]:
    return tuple(sorted({code for chart in charts for code in chart.gold}))


def truth(charts: Sequence[Chart], codes: Sequence[str]) -> Truth:
    """(charts, codes): which are gold."""
    place = {code: at for at, code in enumerate(codes)}
    found = np.zeros((len(charts), len(codes)), np.bool_)
    for row, chart in enumerate(charts):
        found[row, [place[code] for code in chart.gold if code in place]] = True
    return found


def best_threshold(scores: Scores, gold: Truth) -> float:
    """The score at which saying yes has the highest micro-F1."""
    order = np.argsort(-scores, axis=None, kind="stable")
    ranked, hits = scores.ravel()[order], np.cumsum(gold.ravel()[order])
    f1 = 2 * hits / (np.arange(1, len(hits) + 1) + max(1, gold.sum()))
    f1[:-1][ranked[:-1] == ranked[1:]] = 0  # equal scores are said yes together
    return float(ranked[int(f1.argmax())])


def mean_average_precision(scores: Scores, gold: Truth) -> float:
    """Over the charts that have a gold code among these; for choosing an epoch, not for reporting."""
    order = np.argsort(-scores, axis=1, kind="stable")
    ranked = np.take_along_axis(gold, order, 1)
    precision = np.cumsum(ranked, 1) / np.arange(1, ranked.shape[1] + 1)
    some = ranked.any(1)
    return float(((precision * ranked).sum(1)[some] / ranked[some].sum(1)).mean()) if some.any() else 0.0
