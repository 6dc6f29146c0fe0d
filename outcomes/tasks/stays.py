"""Which events a stay sees: those of its own encounter, at the moment they happened, as far as the data can tell.

A date without hour is the whole day: a discharge or death that carries only a date (recorded just a day later) happened
by the end of that day; a death on the day of a discharge that has an hour happened at that discharge.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from outcomes.tasks.hits import Hits, bisect, combined, hits
from outcomes.tasks.language import SPECIAL, Derived
from outcomes.tasks.predicates import Found
from outcomes.tasks.task import Task
from outcomes.timeline import ALWAYS, DAY, HOUR, NEVER, Bools, Ints, Timeline


@dataclass(frozen=True)
class Rows:
    """m triggers. A lane is a person's encounter, as told by the triggers; without `stay` it is the person."""

    subject: Ints  # (m,)
    lane: Ints  # (m,)
    encounter: Ints  # (m,) -1: none
    time: Ints  # (m,)

    def take(self, which: Ints | Bools) -> "Rows":
        return Rows(self.subject[which], self.lane[which], self.encounter[which], self.time[which])


def leaves(task: Task, names: Iterable[str]) -> set[str]:
    """The plain predicates that these are made of."""
    todo, found = [name for name in names if name and name not in SPECIAL], set()
    while todo:
        name = todo.pop()
        its = task.predicates[name]
        if isinstance(its, Derived):
            todo += its.inputs
        else:
            found.add(name)
    return found


def dated(timeline: Timeline, rows: Ints) -> Bools:
    """Which of these events have a date only: recorded the day after (23 or 25 h where clocks change)."""
    gap = timeline.recorded[rows] - timeline.time[rows]
    return np.asarray((timeline.recorded[rows] != NEVER) & np.isin(gap, (DAY - HOUR, DAY, DAY + HOUR)))


SLACK = 12 * HOUR
"""A stay without discharge may go on unseen for so long: a death within it still ends the stay."""
CACHED = ("_seen", "whole_days", "own", "ended", "last", "data_end", "end", "silent", "last_seen")
"""What does not depend on which triggers are left."""


@dataclass(frozen=True)
class Scene:
    """The triggers of a task, and for each predicate the events that they see."""

    found: Found
    rows: Rows
    lanes: tuple[Ints, Ints] = field(repr=False)  # (l,) person and encounter of each lane, in this order
    alone: bool = False  # the data of other persons decide nothing

    def group(self, of: Hits) -> Ints:
        return self.rows.lane if of.by_lane else self.rows.subject

    def take(self, which: Ints | Bools) -> "Scene":
        return self.seen_from(self.rows.take(which))

    def seen_from(self, rows: Rows) -> "Scene":
        scene = Scene(self.found, rows, self.lanes, self.alone)
        scene.__dict__.update({name: value for name, value in self.__dict__.items() if name in CACHED})
        return scene

    @cached_property
    def _seen(self) -> dict[str, Hits]:
        return {}

    @cached_property
    def own(self) -> set[str]:
        stay = self.found.task.options.stay
        return leaves(self.found.task, (stay.discharge, stay.death)) if stay else set()

    def hits(self, name: str) -> Hits:
        if name not in self._seen:
            self._seen[name] = self._hits(name)
        return self._seen[name]

    def _hits(self, name: str) -> Hits:
        task = self.found.task
        if name in self.own:
            return self.of_encounter(name)
        its = task.predicates.get(name)
        if isinstance(its, Derived) and leaves(task, [name]) & self.own:
            return combined([self.spread(self.hits(one)) for one in its.inputs], every=its.all)
        return self.found.hits(name)

    def of_encounter(self, name: str) -> Hits:
        """Events of the lane's encounter, or of none, at the moment that they happened."""
        timeline, rows = self.found.timeline, self.found.timed(name)
        time, subject = self.moment(name), self.found.subject[rows].astype(np.int64)
        encounter = timeline.encounter[rows].astype(np.int64)
        lane, which = self.joined(subject, encounter)
        if name not in leaves(self.found.task, [self._discharge]) and self.found.task.options.censored:
            seen = self.last_seen[lane]
            within = (timeline.time[rows][which] <= seen) | (
                time[which] <= np.where(seen == NEVER, NEVER, seen + SLACK)
            )
            lane, which = lane[within], which[within]
        return hits(lane, time[which], timeline.recorded[rows][which], len(self.lanes[0]), by_lane=True)

    @cached_property
    def ended(self) -> Bools:
        """(l,) which lanes have a discharge."""
        starts = self.hits(self._discharge).starts if self._discharge else np.zeros(len(self.lanes[0]) + 1)
        return np.asarray(starts[1:] > starts[:-1])

    @cached_property
    def last(self) -> Ints:
        """(l,) time of the last event of each lane."""
        timeline, (people, encounters) = self.found.timeline, self.lanes
        row = np.zeros(len(timeline.encounters) + 1, np.int64)
        row[timeline.encounter] = np.arange(len(timeline))  # the last one of each stays
        return timeline.time[np.where(encounters >= 0, row[encounters], timeline.starts[people + 1] - 1)]

    @cached_property
    def data_end(self) -> int:
        """The last time of the data: of the encounters' events, where there are such, else of all.

        One encounter in a thousand may lie more than a year after all others (a wrong date) and does not count.
        """
        timeline = self.found.timeline
        row = timeline.starts[1:] - 1
        if len(timeline.encounters):
            row = np.zeros(len(timeline.encounters) + 1, np.int64)
            row[timeline.encounter] = np.arange(len(timeline))
            row = row[:-1]
        last = np.sort(timeline.time[row])
        far = np.flatnonzero(np.diff(last[-1 - len(last) // 1000 :]) > 365 * DAY)
        return int(last[-1 - len(last) // 1000 :][far[0] if len(far) else -1]) if len(last) else ALWAYS

    @cached_property
    def silent(self) -> Bools:
        """(l,) stays without discharge of which nothing has been heard for long (`alone`: but of the person)."""
        stay = self.found.task.options.stay
        silence = stay.silence if stay else 0
        return np.asarray(~self.ended & (self.last < self.end - silence))

    @cached_property
    def end(self) -> Ints:
        """(l,) where the data end: those of all persons, or (`alone`) of the person."""
        if not self.alone:
            return np.full(len(self.lanes[0]), self.data_end)
        return self.found.timeline.time[self.found.timeline.starts[self.lanes[0] + 1] - 1]

    @cached_property
    def last_seen(self) -> Ints:
        """(l,) a death later than this (and SLACK) is none of the stay; NEVER but for silent ones."""
        return np.where(self.silent, self.last, NEVER)

    @cached_property
    def whole_days(self) -> Hits:
        """Discharges and deaths that are a date only, at the end of their day."""
        timeline, parts = self.found.timeline, []
        for name in sorted(self.own):
            rows, time = self.found.timed(name), self.moment(name)
            vague = dated(timeline, rows) & (time == timeline.recorded[rows])
            lane, which = self.joined(
                self.found.subject[rows].astype(np.int64), timeline.encounter[rows].astype(np.int64)
            )
            parts.append((lane[vague[which]], time[which][vague[which]]))
        lane, time = (np.concatenate([np.zeros(0, np.int64), *column]) for column in zip(*parts, strict=True))
        return hits(lane, time, time, len(self.lanes[0]), by_lane=True)

    def joined(self, subject: Ints, encounter: Ints) -> tuple[Ints, Ints]:
        """Pairs of lane and event: the same encounter, or either has none."""
        people, encounters = self.lanes
        ends = np.searchsorted(people, np.arange(len(self.found.timeline.subjects) + 1))
        width = len(self.found.timeline.encounters) + 1
        keys = people * width + encounters + 1
        own = np.searchsorted(keys, subject * width + encounter + 1)
        same = (encounter >= 0) & (np.r_[keys, -1][own] == subject * width + encounter + 1)
        loose = np.flatnonzero(encounter < 0)
        size = ends[subject[loose] + 1] - ends[subject[loose]]
        to_all = np.repeat(ends[subject[loose]], size) + running(size)
        lane = np.flatnonzero(encounters < 0)  # a person has one lane without encounter at most
        of_person = np.full(len(self.found.timeline.subjects), -1)
        of_person[people[lane]] = lane
        bare = np.flatnonzero((encounter >= 0) & (of_person[subject] >= 0))
        return (
            np.concatenate([own[same], to_all, of_person[subject[bare]]]),
            np.concatenate([np.flatnonzero(same), np.repeat(loose, size), bare]),
        )

    def moment(self, name: str) -> Ints:
        """(k,) when the events of one of the stay's own predicates happened."""
        timeline, rows = self.found.timeline, self.found.timed(name)
        whole_day = dated(timeline, rows)
        time = np.where(whole_day, timeline.recorded[rows], timeline.time[rows])
        if name in leaves(self.found.task, [self._discharge]):
            return time
        first, last, there = self.exits(rows)
        return np.where(whole_day & there, np.where(there, last, first), time)

    @property
    def _discharge(self) -> str:
        stay = self.found.task.options.stay
        return stay.discharge if stay else ""

    def exits(self, rows: Ints) -> tuple[Ints, Ints, Bools]:
        """The last discharge with an hour on the day of each of these events."""
        timeline = self.found.timeline
        names = leaves(self.found.task, [self._discharge])
        out = np.unique(np.concatenate([np.zeros(0, np.int64), *(self.found.timed(one) for one in names)]))
        out = out[~dated(timeline, out)]
        left = hits(
            self.found.subject[out].astype(np.int64), timeline.time[out], timeline.time[out], len(timeline.subjects)
        )
        subject, day, night = self.found.subject[rows], timeline.time[rows], timeline.recorded[rows]
        after = bisect(left.time, left.starts[subject], left.starts[subject + 1], night, right=True)
        there = after > left.starts[subject]
        last = np.r_[left.time, ALWAYS][np.where(there, after - 1, len(left.time))]
        return day, last, there & (last >= day)

    def spread(self, one: Hits) -> Hits:
        """Events by person become events of each of their lanes."""
        if one.by_lane:
            return one
        people = self.lanes[0]
        size = (one.starts[1:] - one.starts[:-1])[people]
        place = np.repeat(one.starts[:-1][people], size) + running(size)
        return Hits(np.r_[0, np.cumsum(size)], one.time[place], one.known[place], by_lane=True)


def running(size: Ints) -> Ints:
    """0, 1, ... size - 1 of each, one after the other."""
    return np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
