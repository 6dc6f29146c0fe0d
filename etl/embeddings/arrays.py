"""Arrays in .npy and .npz files: vectors some rows at a time, columns whole; nothing in them is ever unpickled."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from etl.embeddings.rows import WORDS, Refused

NAMES = ("embedding", "embeddings")
DAMAGED = (OSError, ValueError, EOFError, KeyError, SyntaxError, OverflowError, MemoryError, NotImplementedError,
           RuntimeError, zipfile.BadZipFile, zipfile.zlib.error)  # type: ignore[attr-defined]  # fmt: skip
AT_ONCE = 1 << 20  # bytes
HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Array:
    """One array of a file: `member` of a .npz, or the file itself."""

    path: Path
    member: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran: bool

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        with _stream(self.path, self.member) as stream:
            _header(stream)
            yield stream

    def whole(self) -> npt.NDArray[Any]:
        with _stream(self.path, self.member) as stream:
            found: npt.NDArray[Any] = np.lib.format.read_array(stream, allow_pickle=False)
            return found


@contextmanager
def _stream(path: Path, member: str) -> Iterator[IO[bytes]]:
    if not member:
        with path.open("rb") as file:
            yield file
        return
    with zipfile.ZipFile(path) as packed, packed.open(member) as file:
        yield file


def _header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(stream)
    if version not in HEADERS:
        raise Refused("array-type")
    shape, fortran, dtype = HEADERS[version](stream)
    return shape, fortran, dtype


def arrays(path: Path) -> dict[str, Array]:
    """By name; of a .npy under the name of the vectors. Raises Refused; each is known to be there in full."""
    try:
        if path.suffix.lower() == ".npy":
            return {NAMES[0]: _known(path, "")}
        with zipfile.ZipFile(path) as packed:
            members = [each for each in packed.namelist() if each.endswith(".npy")]
            if packed.testzip() is not None:
                raise Refused("unreadable")
        wanted = {*NAMES, *WORDS, "time"}
        return {name: _known(path, each) for each in members if (name := each.removesuffix(".npy")) in wanted}
    except DAMAGED as error:
        raise Refused("unreadable") from error


def _known(path: Path, member: str) -> Array:
    with _stream(path, member) as stream:
        shape, fortran, dtype = _header(stream)
        start = stream.tell()
    if dtype.hasobject:
        raise Refused("pickled", member.removesuffix(".npy"))
    held = zipfile.ZipFile(path).getinfo(member).file_size if member else path.stat().st_size
    if held - start < dtype.itemsize * int(np.prod(shape, dtype=object)):
        raise Refused("unreadable")
    return Array(path, member, shape, dtype, fortran)


def vectors_of(found: dict[str, Array]) -> Array:
    """The one array of vectors: floats, two dimensions."""
    named = [found[name] for name in NAMES if name in found]
    if len(named) != 1:
        raise Refused("no-array")
    (array,) = named
    if array.dtype.kind != "f" or array.dtype.itemsize > 8:
        raise Refused("array-type")
    if len(array.shape) != 2:
        raise Refused("array-shape")
    return array


@contextmanager
def reading(array: Array) -> Iterator["Rows"]:
    with array.opened() as stream:
        yield Rows(array, stream)


@dataclass
class Rows:
    """Rows of vectors in their order. One in Fortran order is mapped from a .npy, and read whole from a .npz."""

    array: Array
    stream: IO[bytes]
    at: int = 0
    _held: npt.NDArray[Any] | None = None

    def next(self, count: int) -> Floats:
        """(count, width); too large for 32 bits is infinite."""
        with np.errstate(over="ignore"):
            found = (self._turned(count) if self.array.fortran else self._straight(count)).astype(np.float32)
        self.at += count
        return found

    def _straight(self, count: int) -> npt.NDArray[Any]:
        width, dtype = self.array.shape[1], self.array.dtype
        held = self.stream.read(count * width * dtype.itemsize)
        return np.frombuffer(held, dtype).reshape(count, width)

    def _turned(self, count: int) -> npt.NDArray[Any]:
        if self._held is None:
            mapped = not self.array.member
            self._held = np.load(self.array.path, "r", allow_pickle=False) if mapped else self.array.whole()
        return self._held[self.at : self.at + count]


def column(array: Array, rows: int) -> pa.Array:
    """An array of texts, whole numbers or times as a column."""
    if len(array.shape) != 1:
        raise Refused("array-shape", array.member.removesuffix(".npy"))
    if array.shape[0] != rows:
        raise Refused("table-length", array.member.removesuffix(".npy"))
    held = array.whole()
    if held.dtype.kind == "S":
        held = _decoded(held, array)
    if held.dtype.kind == "M":
        return pa.array(held.astype("datetime64[us]"))
    if held.dtype.kind not in "Uiu":
        raise Refused("column-type", array.member.removesuffix(".npy"))
    return pa.array(held.astype(str).tolist(), pa.string())


def _decoded(held: npt.NDArray[Any], array: Array) -> npt.NDArray[Any]:
    try:
        return np.char.decode(held, "utf-8")
    except UnicodeDecodeError as error:
        raise Refused("column-type", array.member.removesuffix(".npy")) from error


def lists(vectors: Floats) -> pa.Array:
    """(n, width) as a column of vectors."""
    count, width = vectors.shape
    offsets = np.arange(count + 1, dtype=np.int32) * np.int32(width)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(vectors.ravel()))
