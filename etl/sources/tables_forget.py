"""A person's rows taken out of raw files: by the column that says whose a row is; broken ones that name them too."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from contract.errors import InputError
from contract.work import Group, Leaving, Purged
from etl.csv.reader import Piece
from etl.formats.format import Erasing
from etl.mapping.files import Through
from etl.mapping.frame import Cells
from etl.mapping.language import RawTable
from etl.mapping.load import Mapping
from etl.mentions import Mentions
from etl.rewrite import remove, rewrite
from etl.sources.tables_file import Opened, RawFile, open_file
from etl.sources.tables_groups import every_group
from etl.sources.tables_homes import keys
from etl.sources.tables_places import place_of, tables_of
from etl.sources.tables_ways import links

ONE_PERSON = ("hl7", "ccda")  # files that go where every row of them is the person's


def forget(folder: Path, mapping: Mapping, leaving: Leaving) -> list[Purged]:
    """All files that the mapping knows, here and in sub-folders, whichever night they were delivered for."""
    groups = every_group(folder, mapping)
    return [purged for group in groups for purged in _Forgetting(group, mapping, leaving).purged()]


@dataclass
class _Found:
    """`rows`: raw table in the file -> lines on which rows begin; `gone`: of them those that go."""

    rows: dict[str, list[npt.NDArray[np.int64]]] = field(default_factory=dict)
    gone: dict[str, set[int]] = field(default_factory=dict)

    total: int = 0
    count: int = 0  # rows that go; in some formats many stand on one line

    def add(self, raw: RawFile, piece: Piece, theirs: npt.NDArray[np.bool_], broken: list[bool]) -> None:
        held = raw.held
        at = np.array([each.line for each in piece.broken], np.int64)
        self.rows.setdefault(held, []).extend([piece.lines, at])
        self.gone.setdefault(held, set()).update([*piece.lines[theirs].tolist(), *at[np.array(broken, bool)].tolist()])
        self.total += (len(piece) if raw.table.person else 0) + len(broken)  # rows of nobody keep no file
        self.count += int(theirs.sum()) + sum(broken)

    @property
    def all(self) -> bool:
        return self.count == self.total


class _Forgetting:
    """One person out of one group. Files through which the way leads come last: the act may be broken off, and done
    again."""

    def __init__(self, group: Group, mapping: Mapping, leaving: Leaving) -> None:
        self._group, self._mapping = group, mapping
        self._mentions = Mentions(leaving.words | leaving.keys)
        self._keys = pa.array(sorted(leaving.keys), pa.string())
        self._led: dict[Through, pa.Array] = {}

    def purged(self) -> list[Purged]:
        files = [(path, self._tables(path)) for path in self._group.files]
        for table in {table.through for _, tables in files for table in tables if table.through}:
            self._leading(table)
        ordered = sorted(files, key=lambda file: -min(map(self._hops, file[1]), default=0))
        found = [self._out_of(path) for path, _ in ordered]
        return [purged for purged in found if purged is not None]

    def _tables(self, path: Path) -> list[RawTable]:
        return [table.raw for table in tables_of(place_of(path, self._group), self._mapping)]

    def _hops(self, table: RawTable) -> int:
        return 1 + self._hops(self._mapping.tables[table.through.table].raw) if table.through else 0

    def _leading(self, through: Through | None) -> pa.Array:
        """What the column that says whose a row is holds in rows of theirs."""
        if through is None:
            return self._keys
        if through not in self._led:
            onward = self._leading(self._mapping.tables[through.table].raw.through)
            found = set[str]()
            for mine, theirs in links(self._group, self._mapping, through):
                found.update(key for key in mine.take(np.flatnonzero(_among(theirs, onward))).to_pylist() if key)
            self._led[through] = pa.array(sorted(found), pa.string())
        return self._led[through]

    def _out_of(self, path: Path) -> Purged | None:
        tables = tables_of(place_of(path, self._group), self._mapping)
        for opened in open_file(path, self._group, tables):
            found = self._lines(opened)
            if found.count:
                return self._rewritten(opened, found)
        return None

    def _rewritten(self, opened: Opened, found: _Found) -> Purged:
        path, reader = opened.path, opened.format
        told = any(raw.table.person in raw.said for raw in opened.raws)  # the name of the file is theirs, too
        if found.all and (told or opened.raws[0].table.format.kind in ONE_PERSON):
            return remove(path, found.count)
        if not isinstance(reader, Erasing):
            raise InputError(
                f"{path}: rows of the person stand among others' in a file of a kind out of which no rows are taken "
                f"({opened.raws[0].table.format.kind}). Remove the file, or have it exported again without the person; "
                "then `chartloom forget --resume`."
            )
        starts = {held: {int(n) for part in parts for n in part} for held, parts in found.rows.items()}
        return rewrite(path, reader.without(path, starts, found.gone), found.count)

    def _lines(self, opened: Opened) -> _Found:
        found = _Found()
        names = {raw.table.name: self._naming(raw) for raw in opened.raws}
        for raw, piece in opened.pieces(names):
            broken = [self._mentions.inside(each.raw.decode("utf-8", "replace")) for each in piece.broken]
            found.add(raw, piece, self._theirs(raw, piece), broken)
        return found

    def _naming(self, raw: RawFile) -> list[str]:
        """Columns that say whose a row is: of a crosswalk both."""
        people = self._mapping.patients.raw.people if self._mapping.patients else None
        table, *columns = people.crosswalk if people else ("",)
        names = [raw.table.person, *(columns if raw.table.name == table else ())]
        return list(dict.fromkeys(name for name in names if name and raw.has(name)))

    def _theirs(self, raw: RawFile, piece: Piece) -> npt.NDArray[np.bool_]:
        said = np.zeros(len(piece), bool)
        for name in piece.rows.column_names:
            through = raw.table.through if name == raw.table.person else None
            said |= _among(keys(piece.rows.column(name), raw.table.column(name)), self._leading(through))
        return said


def _among(found: Cells, wanted: pa.Array) -> npt.NDArray[np.bool_]:
    same: npt.NDArray[np.bool_] = pc.is_in(found.values.cast(pa.string()), wanted).to_numpy(zero_copy_only=False)
    return same if found.at is None else same[found.at]
