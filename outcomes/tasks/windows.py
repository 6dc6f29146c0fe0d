"""Where a task's windows lie for each trigger, and how many events lie in them. Meaning: es-aces 0.7.3."""

from dataclasses import dataclass, field

import numpy as np

from outcomes.tasks.hits import Hits, at
from outcomes.tasks.language import TRIGGER, Bound, Window
from outcomes.tasks.stays import Scene, running
from outcomes.tasks.task import Task
from outcomes.timeline import ALWAYS, NEVER, Bools, Ints

MOST = 4_000_000  # pairs of row and late event looked at together


@dataclass(frozen=True)
class Places:
    """Times of windows' starts and ends. NEVER: an event after it was not found; ALWAYS: one before it was not."""

    scene: Scene
    task: Task
    fixed: Ints | None = None  # (m,) the index time, where it is not the task's own
    index: Ints = field(init=False)  # (m,)
    _points: dict[str, Ints] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        name, side = self.task.index
        found = self.fixed
        if found is None:
            object.__setattr__(self, "index", np.full(len(self.scene.rows.time), NEVER))  # while it is sought
            found = self.scene.rows.time if name == TRIGGER else self.point(f"{name}.{side}")
        self._points.clear()
        object.__setattr__(self, "index", found)
        if self.fixed is not None:
            self._points[".".join(self.task.origin)] = found

    def point(self, ref: str) -> Ints:
        """(m,) of trigger, WINDOW.start or WINDOW.end."""
        if ref == TRIGGER:
            return self.scene.rows.time
        if ref not in self._points:
            name, side = ref.split(".")
            window = self.task.windows[name]
            if side == window.root:
                self._points[ref] = self.follow(self.point(window.outer.ref), window.outer, equal=False)
            else:
                equal = window.start_inclusive if window.inner.before else window.end_inclusive
                self._points[ref] = self.follow(self.point(f"{name}.{window.root}"), window.inner, equal=equal)
        return self._points[ref]

    def follow(self, origin: Ints, bound: Bound, *, equal: bool) -> Ints:
        """`equal`: an event at the very moment will do."""
        there = (origin != NEVER) & (origin != ALWAYS)
        if not bound.event:
            return np.where(there, origin + np.where(there, bound.offset, 0), origin)
        hits = self.scene.hits(bound.event)
        found = self.before(hits, origin, equal) if bound.before else self.after(hits, origin, equal)
        missing = ALWAYS if bound.before else NEVER
        found = np.where(there, found, np.where(origin == NEVER, NEVER, missing))
        return np.where((found != NEVER) & (found != ALWAYS), found + bound.offset, found)

    def after(self, hits: Hits, origin: Ints, equal: bool) -> Ints:
        group = self.scene.group(hits)
        place = hits.first_from(group, origin, equal=equal)
        return at(hits.time, place, place < hits.starts[group + 1])

    def before(self, hits: Hits, origin: Ints, equal: bool) -> Ints:
        """Of what is before the index time only what was known at it."""
        group = self.scene.group(hits)
        place = hits.first_from(group, origin, equal=not equal) - 1
        if hits.late.any():
            for _ in range(len(hits.time)):
                there = place >= hits.starts[group]
                unknown = there & (at(hits.known, place, there, ALWAYS) > self.index) & (origin <= self.index)
                if not unknown.any():
                    break
                place = place - unknown
        return at(hits.time, place, place >= hits.starts[group], ALWAYS)

    def window(self, name: str) -> tuple[Ints, Ints]:
        return self.point(f"{name}.start"), self.point(f"{name}.end")

    def reached(self, name: str) -> Bools:
        start, end = self.window(name)
        return np.asarray((start != NEVER) & (start != ALWAYS) & (end != NEVER) & (end != ALWAYS))

    def past(self, name: str) -> Bools:
        """(m,) where the window is over by the index time."""
        return np.asarray(self.point(f"{name}.end") <= self.index)

    def count(self, name: str, predicate: str, until: Ints | None = None) -> Ints:
        """(m,) events in the window; in one that is over at the index time only those that were known by then.

        `until`: in place of the window's own end.
        """
        hits, window, reached = self.scene.hits(predicate), self.task.windows[name], self.reached(name)
        start, end = self.window(name)
        if until is not None:
            end, reached = until, (start != ALWAYS) & (start != NEVER) & (until != NEVER)
        group, closed = self.scene.group(hits), (window.start_inclusive, window.end_inclusive)
        found = hits.count(group, start, end, closed)
        late = hits.only(hits.late)
        if len(late.time):
            found = found - self.unknown(late, np.flatnonzero(reached & self.past(name)), window, start, end)
        return np.where(reached, found, 0)

    def unknown(self, late: Hits, rows: Ints, window: Window, start: Ints, end: Ints) -> Ints:
        """(m,) how many in the window were recorded after the index time; of these rows."""
        group = self.scene.group(late)[rows]
        first = late.first_from(group, start[rows], equal=window.start_inclusive)
        size = np.maximum(late.first_from(group, end[rows], equal=not window.end_inclusive) - first, 0)
        found = np.zeros(len(start), np.int64)
        for part in parts(size):
            pair = np.repeat(part, size[part])
            place = np.repeat(first[part], size[part]) + running(size[part])
            later = late.known[place] > self.index[rows[pair]]
            found += np.bincount(rows[pair[later]], minlength=len(start))
        return found


def parts(size: Ints) -> list[Ints]:
    """Rows in pieces of at most MOST pairs (a row alone may have more)."""
    if not size.sum():
        return []
    piece = np.cumsum(size) // MOST
    return np.split(np.arange(len(size)), np.flatnonzero(np.diff(piece)) + 1)
