"""The leakage check before training: everything known at the prediction time is held against label and future."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from outcomes.cohort import Cohort
from outcomes.leaks import candidates as gather
from outcomes.leaks import forms
from outcomes.leaks.candidates import Candidates
from outcomes.leaks.clock import of_times
from outcomes.leaks.exact import of_events, of_values
from outcomes.leaks.facts import Fact, facts
from outcomes.leaks.identifiers import of_ids
from outcomes.leaks.leak import Leak
from outcomes.leaks.limits import limits
from outcomes.leaks.moving import Moving
from outcomes.leaks.stays import stays
from outcomes.leaks.strength import FOLDS, Numbers, ranked
from outcomes.leaks.twins import of_persons
from outcomes.timeline import Floats, Ints, Timeline, ordered

if TYPE_CHECKING:
    import pandas as pd

TIME = "time"
WIDEST = 900
"""Columns held against each other."""
ROWS = 8_000
"""Stays that are looked at."""
TARGETS = 4
"""Of a task with many."""


def found(timeline: Timeline, rows: pa.Table, cohort: Cohort, columns: "pd.DataFrame | None" = None) -> list[Leak]:
    """Each leak once, the certain ones first. `rows` is the table that `timeline` was read from."""
    sample = sampled(cohort)
    cohort, columns = cohort.take(sample), None if columns is None else columns.iloc[sample]
    cohort = replace(cohort, label=most_frequent(cohort.label))
    around = stays(timeline, cohort, limits().opens, limits().closes)
    rows, size = ordered(rows), len(cohort)
    parts = [gather.of_timeline(timeline, around, size), forms.of_rows(timeline, rows, around.inside, size)]
    if columns is not None:
        parts.append(gather.of_frame(columns))
    known = facts(timeline, cohort, around)
    return merged(
        (
            *of_times(timeline, rows, cohort, around),
            *of_persons(timeline, cohort.subject),
            *of_ids(timeline, rows, cohort, around, known),
            *of_events(timeline, around, cohort.label[:, 0]),
            *of_columns(gather.join(parts, size), cohort, known),
        )
    )


def found_in_frame(frame: "pd.DataFrame", label: Floats, persons: Ints) -> list[Leak]:
    """Of a table without times: one row a prediction, `persons` by the same number where they are the same."""
    subject = np.unique(persons, return_inverse=True)[1]
    nothing, absent = np.zeros(len(frame), np.int64), np.full(len(frame), None, object)
    cohort = Cohort("table", ("",), subject, absent, np.arange(len(frame)), nothing, nothing, label.reshape(-1, 1))
    sample = sampled(cohort)
    return merged(of_columns(gather.of_frame(frame.iloc[sample]), cohort.take(sample), []))


def sampled(cohort: Cohort) -> Ints:
    """One row of each stay, whichever of its prediction times; of at most ROWS stays, whole persons."""
    random = np.random.default_rng(0)
    mixed = random.permutation(len(cohort))
    stay = np.array([f"{s}/{b}" for s, b in zip(cohort.subject[mixed], cohort.began[mixed], strict=True)], object)
    _, first = np.unique(stay.astype(str), return_index=True)
    rows = np.sort(mixed[first])
    if len(rows) <= ROWS:
        return rows
    person = random.permutation(int(cohort.subject.max()) + 1)[cohort.subject[rows]]
    return np.asarray(rows[person < np.partition(person, ROWS - 1)[ROWS - 1]])


def most_frequent(label: Floats) -> Floats:
    """(m, t) at most TARGETS of the targets: those with the most positives."""
    return label[:, np.argsort(-np.nansum(label, 0), kind="stable")[:TARGETS]]


def of_columns(every: Candidates, cohort: Cohort, known: list[Fact]) -> Iterator[Leak]:
    for label in cohort.label.T:
        yield from of_values(every, label)
    fold = folds(cohort.subject)
    every, design = narrowed(every, [*cohort.label.T, *(fact.values for fact in known)])
    moving = Moving(every, design, fold, len(np.unique(cohort.subject)))
    for label in cohort.label.T:
        yield from moving.of_label(label)
    for fact in known:
        yield from moving.of_fact(fact)


def folds(subject: Ints) -> Ints:
    return np.random.default_rng(0).permutation(int(subject.max(initial=0)) + 1)[subject] % FOLDS


def narrowed(every: Candidates, targets: Sequence[Floats | Numbers]) -> tuple[Candidates, Floats]:
    """Columns that vary, as ranks; at most WIDEST of them, those most related to any target."""
    if not len(every):
        return every, every.values
    design = np.stack([ranked(column) for column in every.values.T], 1).astype(np.float32)
    varied = np.flatnonzero(design.any(0))
    if len(varied) > WIDEST:
        related = np.max([np.abs(design[:, varied].T @ ranked(target)) for target in targets], axis=0)
        varied = np.sort(varied[np.argsort(-related, kind="stable")[:WIDEST]])
    return every.of(varied), design[:, varied]


def merged(leaks: Iterable[Leak]) -> list[Leak]:
    """The first finding of each thing, a certain one before a likely one; the certain ones first. What a code's events
    do to the times of a stay is told with the code only."""
    seen: dict[str, Leak] = {}
    for leak in leaks:
        if leak.what not in seen or (leak.severity == "certain" and seen[leak.what].severity != "certain"):
            seen[leak.what] = leak
    if any(leak.severity == "certain" for what, leak in seen.items() if what != TIME):
        seen.pop(TIME, None)
    return sorted(seen.values(), key=lambda leak: leak.severity != "certain")
