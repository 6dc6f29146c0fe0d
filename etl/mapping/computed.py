"""Steps run on the rows of a raw table: other tables' columns beside their own, and named expressions."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from etl.mapping.expressions import SQL_TYPES
from etl.mapping.frame import Bools, Cells, Frame, Ints, evaluate, nothing
from etl.mapping.lines import joined_lines
from etl.mapping.match import Pairs, all_matches, beside, first_matches
from etl.mapping.packed import unpacked
from etl.mapping.steps import OWNER, Let, Lines, Look, Step, Unpack

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
    broken: list[tuple[str, Ints]] = field(default_factory=list)  # cells that do not unpack: column, rows

    def stand(self, rows: Bools) -> Bools:
        """What is said of rows, of the frame's."""
        return rows if self.rows is None else rows[self.rows]


def compute(frame: Frame, steps: tuple[Step, ...], other: Other, bad: Bools) -> Computed:
    """`bad`: rows with a bad cell, which no text is made of."""
    found, lets = Computed(frame), list[Let]()
    for step in steps:
        needs = {let.name for let in lets}
        if not isinstance(step, Let) or needs & set(step.sql.columns):
            found.frame, lets = _named(found.frame, lets), []
        if isinstance(step, Look):
            _look(found, step, other(step.join.table))
        elif isinstance(step, Lines):
            found.frame = _with(found.frame, step.name, joined_lines(found.frame, step, found.stand(bad)))
        elif isinstance(step, Unpack):
            _unpack(found, step)
        else:
            lets.append(step)
    found.frame = _named(found.frame, lets)
    return found


def _named(frame: Frame, lets: list[Let]) -> Frame:
    if not lets:
        return frame
    cells = evaluate(frame, [let.sql for let in lets])
    for let in lets:
        frame = _with(frame, let.name, cells[let.sql])
    return frame


def _with(frame: Frame, name: str, found: Cells) -> Frame:
    return replace(frame, columns={**frame.columns, name: found}, raw={**frame.raw, name: found})


def _unpack(found: Computed, step: Unpack) -> None:
    cells = evaluate(found.frame, [step.cell])[step.cell]
    packed = cells.values.dictionary_encode()  # a text in many rows is unpacked once
    texts = pa.array([unpacked(cell, step.codecs) for cell in packed.dictionary.to_pylist()], pa.string())
    made = Cells(texts.take(packed.indices), cells.at)
    column = next((name for name in step.cell.columns if "$" not in name), "")
    at = np.flatnonzero(cells.present & ~made.present)
    found.broken.append((column, at if found.rows is None else np.unique(found.rows[at])))
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
