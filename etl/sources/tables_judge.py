"""Raw rows of one table judged cell by cell and check by check; good ones as a frame in the persons' order."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.mapping.cells import Judged, judge
from etl.mapping.computed import Computed, Other, compute
from etl.mapping.expressions import SQL_TYPES
from etl.mapping.frame import Cells, Frame, Ints, cells, nothing
from etl.mapping.kinds import cell_types
from etl.mapping.load import TableMapping
from etl.mapping.refused import Bools, Fault, Refused, fault
from etl.mapping.steps import OWNER, ZONE


@dataclass(frozen=True)
class Told:
    """A bad row: where it stands, its fault, its cells and its place among the rows read."""

    file: str
    line: int
    fault: Fault
    raw: bytes
    row: int


@dataclass(frozen=True)
class Setting:
    """What cells are judged by. `other`: the good rows of another table, for joins."""

    years: tuple[int, int]
    zone: str
    other: Other


@dataclass(frozen=True)
class Judgement:
    """The good rows, which of the rows they are (None: all, as they stand), and what is wrong with the others.

    A row stands several times where it is joined with many. `missed`: join -> rows that ask
    for a row and found none.
    """

    frame: Frame
    order: Ints | None
    told: list[Told]
    missed: dict[str, Bools]

    @property
    def alone(self) -> dict[str, int]:
        """Good rows among those missed."""
        bad = [row.row for row in self.told]
        return {name: int(np.delete(mask, bad).sum()) for name, mask in self.missed.items()}


def judged(rows: pa.Table, table: TableMapping, setting: Setting) -> Judgement:
    zone = table.raw.zone or setting.zone
    raw = {column.name: _column(rows, column.name, column.parts) for column in table.raw.read}
    verdicts = judge(table.raw.read, list(raw.values()), setting.years, zone)
    owner = {OWNER: cells(rows.column(OWNER))} if OWNER in rows.column_names else {}
    alike = {v.column: _text(v.values) for v in verdicts if table.raw.column(v.column).variants}
    beside = {ZONE: Cells(pa.array([zone]), np.zeros(len(rows), np.int8)), **owner}
    frame = Frame({v.column: _typed(v, table) for v in verdicts} | beside, {**raw, **alike, **owner}, len(rows))
    broken = [verdict.rule > 0 for verdict in verdicts if verdict.rule is not None]
    bad_cells = np.logical_or.reduce(broken) if broken else np.zeros(len(rows), bool)
    found = compute(frame, table.steps, setting.other, bad_cells)
    faults = _faults(verdicts, found, table)
    bad = np.array(sorted(faults), np.int64)
    order = _order(rows, found.rows, bad)
    good = found.frame if order is None else found.frame.rows(order)
    stand = order if found.rows is None or order is None else found.rows[order]
    return Judgement(good, found.rows if order is None else stand, list(_tell(rows, faults, raw)), found.missed)


def without(found: Judgement, rows: pa.Table, table: TableMapping, refused: Refused) -> Judgement:
    """Rows that expressions cannot take set aside as well."""
    order = np.arange(found.frame.length) if found.order is None else found.order
    faults: dict[int, list[Fault]] = defaultdict(list)
    for sql, held in refused.items():
        for row in np.unique(order[held]):
            faults[int(row)].append(fault(sql))
    good = np.flatnonzero(~np.isin(order, list(faults)))
    raw = {column.name: _column(rows, column.name) for column in table.raw.read}
    told = [*found.told, *_tell(rows, faults, raw)]
    return Judgement(found.frame.rows(good), order[good], told, found.missed)


def _faults(verdicts: list[Judged], found: Computed, table: TableMapping) -> dict[int, list[Fault]]:
    """Row -> its faults, cells first, in the order of the columns."""
    faults: dict[int, list[Fault]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.rule is not None:
            for row in np.flatnonzero(verdict.rule):
                faults[int(row)].append(Fault(verdict.column, *verdict.rules[verdict.rule[row] - 1]))
    for look in table.looks:
        if look.join.required:
            fault = Fault(
                look.join.on[0][0], "no-match", f"no row of {look.join.table} fits; deliver it, then this row"
            )
            for row in np.flatnonzero(found.alone[look.join.name]):
                faults[int(row)].append(fault)
    buries = [] if table.deleted is None else [table.deleted]
    holds = found.evaluate([*(sql for _, *both in table.checks for sql in both), *buries])
    for broken, at in found.broken:
        for row in at:
            faults[int(row)].append(broken)
    for check, when, expect in table.checks:
        at = np.flatnonzero(_is(holds[when], True) & _is(holds[expect], False))
        for row in at if found.rows is None else np.unique(found.rows[at]):
            faults[int(row)].append(Fault(check.column, check.rule, check.message))
    return faults


def _column(rows: pa.Table, name: str, parts: tuple[str, ...] = ()) -> Cells:
    if parts:
        said = [_column(rows, part).take(None).fill_null("") for part in parts]
        joined = pc.utf8_trim_whitespace(pc.binary_join_element_wise(*said, " "))
        known = pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)
        return cells(pa.chunked_array([known.dictionary_encode()]))
    return cells(rows.column(name)) if name in rows.column_names else nothing(len(rows), pa.string())


def _typed(verdict: Judged, table: TableMapping) -> Cells:
    kind = SQL_TYPES[cell_types()[table.raw.column(verdict.column).type].sql]
    found = verdict.values
    return found if found.values.type == kind else Cells(found.values.cast(kind), found.at)


def _text(found: Cells) -> Cells:
    """What may be written in several ways, written in one: hash() and `by` compare texts."""
    return found if pa.types.is_string(found.values.type) else Cells(found.values.cast(pa.string()), found.at)


def _is(found: Cells, value: bool) -> Bools:
    same: Bools = pc.equal(found.values, value).fill_null(False).to_numpy(zero_copy_only=False)
    return same if found.at is None else same[found.at]


def _order(rows: pa.Table, stand: Ints | None, bad: Ints) -> Ints | None:
    """Good rows by ordinal, in the order of the file within a person; `stand`: of joined ones, which row each is."""
    ordinal = rows.column("ordinal$").to_numpy() if "ordinal$" in rows.column_names else np.zeros(len(rows), np.int64)
    good = np.ones(len(rows), bool)
    good[bad] = False
    if stand is not None:
        ordinal, good = ordinal[stand], good[stand]
    if (np.diff(ordinal) >= 0).all():
        return np.flatnonzero(good) if len(bad) else None
    order = np.argsort(ordinal, kind="stable")
    return order[good[order]]


def _tell(rows: pa.Table, faults: dict[int, list[Fault]], raw: dict[str, Cells]) -> Iterator[Told]:
    """One entry a row: its first fault, with the others in the message."""
    at = np.array(sorted(faults), np.int64)
    lines = rows.column("line$").to_numpy()[at]
    files = cells(rows.column("file$")).take(at).to_pylist()
    for row, file, line, text in zip(at, files, lines, _texts(raw, at), strict=True):
        first, *others = faults[int(row)]
        also = "; also " + ", ".join(f"{fault.column}: {fault.rule}" for fault in others) if others else ""
        yield Told(file, int(line), Fault(first.column, first.rule, first.message + also), text, int(row))


def _texts(raw: dict[str, Cells], at: Ints) -> list[bytes]:
    """The rows' cells that the mapping reads, with commas between."""
    columns = [found.take(at).to_pylist() for found in raw.values()]
    return [",".join("" if cell is None else str(cell) for cell in row).encode() for row in zip(*columns, strict=True)]
