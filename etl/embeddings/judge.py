"""What is wrong with rows of embeddings: each alone, then held against all others of their delivery."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from etl.embeddings.rows import Wanted
from schemas.digests import hashed

Flags = npt.NDArray[np.bool_]
Hashes = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
REQUIRED = ("patient_id", "study_id", "image_id", "encoder")
STUDY = "study-of-two"
NONE = np.uint64(0)  # the key of rows that nothing is told of
STAMP = pa.timestamp("us")


@dataclass(frozen=True)
class Vectors:
    """(n,) of each row: how many numbers, whether all are finite, whether they say anything, 64 bits of hash."""

    widths: Ints
    finite: Flags
    blank: Flags  # nothing, or nothing but zeros and NaN: what stands in an array where there is no image
    hashes: Hashes

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> "Vectors":
        lists = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        widths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False).astype(np.int64)
        flat = np.asarray(lists.flatten().to_numpy(zero_copy_only=False), np.float32)
        starts = np.cumsum(widths) - widths
        found = cls(widths, np.ones(len(widths), bool), np.ones(len(widths), bool), np.zeros(len(widths), np.uint64))
        for width in np.unique(widths[widths > 0]).tolist():
            rows = np.flatnonzero(widths == width)
            alike = (
                flat.reshape(-1, width) if len(rows) == len(widths) else flat[starts[rows][:, None] + np.arange(width)]
            )
            found.finite[rows] = np.isfinite(alike).all(axis=1)
            found.blank[rows] = ~((alike != 0) & ~np.isnan(alike)).any(axis=1)
            found.hashes[rows] = _hashes(alike)
        return found


def _hashes(vectors: npt.NDArray[np.float32]) -> Hashes:
    """A weighted sum of the bits of each row; the weights are odd, and always the same."""
    width = vectors.shape[1]
    weights = np.random.default_rng(width).integers(0, 1 << 63, width, np.uint64) * np.uint64(2) + np.uint64(1)
    bits = np.ascontiguousarray(vectors).view(np.uint32).astype(np.uint64)
    bits *= weights
    found: Hashes = bits.sum(axis=1, dtype=np.uint64) + np.uint64(width)
    return found


def alone(rows: pa.Table, vectors: Vectors, time_read: Flags, known: Flags, wanted: Wanted) -> list[tuple[str, Flags]]:
    """(rule, the rows that break it); of a row that breaks several the first counts."""
    empty = {name: _flags(pc.is_null(rows[name])) for name in REQUIRED}
    bare = ~empty["study_id"] & empty["image_id"] & vectors.blank
    return [
        ("study-without-image", bare),
        ("required", np.logical_or.reduce(list(empty.values()))),
        ("no-vector", vectors.widths == 0),
        ("not-finite", ~vectors.finite),
        ("width", (vectors.widths != wanted.width) & bool(wanted.width)),
        ("time-format", ~time_read),
        ("unknown-patient", ~known),
    ]


@dataclass
class Facts:
    """Of all rows of a delivery, a few numbers each: what they are told from one another by."""

    persons: list[Ints] = field(default_factory=list)
    studies: list[Hashes] = field(default_factory=list)
    images: list[Hashes] = field(default_factory=list)
    encoders: list[Hashes] = field(default_factory=list)
    widths: list[Ints] = field(default_factory=list)
    vectors: list[Hashes] = field(default_factory=list)
    good: list[Flags] = field(default_factory=list)

    def add(self, rows: pa.Table, vectors: Vectors, subjects: Ints, good: Flags) -> None:
        """`subjects`: of persons whom nobody knows, anything negative; their patient_id tells them apart."""
        named = hashed(rows.select(["patient_id"]), "hash(patient_id)")
        strangers = (named >> np.uint64(1)).astype(np.int64) * -1 - 1
        nobody = _flags(pc.is_null(rows["patient_id"])) | _flags(pc.is_null(rows["study_id"]))
        studies = hashed(rows.select(["study_id"]), "hash(study_id)")
        self.persons.append(np.where(subjects >= 0, subjects, strangers))
        self.studies.append(np.where(nobody, NONE, studies))
        self.images.append(
            hashed(rows.select(["study_id", "image_id", "encoder"]), "hash(study_id, image_id, encoder)")
        )
        self.encoders.append(hashed(rows.select(["encoder"]), "hash(encoder)"))
        self.widths.append(vectors.widths)
        self.vectors.append(vectors.hashes)
        self.good.append(good)

    def judged(self) -> dict[str, Ints]:
        """Rule -> numbers of rows, from 0, which are good alone and break it."""
        if not self.good:
            return {}
        good, said = np.concatenate(self.good), {}
        for rule, judge, keys, values in (
            (STUDY, _several, self.studies, self.persons),
            ("width", _odd, self.encoders, self.widths),
            ("image-repeated", _several, self.images, self.vectors),
        ):
            looked = good | (rule == STUDY)  # whatever else is wrong with a row, it says whose the study is
            broken = np.zeros(len(good), bool)
            broken[looked] = judge(np.concatenate(keys)[looked], _bits(values)[looked])
            said[rule] = np.flatnonzero(broken & good)
            good = good & ~broken
        return said


def _bits(values: Sequence[Ints | Hashes]) -> Hashes:
    return np.concatenate([each.view(np.uint64) for each in values])


def _several(keys: Hashes, values: Hashes) -> Flags:
    """True of rows whose key has more than one value."""
    order = np.argsort(keys, kind="stable")
    starts = _starts(keys[order])
    if not len(starts):
        return np.zeros(0, bool)
    held = values[order]
    several = np.minimum.reduceat(held, starts) != np.maximum.reduceat(held, starts)
    found = np.zeros(len(keys), bool)
    found[order] = np.repeat(several, np.diff(np.append(starts, len(keys)))) & (keys[order] != NONE)
    return found


def _odd(encoders: Hashes, widths: Hashes) -> Flags:
    """True of rows of another width than most of their encoder; where no width leads, of all."""
    found = np.zeros(len(encoders), bool)
    for encoder in np.unique(encoders):
        mine = encoders == encoder
        known, many = np.unique(widths[mine], return_counts=True)
        leads = known[many == many.max()]
        found[mine] = (widths[mine] != leads[0]) if len(leads) == 1 else True
    return found


def _starts(ordered: Hashes) -> Ints:
    found: Ints = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))[: len(ordered)])
    return found


def times(column: pa.ChunkedArray, zone: str) -> tuple[pa.Array, Flags]:
    """As UTC without zone, and True of those that were read. Nothing is no time, and no fault.

    Of an hour that comes twice the first is meant, one that was left out lies after the gap.
    """
    held = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_timestamp(held.type) or pa.types.is_date(held.type):
        return _stamps(held, zone), np.ones(len(held), bool)
    texts = held.cast(pa.string())
    coded = texts.dictionary_encode()
    read = [_instant(text, zone) for text in coded.dictionary.to_pylist()]
    found = pa.array(read, STAMP).take(coded.indices) if len(read) else pa.nulls(len(held), STAMP)
    return found, ~(_flags(pc.is_null(found)) & ~_flags(pc.is_null(texts)))


def _stamps(held: pa.Array, zone: str) -> pa.Array:
    if pa.types.is_timestamp(held.type) and held.type.tz is not None:
        return held.cast(pa.timestamp("us", "UTC"), safe=False).cast(STAMP)
    local = held.cast(STAMP, safe=False)
    return pc.assume_timezone(local, zone, ambiguous="earliest", nonexistent="latest").cast(STAMP)


def _instant(text: str | None, zone: str) -> datetime | None:
    try:
        said = datetime.fromisoformat(text or "")
        local = said if said.tzinfo else said.replace(tzinfo=ZoneInfo(zone))
        return local.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def _flags(column: pa.ChunkedArray | pa.Array) -> Flags:
    found: Flags = column.to_numpy() if isinstance(column, pa.ChunkedArray) else column.to_numpy(zero_copy_only=False)
    return found
