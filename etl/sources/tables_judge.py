"""Raw rows of one file judged cell by cell and check by check; good ones as a frame in the persons' order."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.mapping.cells import Judged, cell_types, judge
from etl.mapping.frame import Bools, Cells, Frame, Ints, cells, evaluate, nothing
from etl.mapping.load import TableMapping

SQL_TYPES = {"VARCHAR": pa.string(), "DOUBLE": pa.float64(), "BIGINT": pa.int64(), "BOOLEAN": pa.bool_()}


@dataclass(frozen=True)
class Fault:
    column: str
    rule: str
    message: str


@dataclass(frozen=True)
class Told:
    """A bad row: where it stands, its fault, its cells and its place among the rows read."""

    file: str
    line: int
    fault: Fault
    raw: bytes
    row: int


def judged(
    rows: pa.Table, table: TableMapping, years: tuple[int, int], zone: str
) -> tuple[Frame, Ints | None, list[Told]]:
    """The good rows, which of the rows they are (None: all, as they stand), and what is wrong with the others."""
    raw = {column.name: _column(rows, column.name) for column in table.raw.read}
    verdicts = [judge(column, raw[column.name], years, zone) for column in table.raw.read]
    frame = Frame({v.column: _typed(v, table) for v in verdicts}, raw, len(rows))
    faults = _faults(verdicts, frame, table)
    order = _order(rows, np.array(sorted(faults), np.int64))
    return (frame if order is None else frame.rows(order)), order, list(_tell(rows, faults, raw))


def _faults(verdicts: list[Judged], frame: Frame, table: TableMapping) -> dict[int, list[Fault]]:
    """Row -> its faults, cells first, in the order of the columns."""
    found: dict[int, list[Fault]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.rule is not None:
            for row in np.flatnonzero(verdict.rule):
                found[int(row)].append(Fault(verdict.column, *verdict.rules[verdict.rule[row] - 1]))
    holds = evaluate(frame, [sql for _, *both in table.checks for sql in both])
    for check, when, expect in table.checks:
        for row in np.flatnonzero(_is(holds[when], True) & _is(holds[expect], False)):
            found[int(row)].append(Fault(check.column, check.rule, check.message))
    return found


def _column(rows: pa.Table, name: str) -> Cells:
    return cells(rows.column(name)) if name in rows.column_names else nothing(len(rows), pa.string())


def _typed(verdict: Judged, table: TableMapping) -> Cells:
    kind = SQL_TYPES[cell_types()[table.raw.column(verdict.column).type].sql]
    found = verdict.values
    return found if found.values.type == kind else Cells(found.values.cast(kind), found.at)


def _is(found: Cells, value: bool) -> Bools:
    same: Bools = pc.equal(found.values, value).fill_null(False).to_numpy(zero_copy_only=False)
    return same if found.at is None else same[found.at]


def _order(rows: pa.Table, bad: Ints) -> Ints | None:
    """Good rows by ordinal; in the order of the file within a person."""
    ordinal = rows.column("ordinal$").to_numpy() if "ordinal$" in rows.column_names else np.zeros(len(rows), np.int64)
    if (np.diff(ordinal) >= 0).all():
        return np.delete(np.arange(len(rows)), bad) if len(bad) else None
    good = np.ones(len(rows), bool)
    good[bad] = False
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
