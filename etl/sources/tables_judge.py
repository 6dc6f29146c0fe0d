"""Raw rows of one file judged cell by cell and check by check; good ones as a frame in the persons' order."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from etl.mapping.cells import Judged, cell_types, judge
from etl.mapping.frame import Cells, Frame, Ints, cells, evaluate, nothing
from etl.mapping.load import TableMapping

Told = tuple[int, str, str, str, bytes]  # line, column, rule, message, raw
SQL_TYPES = {"VARCHAR": pa.string(), "DOUBLE": pa.float64(), "BIGINT": pa.int64(), "BOOLEAN": pa.bool_()}


def judged(
    rows: pa.Table, table: TableMapping, years: tuple[int, int], zone: str
) -> tuple[Frame, Ints | None, list[Told]]:
    """The good rows, which of the rows they are (None: all, as they stand), and what is wrong with the others."""
    raw = {column.name: _column(rows, column.name) for column in table.raw.read}
    verdicts = [judge(column, raw[column.name], years, zone) for column in table.raw.read]
    frame = Frame({v.column: _typed(v, table) for v in verdicts}, raw, len(rows))
    bad = np.zeros(len(rows), bool)
    for verdict in verdicts:
        if verdict.rule is not None:
            bad |= verdict.rule > 0
    failed = _failed(frame, table)
    for wrong in failed:
        bad |= wrong
    order = _order(rows, bad)
    told = list(_tell(rows, raw, verdicts, table, failed, bad)) if bad.any() else []
    return (frame if order is None else frame.rows(order)), order, told


def _column(rows: pa.Table, name: str) -> Cells:
    return cells(rows.column(name)) if name in rows.column_names else nothing(len(rows), pa.string())


def _typed(verdict: Judged, table: TableMapping) -> Cells:
    kind = SQL_TYPES[cell_types()[table.raw.column(verdict.column).type].sql]
    found = verdict.values
    return found if found.values.type == kind else Cells(found.values.cast(kind), found.at)


def _failed(frame: Frame, table: TableMapping) -> list[npt.NDArray[np.bool_]]:
    found = evaluate(frame, [sql for _, sql in table.checks])
    return [
        ~found[sql].take(None).fill_null(True).to_numpy(zero_copy_only=False).astype(bool) for _, sql in table.checks
    ]


def _order(rows: pa.Table, bad: npt.NDArray[np.bool_]) -> Ints | None:
    """Good rows by ordinal; in the order of the file within a person."""
    if "ordinal$" not in rows.column_names:
        return np.flatnonzero(~bad) if bad.any() else None
    ordinal = rows.column("ordinal$").to_numpy()
    if (np.diff(ordinal) >= 0).all():
        return np.flatnonzero(~bad) if bad.any() else None
    order = np.argsort(ordinal, kind="stable")
    return order[~bad[order]]


def _tell(
    rows: pa.Table,
    raw: dict[str, Cells],
    verdicts: list[Judged],
    table: TableMapping,
    failed: list[npt.NDArray[np.bool_]],
    bad: npt.NDArray[np.bool_],
) -> Iterator[Told]:
    at = np.flatnonzero(bad)
    lines = rows.column("line$").to_numpy()[at]
    texts = _texts(raw, at)
    faults: list[list[tuple[str, str, str]]] = [[] for _ in at]
    for verdict in verdicts:
        if verdict.rule is not None:
            for i, rule in enumerate(verdict.rule[at]):
                if rule:
                    faults[i].append((verdict.column, *verdict.rules[rule - 1]))
    for (check, _), wrong in zip(table.checks, failed, strict=True):
        for i in np.flatnonzero(wrong[at]):
            faults[i].append((check.column, check.rule, check.message))
    for line, text, found in zip(lines, texts, faults, strict=True):
        column, rule, message = found[0]
        also = "; also " + ", ".join(f"{name}: {other}" for name, other, _ in found[1:]) if len(found) > 1 else ""
        yield int(line), column, rule, message + also, text


def _texts(raw: dict[str, Cells], at: Ints) -> list[bytes]:
    """The rows' cells that the mapping reads, with commas between."""
    columns = [found.take(at).to_pylist() for found in raw.values()]
    return [",".join("" if cell is None else str(cell) for cell in row).encode() for row in zip(*columns, strict=True)]
