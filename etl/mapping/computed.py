"""Steps run on the rows of a raw table: other tables' columns beside their own, and named expressions."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from etl.mapping.expressions import SQL_TYPES
from etl.mapping.frame import Cells, Frame, Ints, evaluate, nothing
from etl.mapping.lines import joined_lines
from etl.mapping.match import Pairs, all_matches, beside, first_matches
from etl.mapping.packed import unpacked
from etl.mapping.refused import Bools, Fault, Refused, fault
from etl.mapping.steps import OWNER, Let, Lines, Look, Step, Unpack, sqls
from etl.mapping.tree import Sql

CODEC = "the cell does not unpack as the mapping says"
Other = Callable[[str], Frame | None]  # the good rows of a joined table, None: it has none


@dataclass
class Computed:
    """`rows`: which row each row of the frame was (None: as they stand). `alone`: rows without match, by join.

    `missed`: those of them that ask for one: no key is empty.
    """

    frame: Frame
    rows: Ints | None = None
    alone: dict[str, Bools] = field(default_factory=dict)
    missed: dict[str, Bools] = field(default_factory=dict)
    broken: list[tuple[Fault, Ints]] = field(default_factory=list)  # and the rows, as they stood first

    def stand(self, rows: Bools) -> Bools:
        """What is said of rows, of the frame's."""
        return rows if self.rows is None else rows[self.rows]

    def first(self, held: Bools) -> Ints:
        """Rows of the frame, as they stood first."""
        at = np.flatnonzero(held)
        return at if self.rows is None else np.unique(self.rows[at])

    def evaluate(self, wanted: Iterable[Sql]) -> dict[Sql, Cells]:
        refused: Refused = {}
        cells = evaluate(self.frame, wanted, refused)
        self.broken += [(fault(sql), self.first(held)) for sql, held in refused.items()]
        return cells

    def bad(self, before: Bools) -> Bools:
        """Rows of the frame that something is wrong with by now; `before`: as they stood first."""
        every = before.copy()
        for _, rows in self.broken:
            every[rows] = True
        return self.stand(every)


def compute(frame: Frame, steps: tuple[Step, ...], other: Other, bad: Bools) -> Computed:
    """`bad`: rows with a bad cell, which no text is made of."""
    found, lets = Computed(frame), list[Let]()
    for step in steps:
        needs = {let.name for let in lets}
        if not isinstance(step, Let) or needs & set(step.sql.columns):
            lets = _named(found, lets)
        if isinstance(step, Look):
            _look(found, step, other(step.join.table))
        elif isinstance(step, Lines):
            cells = found.evaluate(sqls(step))
            found.frame = _with(found.frame, step.name, joined_lines(found.frame, step, cells, found.bad(bad)))
        elif isinstance(step, Unpack):
            _unpack(found, step)
        else:
            lets.append(step)
    _named(found, lets)
    return found


def _named(found: Computed, lets: list[Let]) -> list[Let]:
    """None is left to be computed."""
    cells = found.evaluate([let.sql for let in lets]) if lets else {}
    for let in lets:
        found.frame = _with(found.frame, let.name, cells[let.sql])
    return []


def _with(frame: Frame, name: str, found: Cells) -> Frame:
    return replace(frame, columns={**frame.columns, name: found}, raw={**frame.raw, name: found})


def _unpack(found: Computed, step: Unpack) -> None:
    cells = found.evaluate([step.cell])[step.cell]
    packed = cells.values.dictionary_encode()  # a text in many rows is unpacked once
    texts = pa.array([unpacked(cell, step.codecs) for cell in packed.dictionary.to_pylist()], pa.string())
    made = Cells(texts.take(packed.indices), cells.at)
    column = next((name for name in step.cell.columns if "$" not in name), "")
    found.broken.append((Fault(column, "codec", CODEC), found.first(cells.present & ~made.present)))
    found.frame = _with(found.frame, step.name, made)


def _look(found: Computed, step: Look, other: Frame | None) -> None:
    join, ours = step.join, found.frame
    if other is None or not other.length:
        matched = np.full(ours.length, -1)
        other = _empty(step)
    elif join.many:
        pairs = all_matches(_pairs(step, ours, other))
        matched = pairs.right
        if len(pairs.left) > ours.length:
            ours = ours.rows(pairs.left)
            found.rows = pairs.left if found.rows is None else found.rows[pairs.left]
    else:
        matched = first_matches(_pairs(step, ours, other))
    count = ours.length if found.rows is None else int(found.rows.max(initial=-1)) + 1
    asking = np.logical_and.reduce([ours.columns[own].present for own, _ in join.on])
    found.alone[join.name] = _rows(matched < 0, found.rows, count)
    found.missed[join.name] = _rows((matched < 0) & asking, found.rows, count)
    found.frame = Frame(
        {**ours.columns, **{f"{join.name}.{name}": beside(other.columns[name], matched) for name in step.types}},
        {**ours.raw, **{f"{join.name}.{name}": beside(other.raw[name], matched) for name in step.types}},
        ours.length,
    )


def _pairs(step: Look, ours: Frame, other: Frame) -> Pairs:
    """A person's rows meet those of the same person only."""
    pairs = [(ours.columns[own], other.columns[theirs]) for own, theirs in step.join.on]
    return [*pairs, (ours.columns[OWNER], other.columns[OWNER])] if OWNER in other.columns else pairs


def _empty(step: Look) -> Frame:
    columns = {name: nothing(1, SQL_TYPES[kind]) for name, kind in step.types.items()}
    return Frame(columns, {name: nothing(1, pa.string()) for name in step.types}, 1)


def _rows(held: Bools, rows: Ints | None, count: int) -> Bools:
    """Rows, as they stood first, for which it holds."""
    if rows is None:
        return held
    first = np.zeros(count, bool)
    first[rows[held]] = True
    return first
