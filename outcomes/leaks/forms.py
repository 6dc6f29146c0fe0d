"""How values are written, as candidates: unit, decimals, words, precision of times, place in the file."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from outcomes.leaks.candidates import LEAST, Candidates, collect
from outcomes.leaks.stays import Pairs
from outcomes.timeline import ALWAYS, SECOND, Floats, Ints, Timeline

Numbers = npt.NDArray[np.float64]
MOST_WORDS = 30
"""Different words of one code, for each to be looked at."""


def of_rows(timeline: Timeline, rows: pa.Table, inside: Pairs, size: int) -> Candidates:
    """`rows`: event for event those of `timeline`. Means over the events of each code that is written in two ways."""
    parts = [each for aspect, mark in _marks(timeline, rows) for each in _means(timeline, inside, size, aspect, mark)]
    return collect(iter([*parts, *_times(timeline, inside, size), *_answers(timeline, rows, inside, size)]), size)


def _marks(timeline: Timeline, rows: pa.Table) -> Iterator[tuple[str, Numbers]]:
    """(n,) of each event a number that says how it is written; NaN: not written."""
    for name in ("unit", "precision"):
        if name in rows.column_names:
            yield name, _usual(timeline, rows[name])
    yield "decimals", decimals(np.asarray(pc.cast(rows["numeric_value"], pa.float32()).to_numpy(), np.float32))
    if "text_value" in rows.column_names and rows["text_value"].null_count < len(rows):
        yield "words", _manner(rows["text_value"])


def _usual(timeline: Timeline, column: pa.ChunkedArray) -> Numbers:
    """1: the word that most events of the code have; 0: another; NaN: none."""
    coded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    word = np.asarray(pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False), np.int64)
    words = len(coded.dictionary) + 1
    pair, count = np.unique(timeline.code.astype(np.int64) * words + word + 1, return_counts=True)
    order = np.lexsort((-count, pair // words))
    codes, first = np.unique(pair[order] // words, return_index=True)
    most = np.zeros(len(timeline.codes), np.int64)
    most[codes] = pair[order][first] % words - 1
    return np.where(word < 0, np.nan, (word == most[timeline.code]).astype(float))


def decimals(value: Floats) -> Numbers:
    """Digits behind the point that a number needs, 4 at most."""
    out = np.full(len(value), 4.0)
    wide = value.astype(np.float64)
    for digits in (3, 2, 1, 0):
        scaled = wide * 10**digits
        out[np.abs(scaled - np.round(scaled)) < 1e-5 * np.maximum(np.abs(scaled), 1)] = digits
    out[np.isnan(value)] = np.nan
    return out


def _manner(column: pa.ChunkedArray) -> Numbers:
    """1 for a blank at an end, 2 for capitals only, their sum for both."""
    text = column.cast(pa.string())
    blank = pc.or_(pc.starts_with(text, " "), pc.ends_with(text, " "))
    found = [pc.fill_null(each, False).to_numpy(zero_copy_only=False) for each in (blank, pc.utf8_is_upper(text))]
    manner = found[0] + 2.0 * found[1]
    manner[column.is_null().to_numpy(zero_copy_only=False)] = np.nan
    return np.asarray(manner, np.float64)


def _means(
    timeline: Timeline, inside: Pairs, size: int, aspect: str, mark: Numbers
) -> Iterator[tuple[str, str, Floats]]:
    seen = mark[inside.event]
    keep = inside.where(~np.isnan(seen))
    seen, code = seen[~np.isnan(seen)], timeline.code[keep.event]
    low, high = np.full(len(timeline.codes), np.inf), np.full(len(timeline.codes), -np.inf)
    np.minimum.at(low, code, seen)
    np.maximum.at(high, code, seen)
    for place in np.flatnonzero(high > low):
        mine = code == place
        if mine.sum() >= LEAST:
            yield timeline.codes[place], aspect, mean(keep.row[mine], seen[mine], size)


def mean(row: Ints, value: Numbers, size: int) -> Floats:
    """(m,) mean of each row's values; NaN: none."""
    count = np.bincount(row, minlength=size)
    summed = np.bincount(row, value, minlength=size)
    return np.where(count > 0, summed / np.maximum(count, 1), np.nan).astype(np.float32)


def _times(timeline: Timeline, inside: Pairs, size: int) -> Iterator[tuple[str, str, Floats]]:
    time = timeline.time[inside.event]
    timed = time != ALWAYS
    for aspect, unit in (("whole minutes", 60 * SECOND), ("whole seconds", SECOND)):
        whole = (time[timed] % unit == 0).astype(float)
        if 0 < whole.sum() < len(whole):
            yield "time", aspect, mean(inside.row[timed], whole, size)


def _answers(timeline: Timeline, rows: pa.Table, inside: Pairs, size: int) -> Iterator[tuple[str, str, Floats]]:
    """Answers in words: of each word of a code with few of them, whether the row has it."""
    if "text_value" not in rows.column_names:
        return
    coded = rows["text_value"].cast(pa.string()).combine_chunks().dictionary_encode()
    word = np.asarray(pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False), np.int64)[inside.event]
    said, words = inside.where(word >= 0), len(coded.dictionary)
    pair, place, count = np.unique(
        timeline.code[said.event].astype(np.int64) * words + word[word >= 0], return_inverse=True, return_counts=True
    )
    kinds = np.bincount(pair // words, minlength=len(timeline.codes)) if words else np.zeros(0)
    for each in np.flatnonzero(count >= LEAST):
        code = int(pair[each]) // words
        if kinds[code] <= MOST_WORDS:
            column = np.zeros(size, np.float32)
            column[said.row[place == each]] = 1
            yield timeline.codes[code], "word", column
