"""All persons of a hospital as arrays of days, from the parts of its shards."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.work import Shard
from nlp.adverse.signals.cells import Floats, Ints
from nlp.adverse.signals.records.histories import PARTS

GRACE = 90  # days after the last contact for which a person still counts as seen
GAP = 30  # days between two courses of one drug that are one course
FOREVER = 10**6


@dataclass(frozen=True)
class Population:
    """`who` counts persons from 0. Courses stand by person, drug and start; events by event and person, one each."""

    birth: Floats  # days since 1970, nan: not known; of person
    male: Floats
    start: Ints  # observed from and to, both included
    stop: Ints
    drugs: list[str]
    course_who: Ints
    course_drug: Ints
    course_start: Ints
    course_stop: Ints
    first: "pa.Array"  # of course: whether it is the first of its person and drug
    events: list[str]
    event_who: Ints
    event_kind: Ints
    event_day: Ints
    visit_who: Ints
    visit_day: Ints
    visit_inside: Floats

    @property
    def persons(self) -> int:
        return len(self.start)


def population(partials: Iterable[Shard]) -> Population:
    parts = list(partials)
    tables = {n: pa.concat_tables([s.empty_table(), *(p[n] for p in parts if n in p)]) for n, s in PARTS.items()}
    people = tables["people"].sort_by("subject_id")
    ids = people["subject_id"].to_numpy()
    first, last = people["first"].to_numpy(), people["last"].to_numpy()
    death = people["death"].fill_null(FOREVER).to_numpy()
    end = np.minimum(np.minimum(last + GRACE, max(last.max(initial=0), 0)), death) if len(last) else last
    birth = people["birth"].cast(pa.float64()).to_numpy(zero_copy_only=False)
    male = pc.fill_null(pc.equal(people["sex"], "M"), False).to_numpy(zero_copy_only=False).astype(float)
    drugs, course = _eras(tables["courses"], ids, end)
    events, kind = _names(tables["events"]["event"])
    who = np.searchsorted(ids, tables["events"]["subject_id"].to_numpy())
    day = tables["events"]["day"].to_numpy()
    order = np.lexsort((who, kind))
    visits = tables["visits"].sort_by([("subject_id", "ascending"), ("day", "ascending")])
    return Population(
        birth, male, first, end, drugs, *course, events, who[order], kind[order], day[order],
        np.searchsorted(ids, visits["subject_id"].to_numpy()), visits["day"].to_numpy(),
        visits["inside"].to_numpy(zero_copy_only=False).astype(float),
    )  # fmt: skip


def _names(column: pa.ChunkedArray) -> tuple[list[str], Ints]:
    names = sorted(column.unique().to_pylist())
    return names, pc.index_in(column, pa.array(names, pa.string())).to_numpy().astype(np.int64)


def _eras(courses: pa.Table, ids: Ints, end: Ints) -> tuple[list[str], tuple[Ints, Ints, Ints, Ints, Ints]]:
    """Courses of a drug that overlap, or follow within GAP days, are one; one without end lasts as long as seen."""
    drugs, drug = _names(courses["drug"])
    who, start = np.searchsorted(ids, courses["subject_id"].to_numpy()), courses["start"].to_numpy()
    stop = courses["stop"].fill_null(FOREVER).to_numpy()
    stop = np.maximum(np.minimum(stop, end[who]), start) if len(who) else stop
    order = np.lexsort((start, drug, who))
    who, drug, start, stop = who[order], drug[order], start[order], stop[order]
    begins, reach = np.ones(len(who), bool), -FOREVER
    latest = stop.copy()
    for k in range(len(who)):
        same = k and who[k] == who[k - 1] and drug[k] == drug[k - 1]
        begins[k] = not same or start[k] > reach + GAP
        reach = stop[k] if begins[k] else max(reach, stop[k])
        latest[k] = reach
    at = np.flatnonzero(begins)
    last = np.append(at[1:], len(who)) - 1
    new = np.ones(len(at), bool)
    new[1:] = (who[at[1:]] != who[at[:-1]]) | (drug[at[1:]] != drug[at[:-1]])
    return drugs, (who[at], drug[at], start[at], latest[last] if len(at) else latest, new)
