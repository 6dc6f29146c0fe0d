"""Area under the ROC curve of ranked codes, where most labels are not listed: those tie at the end."""

import numpy as np

from eval.coding_sheet import Floats, Ints, Sheet

AT_ONCE = 64  # resamples


def micro_auc(sheet: Sheet, weights: Floats) -> Floats:
    """Over all pairs of document and label of the universe, pooled."""
    return _areas(sheet, weights, np.zeros(sheet.labels, np.int64), int(sheet.universe.sum()))


def macro_auc(sheet: Sheet, weights: Floats) -> Floats:
    """Mean over the labels of the universe that are gold of some but not of all documents."""
    return _areas(sheet, weights, np.arange(sheet.labels), 1)


def _areas(sheet: Sheet, weights: Floats, curve: Ints, pairs: int) -> Floats:
    """`curve`: which curve a label is part of; `pairs`: how many pairs a document adds to each."""
    done = [_some(sheet, weights[at : at + AT_ONCE], curve, pairs) for at in range(0, len(weights), AT_ONCE)]
    return np.concatenate(done)


def _some(sheet: Sheet, weights: Floats, curve: Ints, pairs: int) -> Floats:
    """Mann-Whitney: right above wrong counts 1, a tie one half; what is not listed ties below all that is."""
    curves = int(curve.max(initial=0)) + 1
    held = np.flatnonzero(sheet.universe[sheet.label])
    held = held[np.lexsort((sheet.score[held], curve[sheet.label[held]]))]
    of, score, right = curve[sheet.label[held]], sheet.score[held], sheet.right[held]
    new = np.concatenate([[True], (np.diff(of) != 0) | (np.diff(score) != 0)]) if len(held) else np.zeros(0, bool)
    starts = np.flatnonzero(new)
    weight = weights[:, sheet.document[held]]
    good, bad = _groups(weight * right, starts), _groups(weight * ~right, starts)
    every_good = _binned(weights[:, sheet.gold_document], curve[sheet.gold_label], curves)
    every_bad = weights.sum(1, keepdims=True) * pairs - every_good
    whose = of[starts]
    listed_good, listed_bad = _binned(good, whose, curves), _binned(bad, whose, curves)
    below = np.cumsum(bad, axis=1) - bad
    below -= _before(listed_bad)[:, whose]
    rest_good, rest_bad = every_good - listed_good, every_bad - listed_bad
    won = _binned(good * (below + bad / 2 + rest_bad[:, whose]), whose, curves) + rest_good * rest_bad / 2
    both = every_good * every_bad
    area = np.divide(won, both, out=np.zeros_like(won), where=both > 1e-9)
    there = (both > 1e-9).sum(1)
    return np.where(there > 0, area.sum(1) / np.maximum(there, 1), np.nan)


def _before(totals: Floats) -> Floats:
    """Of curves in their order, what all before each come to."""
    return np.cumsum(totals, axis=1) - totals


def _groups(values: Floats, starts: Ints) -> Floats:
    return np.add.reduceat(values, starts, axis=1) if len(starts) else np.zeros((len(values), 0))


def _binned(values: Floats, place: Ints, size: int) -> Floats:
    """Columns summed by place, row by row."""
    found = np.zeros((len(values), size))
    order = np.argsort(place, kind="stable")
    sorted_place = place[order]
    if len(order):
        starts = np.flatnonzero(np.concatenate([[True], np.diff(sorted_place) != 0]))
        found[:, sorted_place[starts]] = np.add.reduceat(values[:, order], starts, axis=1)
    return found
