"""Does any feature see what was not yet known? Edits what was recorded after predictions, and compares bytes."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from outcomes.cohort import Cohort
from outcomes.features.matrix import Features
from outcomes.features.vocabulary import Vocabulary
from outcomes.features.windows import features
from outcomes.timeline import NEVER, Bools, Ints, Timeline

Column = Any  # a column of Timeline, of its own type
COLUMNS = ("time", "recorded", "code", "value", "encounter", "unit", "text")
ADDED = 8
"""Events added to each person: copies of own ones, recorded just after the prediction."""


@dataclass(frozen=True)
class Lookahead:
    rows: int  # predictions tried, of different persons
    edited: int  # events changed, moved, deleted or added
    moved: tuple[str, ...]  # features that changed, by name; none should

    @property
    def same(self) -> bool:
        return not self.moved


def lookahead(timeline: Timeline, cohort: Cohort, vocabulary: Vocabulary, rows: int = 200, seed: int = 0) -> Lookahead:
    """On a sample of `rows` predictions, one a person."""
    random = np.random.default_rng(seed)
    sample = _sample(cohort, rows, random)
    own, places = _only(timeline, sample.subject)
    sample = replace(sample, subject=places)
    after, edited = edit(own, sample, random)
    before, later = features(own, sample, vocabulary), features(after, sample, vocabulary)
    return Lookahead(len(sample), edited, differing(before, later))


def differing(one: Features, other: Features) -> tuple[str, ...]:
    """Names of features of which any row is not the same in every byte."""
    if one.names != other.names:
        return tuple(sorted(set(one.names) ^ set(other.names)))
    a, b = one.rows.tocsc(), other.rows.tocsc()
    columns = range(len(one.names))
    return tuple(one.names[at] for at in columns if _bytes(a, at) != _bytes(b, at))


def _bytes(matrix: sparse.csc_array, column: int) -> tuple[bytes, bytes]:
    part = slice(matrix.indptr[column], matrix.indptr[column + 1])
    return matrix.indices[part].tobytes(), matrix.data[part].tobytes()


def _sample(cohort: Cohort, rows: int, random: np.random.Generator) -> Cohort:
    by = random.permutation(len(cohort))
    _, first = np.unique(cohort.subject[by], return_index=True)
    return cohort.take(np.sort(by[np.sort(first)[:rows]]))


def _only(timeline: Timeline, subjects: Ints) -> tuple[Timeline, Ints]:
    """The timeline of these persons, and the place of each in it."""
    wanted = np.unique(subjects)
    keep = np.zeros(len(timeline.subjects), bool)
    keep[wanted] = True
    own = timeline.where(keep[timeline.subject])
    starts = np.r_[0, np.cumsum(np.diff(own.starts)[wanted])].astype(np.int64)
    return replace(own, subjects=own.subjects[wanted], starts=starts), np.searchsorted(wanted, subjects)


def edit(timeline: Timeline, cohort: Cohort, random: np.random.Generator) -> tuple[Timeline, int]:
    """Of each person with a row, all that was recorded after its time is deleted, or given another code, value or
    time; and events are added that happened before it and were recorded after it. One row a person."""
    at = np.full(len(timeline.subjects), NEVER)
    at[cohort.subject] = cohort.at
    subject = timeline.subject
    late = timeline.recorded > at[subject]
    what = np.where(late, random.integers(0, 4, len(late)), -1)
    changed = _changed(timeline, what, np.minimum(timeline.recorded, at[subject]), random)
    keep = what != 0
    copies = _copies(timeline, at, random)
    columns = {name: _joined(changed, timeline, name, keep, copies) for name in COLUMNS}
    columns["recorded"][keep.sum() :] = np.maximum(at[subject[copies]] + 1, columns["time"][keep.sum() :])
    return _sorted(timeline, columns, np.r_[subject[keep], subject[copies]]), int(late.sum()) + len(copies)


def _changed(timeline: Timeline, what: Ints, early: Ints, random: np.random.Generator) -> Timeline:
    """1: another code; 2: another value; 3: a time before the prediction. All remain recorded after it."""
    codes = random.integers(0, len(timeline.codes), len(what)).astype(np.int32)
    return replace(
        timeline,
        code=np.where(what == 1, codes, timeline.code),
        value=np.where(what >= 1, random.normal(0, 1e3, len(what)).astype(np.float32), timeline.value),
        time=np.where(what == 3, early - random.integers(0, 10**11, len(what)), timeline.time),
    )


def _copies(timeline: Timeline, at: Ints, random: np.random.Generator) -> Ints:
    own = np.flatnonzero((at[timeline.subject] != NEVER) & (timeline.time <= at[timeline.subject]))
    return np.sort(random.choice(own, min(len(own), ADDED * int((at != NEVER).sum())), replace=False))


def _joined(changed: Timeline, timeline: Timeline, name: str, keep: Bools, copies: Ints) -> Column:
    column = getattr(changed, name)
    return np.r_[column[keep], getattr(timeline, name)[copies]] if len(column) else column


def _sorted(timeline: Timeline, columns: dict[str, Column], subject: Ints) -> Timeline:
    by = np.lexsort((columns["time"], subject))
    starts = np.searchsorted(subject[by], np.arange(len(timeline.subjects) + 1)).astype(np.int64)
    return replace(timeline, starts=starts, **{name: one[by] if len(one) else one for name, one in columns.items()})
