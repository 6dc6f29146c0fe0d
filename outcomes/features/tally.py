"""What is counted of training events before a vocabulary is chosen: persons, units, extremes and answers by name."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from outcomes.features.asof import Known
from outcomes.features.groups import group
from outcomes.timeline import Bools, Floats, Ints, Places, Timeline


@dataclass(frozen=True)
class Tally:
    """Of c names; a pair is a person and a name that is in the person's record."""

    persons: Ints  # (c,)
    unit: Places  # (c,) the usual one, place in Timeline.units; -1: none stated
    column: Places  # (g,) the name of each pair that has a value in the usual unit
    low: Floats  # (g,) least value of the pair
    high: Floats  # (g,)
    answers: list[list[tuple[int, int]]]  # (c,) place in Timeline.texts, persons

    def limits(self, column: int, share: float) -> tuple[int, float, float]:
        """Persons with values; the quantiles of their extremes, so that no single person moves them."""
        own = slice(*np.searchsorted(self.column, [column, column + 1]))
        low, high = self.low[own], self.high[own]
        if not len(low):
            return 0, -np.inf, np.inf
        return len(low), float(np.quantile(low, share)), float(np.quantile(high, 1 - share))


def unit_table(timeline: Timeline, pieces: Iterable[Known]) -> Ints:
    """(codes, units + 1) numbers known in each unit; the last column: none stated."""
    shape = (len(timeline.codes), len(timeline.units) + 1)
    out = np.zeros(shape[0] * shape[1], np.int64)
    for piece in pieces:
        event = piece.event[np.isfinite(timeline.value[piece.event])]
        unit = timeline.unit[event] if len(timeline.unit) else np.full(len(event), -1)
        out += np.bincount(timeline.code[event].astype(np.int64) * shape[1] + unit % shape[1], minlength=len(out))
    return out.reshape(shape)


def usual(table: Ints, place: Places, names: int) -> Places:
    """Of each name the unit of most numbers. place: of each code among the names, -1: none."""
    by_name = np.zeros((names, table.shape[1]), np.int64)
    np.add.at(by_name, place[place >= 0], table[place >= 0])
    best = by_name.argmax(1).astype(np.int32)
    return np.where(best == table.shape[1] - 1, -1, best).astype(np.int32)


def usable(timeline: Timeline, event: Places, unit: Places) -> Bools:
    """Which values are numbers in the unit wanted of them. A timeline without any units is taken at its word."""
    finite = np.isfinite(timeline.value[event])
    return finite & (timeline.unit[event] == unit) if len(timeline.unit) else finite


def tally(timeline: Timeline, pieces: Iterable[Known], place: Places, unit: Places) -> Tally:
    """pieces: one row a person, so that pairs of different pieces are different."""
    names = len(unit)
    persons = np.zeros(names, np.int64)
    parts, said = [], np.zeros((0, 3), np.int64)
    for piece in pieces:
        column = place[timeline.code[piece.event]]
        keep = column >= 0
        rows, event, column = np.r_[0, np.cumsum(keep)][piece.starts], piece.event[keep], column[keep]
        by, columns, _, first = group(rows, column, names)
        persons += np.bincount(columns, minlength=names)
        value = np.where(usable(timeline, event, unit[column]), timeline.value[event], np.float32(np.nan))[by]
        parts.append((columns, np.fmin.reduceat(value, first), np.fmax.reduceat(value, first)))
        said = np.r_[said, _said(timeline, event, column)]
    column, low, high = _valued(parts)
    return Tally(persons, unit, column, low, high, _answers(said, names))


def _valued(parts: list[tuple[Places, Floats, Floats]]) -> tuple[Places, Floats, Floats]:
    if not parts:
        return np.zeros(0, np.int32), np.zeros(0, np.float32), np.zeros(0, np.float32)
    column, low, high = (np.concatenate(one) for one in zip(*parts, strict=True))
    some = np.flatnonzero(~np.isnan(low))
    by = some[np.argsort(column[some], kind="stable")]
    return column[by], low[by], high[by]


def _said(timeline: Timeline, event: Places, column: Places) -> npt.NDArray[np.int64]:
    """(pairs, 3) name, text and person of every answer, each once."""
    if not len(timeline.text):
        return np.zeros((0, 3), np.int64)
    person = timeline.subject[event]
    text = timeline.text[event]
    some = text >= 0
    return np.unique(np.c_[column, text, person][some].astype(np.int64), axis=0)


def _answers(said: npt.NDArray[np.int64], names: int) -> list[list[tuple[int, int]]]:
    out: list[list[tuple[int, int]]] = [[] for _ in range(names)]
    pairs, persons = np.unique(said[:, :2], axis=0, return_counts=True)
    for (column, text), count in zip(pairs.tolist(), persons.tolist(), strict=True):
        out[column].append((text, count))
    return out
