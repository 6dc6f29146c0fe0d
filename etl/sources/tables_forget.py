"""A person's rows taken out of raw files: by the column that names the person; broken ones that name them too."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from contract.work import Leaving, Purged
from etl.csv.reader import Piece, read
from etl.csv.stream import Stream
from etl.mapping.load import Mapping
from etl.mentions import Mentions
from etl.rewrite import rewrite
from etl.sources.tables_file import RawFile, open_raw
from etl.sources.tables_groups import table_of

PIECE = 4 << 20


def forget(folder: Path, mapping: Mapping, leaving: Leaving) -> list[Purged]:
    """All files that the mapping knows, here and one level down, whichever night they were delivered for."""
    found = []
    for path in sorted(path for path in [*folder.glob("*"), *folder.glob("*/*")] if path.is_file()):
        table = table_of(path, mapping)
        raw = open_raw(path, table.raw) if table else None
        columns = _naming(raw, mapping) if raw else []
        if raw and columns:
            lines = _lines(raw, columns, leaving)
            if lines.gone:
                found.append(rewrite(path, _kept(raw.path, lines), len(lines.gone)))
    return found


def _naming(raw: RawFile, mapping: Mapping) -> list[str]:
    """Columns of the file that name the person of a row: of a crosswalk both."""
    people = mapping.patients.raw.people if mapping.patients else None
    table, *keys = people.crosswalk if people else ("",)
    names = [raw.table.person, *(keys if raw.table.name == table else ())]
    return list(dict.fromkeys(raw.found[name] for name in names if name in raw.found))


@dataclass
class _Lines:
    """`starts`: lines on which records begin. `gone`: of them those that go, with all lines to the next start."""

    starts: list[npt.NDArray[np.int64]] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)


def _lines(raw: RawFile, columns: list[str], leaving: Leaving) -> _Lines:
    found, mentions = _Lines(), Mentions(leaving.words | leaving.keys)
    keys = pa.array(sorted(leaving.keys), pa.string())
    for piece in read(raw.path, raw.layout, columns):
        broken = [each.line for each in piece.broken]
        found.starts += [piece.lines, np.array(broken, np.int64)]
        found.gone.update(piece.lines[_theirs(piece, columns, keys)].tolist())
        found.gone.update(b.line for b in piece.broken if mentions.inside(b.raw.decode("utf-8", "replace")))
    return found


def _theirs(piece: Piece, columns: list[str], keys: pa.Array) -> npt.NDArray[np.bool_]:
    said = np.zeros(len(piece), bool)
    for column in columns:
        cells = pc.is_in(piece.rows.column(column).cast(pa.string()), keys)
        said |= cells.to_numpy(zero_copy_only=False) if isinstance(cells, pa.Array) else cells.to_numpy()
    return said


def _kept(path: Path, lines: _Lines) -> Iterator[bytes]:
    """The text without the lines of records that go."""
    starts = {int(line) for part in lines.starts for line in part}
    going = False
    with path.open("rb") as file:
        for number, line in enumerate(_of(Stream(file, path)), 1):
            if number in starts:
                going = number in lines.gone
            if not going:
                yield line


def _of(stream: Stream) -> Iterator[bytes]:
    rest = b""
    for piece in stream.pieces(PIECE):
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line + b"\n" for line in whole)
    if rest:
        yield rest
