"""One pass over a group's files: rows go to their batches, all that is no row of a known person to quarantine."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from contract.work import Group, Spooled
from etl.csv.reader import Piece
from etl.mapping.files import SINGLE
from etl.mapping.language import RawTable
from etl.mapping.load import Mapping, TableMapping
from etl.sources.tables_file import Opened, RawFile, open_file
from etl.sources.tables_homes import NOWHERE, SEVERAL, UNKNOWN, Homes, Ints, keys
from etl.sources.tables_places import place_of, tables_of
from etl.sources.tables_quarantine import MESSAGES, Reject, quarantine
from etl.sources.tables_ways import Finder, Ways
from etl.sources.tables_writers import Writers

RULES = {UNKNOWN: "unknown-patient", NOWHERE: "leads-to-nobody", SEVERAL: "leads-to-several"}


@dataclass
class _Count:
    rows_in: dict[str, int] = field(default_factory=dict)
    spooled: dict[str, int] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    rejected: list[pa.Table] = field(default_factory=list)

    def met(self, tables: Iterable[RawTable]) -> None:
        for table in tables:
            self.rows_in.setdefault(table.name, 0)
            self.spooled.setdefault(table.name, 0)


def spool_group(group: Group, homes: pa.Table, folder: Path, mapping: Mapping) -> Spooled:
    """`folder` is the group's own; what an earlier, broken attempt left there is removed."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("*.arrow"):
        left.unlink()
    ways, count = Ways(group, mapping, Homes.of(homes)), _Count(rejected=[quarantine([], group.name)])
    writers = Writers(folder, group.name, ways.homes)
    for tables, paths in _alike(group, mapping):
        count.met(table.raw for table in tables if table.raw.format.kind in SINGLE)
        with writers:
            for path in paths:
                for opened in open_file(path, group, tables):
                    count.met(raw.table for raw in opened.raws)
                    count.notes |= dict.fromkeys(opened.notes)
                    _spool_file(opened, ways, writers, count)
    rejected = pa.concat_tables(count.rejected)
    return Spooled(count.rows_in, count.spooled, sorted(writers.batches), rejected, notes=tuple(count.notes))


def _alike(group: Group, mapping: Mapping) -> list[tuple[list[TableMapping], list[Path]]]:
    """Files that hold the same raw tables, one after another."""
    found: dict[tuple[str, ...], tuple[list[TableMapping], list[Path]]] = {}
    for path in group.files:
        tables = tables_of(place_of(path, group), mapping)
        found.setdefault(tuple(table.raw.name for table in tables), (tables, []))[1].append(path)
    return list(found.values())


def _spool_file(opened: Opened, ways: Ways, writers: Writers, count: _Count) -> None:
    finders = {raw.table.name: ways.of(raw.table) for raw in opened.raws if raw.table.person}
    for raw, piece in opened.pieces():
        name = raw.table.name
        at, rejects = _placed(raw, piece, finders[name]) if raw.table.person else (None, [])
        kept = np.flatnonzero(at >= 0) if at is not None and (at < 0).any() else None
        rejects += _broken(raw, piece)
        if rejects:
            count.rejected.append(quarantine(rejects, writers.group))
        count.rows_in[name] += len(piece) + len(piece.broken)
        count.spooled[name] += writers.write(raw, piece, kept, at)


def _placed(raw: RawFile, piece: Piece, finder: Finder) -> tuple[Ints, list[Reject]]:
    """Rows of HOMES, and the rows that name nobody known."""
    if not len(piece):
        return np.zeros(0, np.int64), []
    said = keys(piece.rows.column(raw.table.person), raw.table.column(raw.table.person))
    at = finder.find(said)
    return at, (_unknown(raw, piece, at, finder) if (at < 0).any() else [])


def _broken(raw: RawFile, piece: Piece) -> list[Reject]:
    """Lines that are no rows."""
    name, table = raw.path.name, raw.table.name
    return [
        Reject(name, each.line, table, each.where, each.rule, each.message or MESSAGES[each.rule], each.raw)
        for each in piece.broken
    ]


def _unknown(raw: RawFile, piece: Piece, at: Ints, finder: Finder) -> list[Reject]:
    """Rows that name nobody, or nobody known. Their text ends with the person's key where another table says it."""
    person = raw.table.person
    lost = np.flatnonzero(at < 0)
    said = keys(piece.rows.column(person), raw.table.column(person)).take(lost).to_pylist()
    rejects = []
    for row, key, text in zip(lost, said, piece.texts(lost, ","), strict=True):
        rule = "required" if key is None else RULES[int(at[row])]
        whose = finder.person(key) if key is not None and raw.table.through else ""
        message = MESSAGES[rule].format(through=raw.table.through)
        cells = text + b"," + whose.encode() if whose and whose != key else text
        rejects.append(Reject(raw.path.name, int(piece.lines[row]), raw.table.name, person, rule, message, cells))
    return rejects
