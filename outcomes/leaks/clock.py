"""Events that were recorded before they can have happened."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from outcomes.cohort import Cohort
from outcomes.leaks.candidates import LEAST
from outcomes.leaks.leak import Leak
from outcomes.leaks.limits import limits
from outcomes.leaks.stays import Stays
from outcomes.timeline import ALWAYS, Bools, Ints, Places, Timeline, moments

PILED = 0.3
"""Share of a code's events that stand at one moment with another of the same code and stay."""
SPREAD = 1.5
"""Events a stay that a code must have, for them to be piled."""


def of_times(timeline: Timeline, rows: pa.Table, cohort: Cohort, around: Stays) -> Iterator[Leak]:
    if "recorded_time" in rows.column_names:
        yield from _early(timeline, rows, cohort, around)
    yield from _piled(timeline, around)


def _early(timeline: Timeline, rows: pa.Table, cohort: Cohort, around: Stays) -> Iterator[Leak]:
    """Known before the index time, by what the table says, of a time after it."""
    said = moments(rows["recorded_time"], ALWAYS)
    early = (said != ALWAYS) & (said < timeline.time)
    pairs = around.future
    ahead = early[pairs.event] & (said[pairs.event] <= cohort.at[pairs.row])
    if ahead.sum() < LEAST:
        return
    codes, count = np.unique(timeline.code[pairs.event[ahead]], return_counts=True)
    worst = tuple(timeline.codes[place] for place in codes[np.argsort(-count)][:5])
    evidence = {
        "events of after the index time recorded before it": float(ahead.sum()),
        "rows of the cohort": float(len(np.unique(pairs.row[ahead]))),
        "events recorded before they happen": float(early.sum()),
    }
    yield Leak("recorded", "recorded_time", evidence, others=worst)


def _piled(timeline: Timeline, around: Stays) -> Iterator[Leak]:
    """Codes whose events of a stay all stand at its beginning, though the stays go on; but for those that begin it."""
    event = np.r_[around.inside.event, around.future.event]
    row = np.r_[around.inside.row, around.future.row]
    code, time = timeline.code[event], timeline.time[event]
    order = np.lexsort((time, code, row))
    row, code, time = row[order], code[order], time[order]
    same = np.r_[False, (row[1:] == row[:-1]) & (code[1:] == code[:-1])]
    at_once = same & np.r_[False, time[1:] == time[:-1]]
    repeated, piled, every = (_count(code, each, len(timeline.codes)) for each in (same, at_once, np.ones_like(same)))
    stays = every - repeated
    odd = (piled > PILED * every) & (every > SPREAD * stays) & (stays >= LEAST) & (piled > 0.9 * repeated)
    began = np.abs(time - around.began[row]) < 60_000_000
    at_start = _count(code, began, len(timeline.codes))
    opening = np.array([each.startswith(limits().opens) for each in timeline.codes], bool)
    for place in np.flatnonzero(odd & (at_start > 0.9 * every) & ~opening):
        evidence = {
            "events at the moment of admission": float(at_start[place]),
            "events a stay": float(every[place] / stays[place]),
        }
        yield Leak("recorded", timeline.codes[place], evidence)


def _count(code: Places, where: Bools, codes: int) -> Ints:
    return np.bincount(code[where], minlength=codes)
