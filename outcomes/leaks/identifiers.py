"""Identifiers that say when a stay was, how long, or how it ended: by their order, shape or place in the file."""

import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from outcomes.cohort import Cohort
from outcomes.leaks.facts import CLOCK, Fact
from outcomes.leaks.leak import Leak, Severity
from outcomes.leaks.limits import limits
from outcomes.leaks.stays import Stays
from outcomes.leaks.strength import Numbers, auroc, auroc_error, binned, ranked, told
from outcomes.timeline import DAY, NEVER, Floats, Ints, Timeline

Words = npt.NDArray[np.object_]
DIGITS = re.compile(r"\d+")
HEX = re.compile(r"[0-9a-fA-F]+")


def of_ids(timeline: Timeline, rows: pa.Table, cohort: Cohort, around: Stays, facts: list[Fact]) -> Iterator[Leak]:
    fold = np.random.default_rng(1).integers(0, 5, int(cohort.subject.max(initial=0)) + 1)[cohort.subject]
    ended = np.where(around.ended == NEVER, cohort.at, around.ended)
    known = [*facts, Fact("days of the whole stay", "identifier", (ended - around.began) / DAY)]
    for what, shown in _all(timeline, rows, cohort, around).items():
        told_by_order = what != "row order"  # a file may well be in the order of time
        spoken = [fact for fact in known if told_by_order or fact.name != CLOCK]
        found = [(sign, *said) for sign, column in shown.items() for said in _speaks(column, cohort, spoken, fold)]
        for sign, severity, evidence in sorted(found, key=lambda each: each[1])[:1]:
            yield Leak("identifier" if told_by_order else "form", what, {"sign": sign, **evidence}, severity)


def _all(timeline: Timeline, rows: pa.Table, cohort: Cohort, around: Stays) -> dict[str, dict[str, Numbers]]:
    found = {
        "encounter_id": signs(cohort.encounter),
        "subject_id": {"number": timeline.subjects[cohort.subject].astype(float)},
        "row order": {"place in the file": _places(timeline, cohort)},
    }
    if "fhir_id" in rows.column_names and len(around.inside.row):
        first = np.flatnonzero(np.r_[True, np.diff(around.inside.row) > 0])
        names = np.full(len(cohort), None, object)
        names[around.inside.row[first]] = rows["fhir_id"].take(pa.array(around.inside.event[first])).to_pylist()
        names = np.array([None if n is None else n.rpartition("/")[2] for n in names], object)
        found["fhir_id"] = signs(names)
    return found


def _places(timeline: Timeline, cohort: Cohort) -> Numbers:
    """(m,) the place in the file of the person's first row."""
    return timeline.starts[cohort.subject].astype(float)


def signs(names: Words) -> dict[str, Numbers]:
    """Of each name: its first and last number, itself as a hex number, its order as a word, its length, its ends."""
    said = [None if name is None else str(name) for name in names]
    runs = [DIGITS.findall(name) if name else [] for name in said]
    whole = [HEX.fullmatch(name.partition("-")[0]) if name else None for name in said]
    letters = [[ord(name[place]) if name else np.nan for name in said] for place in (0, -1)]
    return {
        "first number": np.array([float(run[0][:15]) if run else np.nan for run in runs]),
        "last number": np.array([float(run[-1][:15]) if run else np.nan for run in runs]),
        "as hex": np.array([float(int(found[0][:13], 16)) if found else np.nan for found in whole]),
        "as a word": _order(said),
        "length": np.array([float(len(name)) if name else np.nan for name in said]),
        "first letter": np.array(letters[0], float),
        "last letter": np.array(letters[1], float),
    }


def _order(names: list[str | None]) -> Numbers:
    known = sorted({name for name in names if name is not None})
    place = {name: float(each) for each, name in enumerate(known)}
    return np.array([np.nan if name is None else place[name] for name in names])


def _speaks(
    column: Numbers, cohort: Cohort, facts: list[Fact], fold: Ints
) -> Iterator[tuple[Severity, dict[str, float]]]:
    order = ranked(column)
    if not order.any():
        return
    for label in cohort.label.T:
        yield from (("certain", evidence) for evidence in _of_label(column, label, cohort, fold))
    for fact in facts:
        related = float(order @ ranked(fact.values)) / len(order)
        if abs(related) > max(limits().id_rank, fact.least, 6 / np.sqrt(len(order))):
            yield fact.severity, {f"correlation with {fact.name}": related}


def _of_label(column: Numbers, label: Floats, cohort: Cohort, fold: Ints) -> Iterator[dict[str, float]]:
    known = ~np.isnan(label) & ~np.isnan(column)
    y = label[known].astype(float)
    if min(y.sum(), len(y) - y.sum()) < 15:
        return
    alone = auroc(told(binned(column[known]), y, fold[known]), y)
    if alone - 2 * limits().errors * auroc_error(alone, y) > 0.5 and alone > limits().id_auroc:
        yield {"AUROC alone": alone}
    _, first = np.unique(cohort.subject[known], return_index=True)
    lot = np.random.default_rng(2).permutation(len(first))  # between equals
    in_order = y[first][np.lexsort((lot, column[known][first]))]
    run = float(np.corrcoef(in_order[1:], in_order[:-1])[0, 1]) if in_order.std() else 0.0
    if run > max(limits().run, 6 / np.sqrt(len(in_order))):
        yield {"correlation of neighbours' labels": run}
