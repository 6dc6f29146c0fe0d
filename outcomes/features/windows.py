"""Features of predictions: aggregates over windows that end at the prediction, of what was recorded by then."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from outcomes.cohort import Cohort
from outcomes.features.asof import Known, known
from outcomes.features.belonging import Belonging, admissions, belonging
from outcomes.features.derived import derive, derived_names
from outcomes.features.groups import AGGREGATE, Groups, by_column, group
from outcomes.features.layers import columns
from outcomes.features.matrix import Features
from outcomes.features.plan import USUAL, Aggregates, bounds
from outcomes.features.statics import STATICS, statics
from outcomes.features.tally import usable
from outcomes.features.vocabulary import Vocabulary
from outcomes.timeline import Bools, Floats, Places, Timeline

Column = tuple[Places, Floats]
"""Rows in ascending order, and what is known of them."""


@dataclass(frozen=True)
class Lookup:
    """Of one layer the names of one kind: where each code of the timeline goes, and how its values are read."""

    names: tuple[str, ...]  # (c,)
    place: Places  # (codes,) -1: nowhere
    windows: Aggregates
    valued: bool
    unit: Places  # (c,) place in Timeline.units; -1 none stated, -2 not in this timeline
    low: Floats  # (c,)
    high: Floats
    answers: tuple[tuple[str, ...], ...]  # (c,)


def features(timeline: Timeline, cohort: Cohort, vocabulary: Vocabulary) -> Features:
    names = feature_names(vocabulary)
    rows = [sparse.csr_array((0, len(names)), dtype=np.float32), *pieces(timeline, cohort, vocabulary)]
    return Features(names, counted(names), sparse.csr_array(sparse.vstack(rows, format="csr")))


def pieces(timeline: Timeline, cohort: Cohort, vocabulary: Vocabulary) -> Iterator[sparse.csr_array]:
    """The rows of `features`, as many at a time as memory is bounded for."""
    lookups = lookup(timeline, vocabulary)
    names = feature_names(vocabulary)
    admitted = admissions(timeline)
    for piece in known(timeline, cohort):
        part = cohort.take(np.arange(piece.first, piece.first + len(piece.starts) - 1))
        found = statics(timeline, part, piece)
        belongs = belonging(timeline, part, piece, admitted)
        for one in lookups:
            found |= _of(timeline, part, (piece, belongs), one)
        found |= derive(found, vocabulary)
        yield _sparse(found, names, len(part))


def feature_names(vocabulary: Vocabulary) -> tuple[str, ...]:
    plan = vocabulary.plan
    out = [*STATICS, *derived_names(vocabulary)]
    for entries in vocabulary.layers.values():
        for name, entry in entries.items():
            windows = plan.values if entry.kind == "value" else plan.counts
            out += [f"{window}/{name}/{one}" for window, some in windows.items() for one in some]
            out += [_answer(name, answer) for answer in entry.answers]
    return tuple(sorted(set(out)))


def counted(names: tuple[str, ...]) -> Bools:
    return np.array([name.endswith(("/count", "/said")) for name in names], bool)


def _answer(name: str, answer: str) -> str:
    return f"ever/{name}={answer}/said"


def lookup(timeline: Timeline, vocabulary: Vocabulary) -> list[Lookup]:
    plan = vocabulary.plan
    out = []
    for layer in vocabulary.layers:
        out.append(_lookup(timeline, vocabulary, layer, True, plan.values))
        out.append(_lookup(timeline, vocabulary, layer, False, plan.counts))
    return [one for one in out if one.names]


def _lookup(timeline: Timeline, vocabulary: Vocabulary, layer: str, valued: bool, windows: Aggregates) -> Lookup:
    names = vocabulary.names(layer, *(("value",) if valued else ("count", "answer")))
    mine = [vocabulary.layers[layer][name] for name in names]
    unit: dict[str | None, int] = {name: place for place, name in enumerate(timeline.units)}
    unit[None] = -1
    units = np.array([unit.get(one.unit, -2) for one in mine], np.int32)
    low, high = np.array([(one.low, one.high) for one in mine], np.float32).reshape(-1, 2).T
    answers = tuple(one.answers for one in mine)
    return Lookup(names, columns(layer, timeline.codes, names), windows, valued, units, low, high, answers)


def _of(timeline: Timeline, cohort: Cohort, pairs: tuple[Known, Belonging], one: Lookup) -> dict[str, Column]:
    groups, event = _grouped(timeline, *pairs, one)
    out: dict[str, Column] = {}
    for window, aggregates in one.windows.items():
        inside = groups.where(_inside(groups, window, cohort))
        for name in aggregates:
            data = AGGREGATE[name](inside, cohort.at).astype(np.float32)
            out |= _named(inside, data, [f"{window}/{code}/{name}" for code in one.names])
    if any(one.answers) and len(timeline.text):
        out |= _said(timeline, groups, event, one)
    return out


def _inside(groups: Groups, window: str, cohort: Cohort) -> Bools:
    """(k,) by time; and a fact of the stay that is dated by day alone lies in it, though the day began before it."""
    inside = groups.between(*bounds(window, cohort.began, cohort.at))
    if window.startswith("stay"):
        return np.asarray(inside | (groups.own & (groups.time < np.repeat(cohort.began[groups.row], groups.size))))
    if window == "before":
        return np.asarray(inside & ~groups.own)
    return np.asarray(inside & groups.outside & ~groups.own) if window == USUAL else inside


def _grouped(timeline: Timeline, piece: Known, belongs: Belonging, one: Lookup) -> tuple[Groups, Places]:
    """And the events in the order of the groups."""
    column = one.place[timeline.code[piece.event]]
    keep = column >= 0
    if one.valued:
        keep &= usable(timeline, piece.event, one.unit[column])
    event, column = piece.event[keep], column[keep]
    rows = np.r_[0, np.cumsum(keep)][piece.starts]
    by, columns_, row, first = group(rows, column, len(one.names))
    event, column = event[by], column[by]
    value = timeline.value[event]
    value = np.clip(value, one.low[column], one.high[column]) if one.valued else value
    own, outside = belongs.own[keep][by], belongs.outside[keep][by]
    return Groups(columns_, row, first, timeline.time[event], value, own, outside), event


def _named(groups: Groups, data: Floats, names: list[str]) -> dict[str, Column]:
    sure = np.isfinite(data)
    if not sure.all():
        groups = replace(groups, column=groups.column[sure], row=groups.row[sure], starts=groups.starts[sure])
        data = data[sure]
    parts = zip(names, by_column(groups, len(names)), strict=True)
    return {name: (groups.row[part], data[part]) for name, part in parts if part.stop > part.start}


def _said(timeline: Timeline, groups: Groups, event: Places, one: Lookup) -> dict[str, Column]:
    """Of each question the last answer, as 1 under the answer's name."""
    text = timeline.text[event[groups.last]]
    out = {}
    place = {name: at for at, name in enumerate(timeline.texts)}
    for name, part, answers in zip(one.names, by_column(groups, len(one.names)), one.answers, strict=True):
        for answer in answers:
            rows = groups.row[part][text[part] == place.get(answer, -2)]
            out[_answer(name, answer)] = (rows, np.ones(len(rows), np.float32))
    return out


def _sparse(found: Mapping[str, Column], names: tuple[str, ...], rows: int) -> sparse.csr_array:
    none = (np.zeros(0, np.int32), np.zeros(0, np.float32))
    parts = [found.get(name, none) for name in names]
    starts = np.r_[0, np.cumsum([len(row) for row, _ in parts])]
    data = np.concatenate([none[1], *(data for _, data in parts)])
    row = np.concatenate([none[0], *(row for row, _ in parts)])
    return sparse.csc_array((data, row, starts), shape=(rows, len(names))).tocsr()
