"""How well tumours were found and coded, as CANTEMIST judges: spans, their codes, and ranked codes of documents."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eval.resampling import Estimate

Floats = np.ndarray[Any, np.dtype[np.float64]]
METASTASIS = "8000/6"  # in nearly every case: CANTEMIST tells the mean without it too


@dataclass(frozen=True)
class Judged:
    """One document. Counts are right, given, wanted; `precision` averaged over its codes is null where it has none."""

    spans: tuple[int, int, int]
    norms: tuple[int, int, int]
    precision: float | None
    without: float | None  # the same without METASTASIS


def judged(
    gold: Collection[tuple[int, int, str]],
    found: Collection[tuple[int, int, str]],
    codes: Collection[str],
    ranked: Sequence[str],
) -> Judged:
    """`gold` and `found` are start, end, code; `ranked` are codes of the document, the likeliest first."""
    return Judged(
        _counts({each[:2] for each in gold}, {each[:2] for each in found}),
        _counts(set(gold), set(found)),
        average_precision(codes, ranked),
        average_precision(
            [code for code in codes if code != METASTASIS], [code for code in ranked if code != METASTASIS]
        ),
    )


def average_precision(wanted: Collection[str], ranked: Sequence[str]) -> float | None:
    """Mean over wanted codes of the precision down to their rank; 0 for one that is not ranked."""
    right, total = 0, 0.0
    for rank, code in enumerate(dict.fromkeys(ranked), 1):
        if code in wanted:
            right += 1
            total += right / rank
    return total / len(set(wanted)) if wanted else None


def figures(documents: Sequence[Judged], weights: Floats) -> dict[str, Estimate]:
    """With intervals by bootstrap; `weights` (resamples, documents) as `eval.resampling.draws` gives them."""
    measures: dict[str, Callable[[Floats], Floats]] = {
        "span_f1": lambda drawn: _f1(np.asarray([each.spans for each in documents]), drawn),
        "norm_f1": lambda drawn: _f1(np.asarray([each.norms for each in documents]), drawn),
        "map": lambda drawn: _mean([each.precision for each in documents], drawn),
        "map_without_8000_6": lambda drawn: _mean([each.without for each in documents], drawn),
    }
    once = np.ones((1, len(documents)))
    return {name: _around(float(of(once)[0]), of(weights)) for name, of in measures.items()}


def precision_recall(documents: Sequence[Judged], *, norms: bool = False) -> tuple[float, float]:
    right, given, wanted = np.asarray([each.norms if norms else each.spans for each in documents]).sum(0)
    return right / max(given, 1), right / max(wanted, 1)


def _counts(gold: Collection[object], found: Collection[object]) -> tuple[int, int, int]:
    return len(set(gold) & set(found)), len(set(found)), len(set(gold))


def _f1(counts: Floats, weights: Floats) -> Floats:
    right, given, wanted = (weights @ counts).T
    share: Floats = 2 * right / np.maximum(given + wanted, 1)
    return share


def _mean(values: Sequence[float | None], weights: Floats) -> Floats:
    there = np.asarray([value is not None for value in values], dtype=float)
    known = np.asarray([value or 0.0 for value in values])
    mean: Floats = weights @ known / np.maximum(weights @ there, 1e-9)
    return mean


def _around(value: float, drawn: Floats) -> Estimate:
    low, high = np.percentile(drawn - drawn.mean(), [2.5, 97.5])
    return Estimate(value, value + float(low), value + float(high))
