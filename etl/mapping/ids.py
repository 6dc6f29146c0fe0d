"""Ids of rows that bring none: a 128-bit hash of some cells, the same on every machine, version and night.

The hash is our own arithmetic on 8-byte words, so that no library's next version gives every row a new id.
It keeps chance collisions away (one in 10^20 among a billion rows); it is no protection against anyone who seeks them.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from etl.mapping.frame import Cells

Words = npt.NDArray[np.uint64]
SEEDS = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xC2B2AE3D27D4EB4F),
)  # fractions of the golden ratio and of a prime's root
FACTORS = (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53))  # odd, well-mixing multipliers
NULL = np.uint64(0xA5A5A5A5A5A5A5A5)
SHIFT = np.uint64(32)
HEX = np.frombuffer(b"".join(f"{i:02x}".encode() for i in range(256)), np.uint16)


def hashed_ids(columns: list[Cells]) -> pa.Array:
    """32 hexadecimal digits a row."""
    count = len(columns[0])
    lanes = [np.full(count, seed) for seed in SEEDS]
    for place, column in enumerate(columns, start=1):
        for lane, value in enumerate(_hashes(column.values)):
            each = value if column.at is None else value[column.at]
            lanes[lane] = _mix(lanes[lane] + np.uint64(place), each, FACTORS[lane])
    both = np.stack([_finish(lanes[0], FACTORS[1]), _finish(lanes[1], FACTORS[0])], axis=1)
    text = HEX[both.astype(">u8").view(np.uint8)]
    offsets = np.arange(0, 32 * count + 1, 32, dtype=np.int32)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(text))


def _mix(state: Words, word: Words, factor: np.uint64) -> Words:
    state = (state ^ word) * factor
    return state ^ (state >> SHIFT)


def _finish(state: Words, factor: np.uint64) -> Words:
    state = (state ^ (state >> np.uint64(29))) * factor
    return state ^ (state >> SHIFT)


def _hashes(values: pa.Array) -> list[Words]:
    """Two words a value."""
    text = values.cast(pa.string()) if not pa.types.is_string(values.type) else values
    data, starts, lengths = _bytes(text)
    lanes: list[Words] = [lengths.astype(np.uint64) * factor for factor in SEEDS]
    for k in range(0, int(lengths.max(initial=0)), 8):
        rows = np.flatnonzero(lengths > k)
        word = _word(data, starts[rows] + k, np.minimum(lengths[rows] - k, 8))
        for lane, factor in enumerate(FACTORS):
            lanes[lane][rows] = _mix(lanes[lane][rows], word, factor)
    if text.null_count:
        for words in lanes:
            words[text.is_null().to_numpy(zero_copy_only=False)] = NULL
    return lanes


def _bytes(text: pa.Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    _, offsets, data = text.buffers()
    ends = np.frombuffer(offsets, np.int32)[text.offset : text.offset + len(text) + 1].astype(np.int64)
    bytes_ = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
    return np.concatenate([bytes_, np.zeros(8, np.uint8)]), ends[:-1], np.diff(ends)


def _word(data: npt.NDArray[np.uint8], at: npt.NDArray[np.int64], size: npt.NDArray[np.int64]) -> Words:
    """Up to 8 bytes at any place, the first byte lowest, the missing ones zero."""
    every = np.ndarray((len(data) - 7,), "<u8", buffer=data, strides=(1,))
    bits = (np.uint64(8) * (np.uint64(8) - size.astype(np.uint64))) % np.uint64(64)
    word: Words = (every[at].astype(np.uint64) << bits) >> bits
    return word
