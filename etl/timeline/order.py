"""The order of a timeline: persons as they stand in the input, then time (null first), code, fhir_id."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.timeline.times import NO_TIME

Ints = NDArray[np.int64]
UNITS = (1_000_000, 1_000, 1)  # microseconds


def persons(tables: Iterable[pa.Table]) -> pa.Array:
    """subject_id in order. The first table leads; one it lacks comes after the person it follows in another table."""
    order: list[int] = []
    for table in tables:
        if len(table):
            order = _merged(order, _in_turn(table.column("subject_id")))
    return pa.array(order, pa.int64())


def _in_turn(subjects: pa.ChunkedArray) -> list[int]:
    runs = pc.run_end_encode(subjects.combine_chunks())
    return [subject for subject in dict.fromkeys(runs.values.to_pylist()) if subject is not None]


def _merged(order: list[int], more: list[int]) -> list[int]:
    known = set(order)
    if not order or known.issuperset(more):
        return order or more
    after: dict[int | None, list[int]] = {}
    before: int | None = None
    for subject in more:
        if subject in known:
            before = subject
        else:
            after.setdefault(before, []).append(subject)
    merged = after.get(None, [])[:]
    for subject in order:
        merged += [subject, *after.get(subject, ())]
    return merged


def sort_indices(subject: Ints, time: Ints, code: Ints, fhir_ids: pa.ChunkedArray) -> Ints:
    """Row numbers in order. `subject` and `code` are ranks; fhir_ids are only looked at where all else is equal."""
    key = _key(subject, _time_rank(time), code)
    order: Ints = np.argsort(key, kind="stable")
    same = key[order][1:] == key[order][:-1]
    if not same.any():
        return order
    tied = np.flatnonzero(np.append(same, False) | np.insert(same, 0, False))
    order[tied] = _by_id(order[tied], key, fhir_ids)
    return order


def _time_rank(time: Ints) -> Ints:
    """0 for no time, then small numbers in the order of time, in the largest unit that tells them apart."""
    known = time != NO_TIME
    if not known.any():
        return np.zeros(len(time), np.int64)
    first = time.min(where=known, initial=np.iinfo(np.int64).max) // UNITS[0] * UNITS[0]
    since = np.where(known, time - first, 0)
    unit = next(unit for unit in UNITS if not (since % unit).any())
    return np.where(known, since // unit + 1, 0)


def _key(subject: Ints, time: Ints, code: Ints) -> NDArray[np.uint64]:
    bits = [int(part.max(initial=0)).bit_length() for part in (subject, time, code)]
    if sum(bits) > 64:
        time = np.unique(time, return_inverse=True)[1].astype(np.int64)
        bits[1] = len(time).bit_length()
    parts = [part.astype(np.uint64) for part in (subject, time, code)]
    return (parts[0] << np.uint64(bits[1] + bits[2])) | (parts[1] << np.uint64(bits[2])) | parts[2]


def _by_id(rows: Ints, key: NDArray[np.uint64], fhir_ids: pa.ChunkedArray) -> Ints:
    ties = pa.table({"key": key[rows], "fhir_id": fhir_ids.take(pa.array(rows)), "row": rows})
    return np.asarray(rows[pc.sort_indices(ties, [(name, "ascending") for name in ties.column_names]).to_numpy()])
