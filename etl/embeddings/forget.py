"""A person taken out of files of embeddings: rows of Parquet and CSV, rows of arrays; of a pair the array first."""

import io
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from contract.errors import InputError
from contract.work import Purged
from etl.embeddings.arrays import arrays, column, vectors_of
from etl.embeddings.files import Entry, entries
from etl.embeddings.rows import ROWS, Refused
from etl.embeddings.tables import Columns
from etl.formats.format import WHOLE
from etl.formats.parquet import Parquet
from etl.mapping.files import FileFormat
from etl.rewrite import remove, rewrite

Rows = npt.NDArray[np.int64]
PERSON = "patient_id"


def forget(files: list[Path], keys: frozenset[str]) -> list[Purged]:
    """All rows whose patient_id is one of the keys. Broken off in the middle, it can be done again."""
    return [purged for entry in entries(files) for purged in _out_of(entry, keys)]


def _out_of(entry: Entry, keys: frozenset[str]) -> Iterator[Purged]:
    try:
        found = {path: _theirs(path, keys) for path in entry.files}
        many = _length(entry.lead)
    except Refused as fault:
        raise InputError(
            f"{entry.lead}: it cannot be read ({fault.rule}), so nobody knows whether the person is in it. Remove it, "
            "or have it exported again; then `chartloom forget --resume`."
        ) from fault
    said = [(rows, count) for rows, count in found.values() if count is not None]
    gone, count = said[-1] if said else (np.zeros(0, np.int64), 0)  # a study table counts before what the array says
    if not len(gone):
        return
    if many is not None and many not in (count, count - len(gone)):
        raise InputError(
            f"{entry.lead}: {many} rows of vectors and {count} rows of a study table: nobody knows which are the "
            "person's. Remove both, or have them exported again; then `chartloom forget --resume`."
        )
    whole = many in (None, count)
    for path in entry.files if whole else entry.tables:
        yield remove(path, len(gone)) if len(gone) == count else rewrite(path, _without(path, gone), len(gone))


def _theirs(path: Path, keys: frozenset[str]) -> tuple[Rows, int | None]:
    """Numbers of their rows from 0, and how many there are; None where the file does not say whose rows are."""
    at, start, wanted = [np.zeros(0, np.int64)], 0, pa.array(sorted(keys), pa.string())
    for ids in _persons(path):
        theirs = pc.is_in(pc.utf8_trim_whitespace(ids), wanted)
        at.append(start + np.flatnonzero(theirs.to_numpy(zero_copy_only=False)))
        start += len(ids)
    return np.concatenate(at), start if start else None


def _persons(path: Path) -> Iterator[pa.Array]:
    if path.suffix.lower() in (".csv", ".parquet"):
        file = Columns(path)
        for rows in file.blocks() if PERSON in file.names else ():
            yield rows[PERSON].combine_chunks()
    elif PERSON in (found := arrays(path)):
        yield column(found[PERSON], vectors_of(found).shape[0])


def _length(lead: Path) -> int | None:
    """Rows of an array."""
    return vectors_of(arrays(lead)).shape[0] if lead.suffix.lower() in (".npy", ".npz") else None


def _without(path: Path, gone: Rows) -> Iterator[bytes]:
    kind = path.suffix.lower()
    if kind == ".parquet":
        lines = {WHOLE: frozenset((gone + 1).tolist())}
        return Parquet(FileFormat("parquet"), ()).without(path, lines, lines)
    if kind == ".csv":
        return _lines(path, frozenset(gone.tolist()))
    return _array(np.load(path, "r", allow_pickle=False), gone) if kind == ".npy" else _packed(path, gone)


def _lines(path: Path, gone: frozenset[int]) -> Iterator[bytes]:
    """A row is a line; blank ones and the header are none."""
    number = -2
    with path.open("rb") as file:
        for line in file:
            number += bool(line.strip())
            if not line.strip() or number not in gone:
                yield line


def _array(held: npt.NDArray[Any], gone: Rows) -> Iterator[bytes]:
    kept = np.ones(len(held), bool)
    kept[gone] = False
    header = io.BytesIO()
    said = {"descr": np.lib.format.dtype_to_descr(held.dtype), "fortran_order": False}
    np.lib.format.write_array_header_2_0(header, {**said, "shape": (int(kept.sum()), *held.shape[1:])})
    yield header.getvalue()
    for start in range(0, len(held), ROWS):
        yield np.ascontiguousarray(held[start : start + ROWS][kept[start : start + ROWS]]).tobytes()


def _packed(path: Path, gone: Rows) -> Iterator[bytes]:
    """Every array of so many rows loses the same ones; what else lies there stays."""
    many = _length(path)
    with tempfile.TemporaryFile(dir=path.parent) as made:
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w") as new:
            for info in old.infolist():
                held = _loaded(old, info.filename, many)
                with new.open(zipfile.ZipInfo(info.filename), "w", force_zip64=True) as out:
                    for piece in _array(held, gone) if held is not None else [old.read(info.filename)]:
                        out.write(piece)
        made.seek(0)
        while piece := made.read(1 << 20):
            yield piece


def _loaded(file: zipfile.ZipFile, name: str, many: int | None) -> npt.NDArray[Any] | None:
    """An array of so many rows; None where it is no such array, or one of objects."""
    try:
        with file.open(name) as stream:
            held: npt.NDArray[Any] = np.lib.format.read_array(stream, allow_pickle=False)
    except ValueError:
        return None
    return held if held.ndim and len(held) == many else None
