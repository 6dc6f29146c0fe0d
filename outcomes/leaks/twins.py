"""The same records under two ids: persons who share runs of numbers that nobody else has."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from outcomes.leaks.leak import Leak
from outcomes.timeline import ALWAYS, Ints, Timeline

Hashes = npt.NDArray[np.uint64]
RUN = 3  # numbers of one code that follow each other
SHARED = 8
"""Runs that two persons must share, and nobody else have."""
SHARE = 0.25
"""Of the runs of the person with fewer."""
PERSONS = 5
EVENTS = 400
"""Events of a person that are looked at: enough to know them by."""
MIX = np.uint64(0x9E3779B97F4A7C15)


def of_persons(timeline: Timeline, subjects: Ints) -> Iterator[Leak]:
    """subjects: places in timeline.subjects of those in the cohort."""
    event = _looked_at(timeline, np.unique(subjects))
    valued, timed = event[~np.isnan(timeline.value[event])], event[timeline.time[event] != ALWAYS]
    for kind, (runs, person) in (("numbers", _numbers(timeline, valued)), ("hours", _runs(timeline, timed))):
        pairs, shared, share = _pairs(runs, person)
        persons = len(np.unique(pairs))
        if persons >= PERSONS:
            evidence = {"persons": float(persons), f"shared runs of {kind}, median": float(np.median(shared))}
            yield Leak("twins", "subject_id", {**evidence, "share of their runs": float(np.median(share))})
            return


def _looked_at(timeline: Timeline, subjects: Ints) -> Ints:
    low, high = timeline.starts[subjects], timeline.starts[subjects + 1]
    low = np.maximum(low, high - EVENTS)
    size = high - low
    return np.asarray(np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size) + np.repeat(low, size))


def _numbers(timeline: Timeline, event: Ints) -> tuple[Hashes, Ints]:
    """Runs of RUN numbers of one code of one person, in order of time."""
    subject = np.searchsorted(timeline.starts, event, side="right") - 1
    order = np.lexsort((event, timeline.code[event], subject))
    event, subject = event[order], subject[order]
    code = timeline.code[event].astype(np.uint64)
    value = timeline.value[event].view(np.uint32).astype(np.uint64)
    last = len(event) - RUN + 1
    if last <= 0:
        return np.zeros(0, np.uint64), np.zeros(0, np.int64)
    mixed = code[:last]
    for back in range(RUN):
        mixed = _mix(mixed ^ _mix(value[back : last + back]))
    together = (subject[RUN - 1 :] == subject[:last]) & (code[RUN - 1 :] == code[:last])
    return mixed[together], subject[:last][together]


def _runs(timeline: Timeline, event: Ints) -> tuple[Hashes, Ints]:
    """Runs of RUN waiting times, in seconds, between moments at which something happens."""
    subject = np.searchsorted(timeline.starts, event, side="right") - 1
    new = np.r_[True, (subject[1:] != subject[:-1]) | (timeline.time[event][1:] != timeline.time[event][:-1])]
    event, subject = event[new], subject[new]
    wait = (np.diff(timeline.time[event]) // 1_000_000).astype(np.uint64)
    last = len(wait) - RUN + 1
    if last <= 0:
        return np.zeros(0, np.uint64), np.zeros(0, np.int64)
    mixed = np.zeros(last, np.uint64)
    for back in range(RUN):
        mixed = _mix(mixed ^ wait[back : last + back])
    together = subject[RUN:] == subject[:last]
    return mixed[together], subject[:last][together]


def _mix(number: Hashes) -> Hashes:
    with np.errstate(over="ignore"):
        number = (number ^ (number >> np.uint64(31))) * MIX
    return number ^ (number >> np.uint64(29))


def _pairs(runs: Hashes, person: Ints) -> tuple[Ints, Ints, npt.NDArray[np.float64]]:
    """(p, 2) persons who share runs that two persons have and no third; how many, and their share."""
    each = np.unique(np.stack([runs.view(np.int64), person], 1), axis=0) if len(runs) else np.zeros((0, 2), np.int64)
    own = np.bincount(each[:, 1], minlength=int(person.max(initial=0)) + 1)
    _, first, count = np.unique(each[:, 0], return_index=True, return_counts=True)
    two = first[count == 2]
    both = np.stack([each[two, 1], each[two + 1, 1]], 1)
    pairs, shared = np.unique(both, axis=0, return_counts=True)
    share = shared / np.maximum(own[pairs].min(1), 1) if len(pairs) else np.zeros(0)
    same = (shared >= SHARED) & (share >= SHARE)
    return pairs[same], shared[same], share[same]
