"""Predicates on a timeline: each distinct code is matched once, events that no predicate wants are never touched."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from contract.errors import ConfigError, InputError
from outcomes.tasks.hits import Hits, combined, hits
from outcomes.tasks.language import ANY, END, SPECIAL, START, Derived, Plain, Predicate
from outcomes.tasks.task import Task
from outcomes.timeline import ALWAYS, Bools, Ints, Timeline, ordered


@dataclass(frozen=True)
class Found:
    """Where in the timeline the events of a task's predicates are."""

    timeline: Timeline
    task: Task
    rows: Mapping[str, Ints]  # of each plain predicate its events, those without time among them

    @cached_property
    def subject(self) -> npt.NDArray[np.int32]:
        """(n,) place of the person."""
        return self.timeline.subject.astype(np.int32)

    def timed(self, name: str) -> Ints:
        rows = self.rows[name]
        return np.asarray(rows[self.timeline.time[rows] != ALWAYS])

    @cached_property
    def any(self) -> Hits:
        """Every moment at which anything happens."""
        time, starts = self.timeline.time, self.timeline.starts
        new = np.r_[True, time[1:] != time[:-1]][: len(time)]
        new[starts[:-1]] = True
        new &= time != ALWAYS
        first = np.flatnonzero(new)
        timeless = np.flatnonzero(time == ALWAYS)
        known = self.timeline.recorded
        if len(first):  # an event without time that stands before the next person's first moment is not part of one
            known = known.copy()
            known[timeless] = np.iinfo(np.int64).max
            known = np.minimum.reduceat(known, first)
        return Hits(np.r_[0, np.cumsum(new)][starts], time[first], np.maximum(known[: len(first)], time[first]))

    @cached_property
    def edges(self) -> tuple[Hits, Hits]:
        """The first and the last moment of each person."""
        every = self.any
        some = every.starts[:-1] < every.starts[1:]
        starts, subjects = every.starts[:-1][some], np.flatnonzero(some)
        ends = every.starts[1:][some] - 1
        size = len(every.starts) - 1
        first = hits(subjects, every.time[starts], every.known[starts], size)
        return first, hits(subjects, every.time[ends], every.known[ends], size)

    def special(self, name: str) -> Hits:
        return {ANY: lambda: self.any, START: lambda: self.edges[0], END: lambda: self.edges[1]}[name]()

    def hits(self, name: str) -> Hits:
        """By person, at the times the timeline says."""
        if name in SPECIAL:
            return self.special(name)
        its = self.task.predicates[name]
        if isinstance(its, Derived):
            return combined([self.hits(one) for one in its.inputs], every=its.all)
        if its.static:  # persons without it are left out, so it holds at every moment
            return self.any
        rows = self.timed(name)
        return hits(self.subject[rows].astype(np.int64), self.timeline.time[rows], self.timeline.recorded[rows],
                    len(self.timeline.subjects))  # fmt: skip

    def persons(self) -> Bools:
        """(s,) who have all static predicates."""
        keep = np.ones(len(self.timeline.subjects), bool)
        for name, its in self.task.predicates.items():
            if its.static:
                keep &= self.without_time(name)
        return keep

    def without_time(self, name: str) -> Bools:
        """(s,) who fit a predicate by their events without time."""
        its = self.task.predicates[name]
        if isinstance(its, Derived):
            fits = [self.without_time(one) for one in its.inputs if one not in SPECIAL]
            return np.asarray(np.all(fits, axis=0) if its.all else np.any(fits, axis=0))
        rows = self.rows[name]
        keep = np.zeros(len(self.timeline.subjects), bool)
        keep[self.subject[rows[self.timeline.time[rows] == ALWAYS]]] = True
        return keep

    def unseen(self) -> list[str]:
        """Plain predicates without any event."""
        return [name for name, rows in self.rows.items() if not len(rows)]


def find(task: Task, timeline: Timeline, rows: pa.Table | None = None) -> Found:
    """`rows`: the table that the timeline was read from, where a predicate asks for other columns."""
    plain = {name: its for name, its in task.predicates.items() if isinstance(its, Plain)}
    codes = pa.array([*timeline.codes, None], pa.string())  # the last one: no code
    fits = {name: matching(name, its, codes) for name, its in plain.items()}
    any_of_them = np.logical_or.reduce(list(fits.values())) if fits else np.zeros(len(codes), bool)
    wanted = np.flatnonzero(any_of_them[timeline.code])
    code = timeline.code[wanted]
    where = {name: valued(its, wanted[fits[name][code]], timeline) for name, its in plain.items()}
    if any(its.columns for its in plain.values()):
        table = None if rows is None else ordered(rows)
        where = {name: columned(name, plain[name], where[name], table) for name in plain}
    return Found(timeline, task, where)


def matching(name: str, its: Predicate, codes: pa.Array) -> Bools:
    """(c,) which codes fit; regular expressions as RE2 has them, found anywhere, as in es-aces."""
    assert isinstance(its, Plain)
    if not its.regex:
        return np.asarray(pc.fill_null(pc.is_in(codes, pa.array(its.words, pa.string())), False))
    try:
        return np.asarray(pc.fill_null(pc.match_substring_regex(codes, its.regex), False))
    except pa.ArrowInvalid as error:
        raise ConfigError(f"predicate {name}: {its.regex!r} is no regular expression (RE2): {error}") from error


def valued(its: Plain, rows: Ints, timeline: Timeline) -> Ints:
    if its.low is None and its.high is None:
        return rows
    value = timeline.value[rows]  # compared as float32, which is what MEDS has
    keep = ~np.isnan(value)
    if its.low is not None:
        keep &= value >= np.float32(its.low) if its.low_inclusive else value > np.float32(its.low)
    if its.high is not None:
        keep &= value <= np.float32(its.high) if its.high_inclusive else value < np.float32(its.high)
    return rows[keep]


def columned(name: str, its: Plain, rows: Ints, table: pa.Table | None) -> Ints:
    for column, text in its.columns:
        if table is None or column not in table.column_names:
            raise InputError(
                f"predicate {name} asks for column {column!r}, which is not at hand: hand the timeline's table over as "
                "`select(..., rows=TABLE)`, or ask by code"
            )
        values = pc.cast(table[column].take(pa.array(rows)), pa.string())
        rows = rows[np.asarray(pc.fill_null(pc.equal(values, text), False))]
    return rows
