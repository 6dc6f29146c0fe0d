"""All that could leak, as a table of numbers: of each code what is known before the index time, and extra columns."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outcomes.leaks.stays import Pairs, Stays
from outcomes.timeline import Floats, Ints, Timeline

LEAST = 15
"""A code or a value of fewer rows proves nothing."""
MOST_WORDS = 40
MOST = 2_000
"""Codes looked at, the most frequent first."""
PRESENCE = frozenset({"count", "known", "before"})
FORMS = frozenset({"unit", "decimals", "words", "precision"})


@dataclass(frozen=True)
class Candidates:
    """m rows, f columns: `what` names the code or column, `aspect` what of it the numbers say."""

    what: npt.NDArray[np.object_]  # (f,)
    aspect: npt.NDArray[np.object_]  # (f,) count, known, first, last, mean, max, before, value, unit, decimals ...
    values: Floats  # (m, f) NaN: not known

    def __len__(self) -> int:
        return len(self.what)

    def of(self, columns: Ints) -> "Candidates":
        return Candidates(self.what[columns], self.aspect[columns], self.values[:, columns])


def join(parts: list[Candidates], rows: int) -> Candidates:
    parts = [part for part in parts if len(part)]
    if not parts:
        return collect(iter(()), rows)
    return Candidates(
        np.concatenate([part.what for part in parts]),
        np.concatenate([part.aspect for part in parts]),
        np.concatenate([part.values for part in parts], axis=1),
    )


def collect(columns: Iterator[tuple[str, str, Floats]], rows: int) -> Candidates:
    found = list(columns)
    values = np.stack([each[2] for each in found], axis=1) if found else np.zeros((rows, 0))
    what, aspect = (np.array([each[place] for each in found], object) for place in (0, 1))
    return Candidates(what, aspect, values.astype(np.float32))


def of_timeline(timeline: Timeline, stays: Stays, rows: int) -> Candidates:
    inside, history = (_grouped(timeline, pairs) for pairs in (stays.inside, stays.history))
    valued = _grouped(timeline, stays.inside, valued=True)
    parts = (_counts(timeline, inside, "count", rows), _values(timeline, valued, inside, rows))
    return collect((each for part in (*parts, _counts(timeline, history, "before", rows)) for each in part), rows)


def of_frame(frame: pd.DataFrame) -> Candidates:
    """Numbers as they are; words by how often they stand, and each frequent word by itself."""
    return collect((each for name in frame for each in _column(str(name), frame[name])), len(frame))


@dataclass(frozen=True)
class _Groups:
    """Events of one row and one code together."""

    row: Ints  # (g,)
    code: Ints  # (g,)
    size: Ints  # (g,)
    start: Ints  # (g,) into `value`
    value: Floats  # (k,)

    def of(self, code: int) -> Ints:
        low, high = np.searchsorted(self.code, [code, code + 1])
        return np.arange(low, high)


def _grouped(timeline: Timeline, pairs: Pairs, *, valued: bool = False) -> _Groups:
    if valued:
        pairs = pairs.where(~np.isnan(timeline.value[pairs.event]))
    rows = int(pairs.row.max()) + 1 if len(pairs.row) else 1
    key = timeline.code[pairs.event].astype(np.int64) * rows + pairs.row
    order = np.argsort(key, kind="stable")
    key = key[order]
    start = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if len(key) else np.zeros(0, np.int64)
    size = np.diff(np.r_[start, len(key)])
    return _Groups(key[start] % rows, key[start] // rows, size, start, timeline.value[pairs.event][order])


def _codes(groups: _Groups) -> Ints:
    support = np.bincount(groups.code)
    frequent = np.argsort(-support, kind="stable")[:MOST]
    return frequent[support[frequent] >= LEAST]


def _counts(timeline: Timeline, groups: _Groups, aspect: str, rows: int) -> Iterator[tuple[str, str, Floats]]:
    for code in _codes(groups):
        mine = groups.of(code)
        column = np.zeros(rows, np.float32)
        column[groups.row[mine]] = groups.size[mine]
        yield timeline.codes[code], aspect, column


def _values(timeline: Timeline, valued: _Groups, every: _Groups, rows: int) -> Iterator[tuple[str, str, Floats]]:
    if not len(valued.row):
        return
    value, start, last = valued.value, valued.start, np.r_[valued.start[1:], len(valued.value)] - 1
    mean = (np.add.reduceat(value.astype(np.float64), start) / valued.size).astype(np.float32)
    aspects = {"first": value[start], "last": value[last], "mean": mean, "max": np.maximum.reduceat(value, start)}
    for code in _codes(valued):
        mine = valued.of(code)
        for aspect, found in aspects.items():
            column = np.full(rows, np.nan, np.float32)
            column[valued.row[mine]] = found[mine]
            yield timeline.codes[code], aspect, column
        yield timeline.codes[code], "known", _known(valued.row[mine], every.row[every.of(code)], rows)


def _known(valued: Ints, every: Ints, rows: int) -> Floats:
    """1: a row with a value, 0: a row without; NaN: no row."""
    column = np.full(rows, np.nan, np.float32)
    column[every] = 0
    column[valued] = 1
    return column


def _column(name: str, column: "pd.Series[Any]") -> Iterator[tuple[str, str, Floats]]:
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        yield name, "value", np.where(column.isna(), np.nan, column.astype("int64").to_numpy()).astype(np.float32)
    elif pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype):
        yield name, "value", column.to_numpy(np.float32, na_value=np.nan)
    else:
        yield from _words(name, column.astype("string"))


def _words(name: str, words: "pd.Series[Any]") -> Iterator[tuple[str, str, Floats]]:
    yield name, "known", np.array(words.notna().to_list(), np.float32)
    counts = words.value_counts()
    for word in counts.index[counts >= LEAST][:MOST_WORDS]:
        yield name, "value", np.array((words == word).fillna(False).to_list(), np.float32)
