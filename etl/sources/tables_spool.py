"""One pass over a group's files: rows go to their batches, all that is no row of a known person to quarantine."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from contract.work import Group, Spooled
from etl.csv.reader import Piece, read
from etl.mapping.load import Mapping
from etl.sources.tables_file import RawFile, open_raw
from etl.sources.tables_groups import table_of
from etl.sources.tables_homes import Homes, Ints
from etl.sources.tables_quarantine import MESSAGES, Reject, quarantine
from etl.sources.tables_writers import Writers


@dataclass
class _Count:
    rows_in: dict[str, int] = field(default_factory=dict)
    spooled: dict[str, int] = field(default_factory=dict)
    batches: set[int] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    rejected: list[pa.Table] = field(default_factory=list)


def spool_group(group: Group, homes: pa.Table, folder: Path, mapping: Mapping) -> Spooled:
    """`folder` is the group's own; what an earlier, broken attempt left there is removed."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("*.arrow"):
        left.unlink()
    known, count = Homes.of(homes), _Count(rejected=[quarantine([], group.name)])
    for number, path in enumerate(group.files):
        table = table_of(path, mapping)
        if table is None:
            continue
        count.rows_in.setdefault(table.raw.name, 0)
        count.spooled.setdefault(table.raw.name, 0)
        raw = open_raw(path, table.raw)
        if raw is not None:
            count.notes += raw.notes
            _spool_file(raw, known, Writers(folder, group.name, raw, number), count)
    rejected = pa.concat_tables(count.rejected)
    return Spooled(count.rows_in, count.spooled, sorted(count.batches), rejected, notes=tuple(count.notes))


def _spool_file(raw: RawFile, homes: Homes, writers: Writers, count: _Count) -> None:
    table = raw.table
    columns = [raw.found[column.name] for column in table.read if column.name in raw.found]
    with writers:
        for piece in read(raw.path, raw.layout, columns):
            at = homes.find(piece.rows.column(raw.found[table.person])) if table.person else None
            kept = np.flatnonzero(at >= 0) if at is not None and (at < 0).any() else None
            rejects = _broken(raw, piece) + ([] if at is None or kept is None else _unknown(raw, piece, at))
            if rejects:
                count.rejected.append(quarantine(rejects, writers.group))
            count.rows_in[table.name] += len(piece) + len(piece.broken)
            count.spooled[table.name] += writers.write(piece, kept, at, homes)
    count.batches |= writers.batches


def _broken(raw: RawFile, piece: Piece) -> list[Reject]:
    """Lines that are no rows."""
    name, table = raw.path.name, raw.table.name
    return [
        Reject(name, each.line, table, each.where, each.rule, each.message or MESSAGES[each.rule], each.raw)
        for each in piece.broken
    ]


def _unknown(raw: RawFile, piece: Piece, at: Ints) -> list[Reject]:
    """Rows that name nobody, or nobody known."""
    person = raw.table.person
    empty = piece.rows.column(raw.found[person]).is_null().to_numpy()
    lost = np.flatnonzero(at < 0)
    rejects = []
    for row, text in zip(lost, piece.texts(lost, raw.layout.delimiter), strict=True):
        rule = "required" if empty[row] else "unknown-patient"
        line = int(piece.lines[row])
        rejects.append(Reject(raw.path.name, line, raw.table.name, person, rule, MESSAGES[rule], text))
    return rejects
