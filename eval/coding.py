"""How well codes were suggested: ranking, yes or no, calibration, bands and evidence, over any weighting of documents.

Every measure takes a Sheet and weights of documents, one row a resample, and gives one figure a row: with ones it is
the figure itself, with counts drawn at random its bootstrap (eval/resampling.py).
"""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from eval.coding_area import macro_auc, micro_auc
from eval.coding_sheet import Floats, Sheet

BINS, SHOWN = 15, 20
Measure = Callable[[Sheet, Floats], Floats]


def mean_average_precision(sheet: Sheet, weights: Floats) -> Floats:
    """Of documents with gold, over the whole list in its order; what is not listed adds 0 (CodiEsp's trectools)."""
    hits = _running(sheet)
    precision = np.where(sheet.right, hits / (sheet.rank + 1), 0.0)
    gold = sheet.gold_count
    each = sheet.summed(precision) / np.maximum(gold, 1)
    return _ratio(weights, each, gold > 0)


def micro_f1(sheet: Sheet, weights: Floats) -> Floats:
    """Codes said yes against gold, all documents pooled."""
    return _f1(sheet, weights, sheet.said, sheet.right)


def micro_precision(sheet: Sheet, weights: Floats) -> Floats:
    return _ratio(weights, sheet.summed(sheet.said & sheet.right), sheet.summed(sheet.said))


def micro_recall(sheet: Sheet, weights: Floats) -> Floats:
    return _ratio(weights, sheet.summed(sheet.said & sheet.right), sheet.gold_count)


def category_f1(sheet: Sheet, weights: Floats) -> Floats:
    """Micro-F1 of the first three characters of codes, each once a document."""
    right, said, gold = sheet.categories
    return _ratio(weights, 2 * right, said + gold)


def macro_f1(sheet: Sheet, weights: Floats) -> Floats:
    """Mean F1 of the labels that are gold or said yes (scikit-learn's `macro`)."""
    right, said, gold = _by_label(sheet, weights)
    return _mean(_divided(2 * right, said + gold), (said + gold) > 0)


def macro_f1_gold(sheet: Sheet, weights: Floats) -> Floats:
    """Mean F1 of the labels that are gold."""
    right, said, gold = _by_label(sheet, weights)
    return _mean(_divided(2 * right, said + gold), gold > 0)


def macro_f1_harmonic(sheet: Sheet, weights: Floats) -> Floats:
    """Harmonic mean of mean precision and mean recall of the labels that are gold or said yes (Mullenbach 2018)."""
    right, said, gold = _by_label(sheet, weights)
    there = (said + gold) > 0
    precision, recall = _mean(_divided(right, said), there), _mean(_divided(right, gold), there)
    return _divided(2 * precision * recall, precision + recall)


def precision_at(first: int) -> Measure:
    """Mean over all documents of the right share of the first so many places, empty places being wrong."""
    return lambda sheet, weights: _ratio(
        weights, sheet.summed(sheet.right & (sheet.rank < first)) / first, np.ones(sheet.documents)
    )


def recall_at(first: int) -> Measure:
    """Share of gold pairs that stand in the first so many places, all documents pooled."""
    return lambda sheet, weights: _ratio(weights, sheet.summed(sheet.right & (sheet.rank < first)), sheet.gold_count)


def unseen_at(first: int) -> Measure:
    """The same of pairs whose code no training document has."""
    return lambda sheet, weights: _ratio(
        weights, sheet.summed(sheet.right & sheet.unseen & (sheet.rank < first)), sheet.unseen_count
    )


def unseen_recall(sheet: Sheet, weights: Floats) -> Floats:
    """Share of gold pairs with a code that no training document has, which are said yes."""
    return _ratio(weights, sheet.summed(sheet.right & sheet.unseen & sheet.said), sheet.unseen_count)


def calibration_error(first: int | None) -> Measure:
    """Expected calibration error over 15 bins of equal mass, of what stands in the first places; nan: no probabilities.

    The bins are those of the whole sheet, in every resample.
    """

    def error(sheet: Sheet, weights: Floats) -> Floats:
        held = np.arange(len(sheet.score)) if first is None else np.flatnonzero(sheet.rank < first)
        score = sheet.score[held]
        if not len(held) or score.min() < 0 or score.max() > 1:
            return np.full(len(weights), np.nan)
        bins = np.empty(len(held), np.int64)
        bins[np.argsort(score, kind="stable")] = np.arange(len(held)) * BINS // len(held)
        place = (sheet.document[held], bins)
        gap = csr_matrix((score - sheet.right[held], place), (sheet.documents, BINS))
        mass = csr_matrix((np.ones(len(held)), place), (sheet.documents, BINS))
        return _divided(np.abs(weights @ gap).sum(1), (weights @ mass).sum(1))

    return error


def accept_precision(sheet: Sheet, weights: Floats) -> Floats:
    return _ratio(weights, sheet.summed(sheet.accepted & sheet.right), sheet.summed(sheet.accepted))


def accept_share(sheet: Sheet, weights: Floats) -> Floats:
    """Share of gold pairs that stand in the pre-accept band."""
    return _ratio(weights, sheet.summed(sheet.accepted & sheet.right), sheet.gold_count)


def evidence_share(sheet: Sheet, weights: Floats) -> Floats:
    """Of all codes listed, how many have offsets."""
    return _ratio(weights, sheet.summed(sheet.located), np.bincount(sheet.document, minlength=sheet.documents))


def evidence_share_said(sheet: Sheet, weights: Floats) -> Floats:
    return _ratio(weights, sheet.summed(sheet.located & sheet.said), sheet.summed(sheet.said))


def evidence_iou(of: str) -> Measure:
    """Of codes rightly said yes that have a marked span: the `first` or `any` evidence overlaps one by IoU >= .5."""

    def share(sheet: Sheet, weights: Floats) -> Floats:
        asked = sheet.said & sheet.right & sheet.marked
        met = sheet.met_first if of == "first" else sheet.met_any
        return _ratio(weights, sheet.summed(asked & met), sheet.summed(asked))

    return share


MEASURES: Mapping[str, Measure] = {
    "map": mean_average_precision,
    "micro_f1": micro_f1,
    "micro_precision": micro_precision,
    "micro_recall": micro_recall,
    "macro_f1": macro_f1,
    "macro_f1_gold": macro_f1_gold,
    "macro_f1_harmonic": macro_f1_harmonic,
    "category_f1": category_f1,
    **{f"p_at_{k}": precision_at(k) for k in (5, 8, 15)},
    "micro_auc": micro_auc,
    "macro_auc": macro_auc,
    **{f"recall_at_{k}": recall_at(k) for k in (20, 50, 200)},
    "unseen_recall": unseen_recall,
    "unseen_top20": unseen_at(20),
    "unseen_top200": unseen_at(200),
    "ece": calibration_error(SHOWN),
    "ece_all": calibration_error(None),
    "preaccept_precision": accept_precision,
    "preaccept_share": accept_share,
    "evidence_share": evidence_share,
    "evidence_share_said": evidence_share_said,
    "evidence_iou50": evidence_iou("first"),
    "evidence_iou50_any": evidence_iou("any"),
}


def figures(sheet: Sheet) -> dict[str, float]:
    """Every measure by its name; nan where there is nothing to measure."""
    ones = np.ones((1, sheet.documents))
    return {name: float(measure(sheet, ones)[0]) for name, measure in MEASURES.items()}


def _running(sheet: Sheet) -> Floats:
    """How many of a document's codes up to each are right."""
    total = np.cumsum(sheet.right)
    before = np.concatenate([[0], total])[sheet.first]
    return np.asarray(total - before[sheet.document], np.float64)


def _by_label(sheet: Sheet, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Of each label: right, said yes, gold."""
    shape = (sheet.documents, sheet.labels)

    def counts(document: npt.NDArray[np.int64], label: npt.NDArray[np.int64]) -> Floats:
        return np.asarray(weights @ csr_matrix((np.ones(len(label)), (document, label)), shape))

    said, both = sheet.said, sheet.said & sheet.right
    return (
        counts(sheet.document[both], sheet.label[both]),
        counts(sheet.document[said], sheet.label[said]),
        counts(sheet.gold_document, sheet.gold_label),
    )


def _f1(sheet: Sheet, weights: Floats, said: npt.NDArray[np.bool_], right: npt.NDArray[np.bool_]) -> Floats:
    return _ratio(weights, 2 * sheet.summed(said & right), sheet.summed(said) + sheet.gold_count)


def _ratio(weights: Floats, top: npt.ArrayLike, bottom: npt.ArrayLike) -> Floats:
    """nan where nothing is to be measured."""
    below = weights @ np.asarray(bottom, np.float64)
    return np.where(below > 0, _divided(weights @ np.asarray(top, np.float64), below), np.nan)


def _divided(top: Floats, bottom: Floats) -> Floats:
    """0 where it cannot be divided."""
    return np.divide(top, bottom, out=np.zeros_like(top, dtype=np.float64), where=bottom > 0)


def _mean(values: Floats, of: npt.NDArray[np.bool_]) -> Floats:
    return _divided((values * of).sum(1), of.sum(1).astype(np.float64))
