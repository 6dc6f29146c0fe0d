"""Fast columns of fixed-width text (ids, times) and one random generator per block and part."""

from functools import cache
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.bytes_]

DAY = 86_400
BLOCK = 256  # patients drawn together; never change it: the truth of a seed depends on it


def generator(seed: int, block: int, part: str) -> np.random.Generator:
    """Parts do not disturb each other: a switch in one leaves the draws of all others as they were."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(block, crc32(part.encode()))))


def uuids(rng: np.random.Generator, count: int) -> Bytes:
    raw = rng.integers(0, 256, (count, 16), dtype=np.uint8)
    raw[:, 6] = raw[:, 6] & 0x0F | 0x40
    raw[:, 8] = raw[:, 8] & 0x3F | 0x80
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)
    nibbles = np.empty((count, 32), np.uint8)
    nibbles[:, 0::2], nibbles[:, 1::2] = digits[raw >> 4], digits[raw & 15]
    out = np.full((count, 36), ord("-"), np.uint8)
    places = [i for i in range(36) if i not in (8, 13, 18, 23)]
    out[:, places] = nibbles
    return out.reshape(-1).view("S36")


@cache
def _days() -> Bytes:
    return np.datetime_as_string(np.arange("1850-01-01", "2150-01-01", dtype="datetime64[D]")).astype("S10")


@cache
def _clock() -> Bytes:
    return np.array([f"T{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}Z" for s in range(DAY)], "S10")


FIRST_DAY = int(np.datetime64("1850-01-01", "D").astype(np.int64))


def dates(seconds: Ints) -> Bytes:
    return _days()[seconds // DAY - FIRST_DAY]


def stamps(seconds: Ints) -> Bytes:
    out = np.empty((len(seconds), 20), np.uint8)
    out[:, :10] = dates(seconds).view(np.uint8).reshape(-1, 10)
    out[:, 10:] = _clock()[seconds % DAY].view(np.uint8).reshape(-1, 10)
    return out.reshape(-1).view("S20")


def text(values: Bytes, present: Bools | None = None) -> pa.Array:
    """Fixed-width bytes that fill their width, as Arrow text; null where not present."""
    width = values.dtype.itemsize
    offsets = np.arange(len(values) + 1, dtype=np.int32) * width
    buffers = pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(values))
    column = pa.StringArray.from_buffers(len(values), *buffers)
    return column if present is None else pa.compute.if_else(pa.array(present), column, pa.scalar(None, pa.string()))


def pick(words: list[str], index: Ints) -> pa.Array:
    """words[index] as Arrow text; the index -1 is null."""
    return pa.array(words, pa.string()).take(pa.array(index, mask=index < 0))


def number(values: Floats, decimals: int = 2) -> pa.Array:
    return pa.array(np.round(values, decimals)).cast(pa.string())


def sigmoid(x: Floats) -> Floats:
    return 1 / (1 + np.exp(-x))


def seconds(day: object) -> int:
    """Midnight UTC of a date, in seconds since 1970."""
    return int(np.datetime64(str(day), "s").astype(np.int64))
