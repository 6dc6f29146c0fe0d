"""A MEDS timeline in columns of numbers: what tasks and features read."""

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

ALWAYS = np.iinfo(np.int64).min
"""The time of what has none: known from the start."""
NEVER = np.iinfo(np.int64).max
NOTES = "NOTE//"
"""Codes whose text_value is the id of a note and no answer."""
SECOND = 1_000_000
HOUR, DAY = 3600 * SECOND, 86_400 * SECOND


@dataclass(frozen=True)
class Timeline:
    """n events of s persons. A person's events stand together, in the order of time; those without time come first.

    time and recorded are microseconds since 1970, UTC. recorded is when a fact became known, and never before time;
    a prediction may use events with recorded <= its own time, and no others.
    """

    subjects: Ints  # (s,) subject_id in the order of the table
    starts: Ints  # (s + 1,) the first event of each, and n
    time: Ints  # (n,) ALWAYS: has none
    recorded: Ints  # (n,)
    code: Places  # (n,) place in `codes`
    value: Floats  # (n,) in the code's canonical unit where it has one, else as delivered; NaN: none
    encounter: Places  # (n,) place in `encounters`; -1: none
    codes: tuple[str, ...]
    encounters: tuple[str, ...]
    unit: Places = field(default_factory=lambda: np.zeros(0, np.int32))  # (n,) of value, place in `units`; empty: none
    units: tuple[str, ...] = ()
    text: Places = field(default_factory=lambda: np.zeros(0, np.int32))  # (n,) place in `texts`; -1: none; empty: none
    texts: tuple[str, ...] = ()  # coded and short answers; never ids of notes

    def __len__(self) -> int:
        return len(self.time)

    @property
    def subject(self) -> Ints:
        """(n,) the place in `subjects` of each event."""
        return np.repeat(np.arange(len(self.subjects)), np.diff(self.starts))

    def where(self, keep: Bools) -> "Timeline":
        """The same persons (some perhaps without events) with the events that `keep` (n,) says."""
        starts = np.r_[0, np.cumsum(keep)][self.starts].astype(np.int64)
        columns = ("time", "recorded", "code", "value", "encounter", "unit", "text")
        full = {name: column for name in columns if len(column := getattr(self, name)) == len(keep)}
        return replace(self, starts=starts, **{name: column[keep] for name, column in full.items()})


def read(rows: pa.Table) -> Timeline:
    """Of the tables timeline and phi/timeline, and of any MEDS data: columns beyond MEDS' own may be absent."""
    rows = ordered(rows)
    subject = rows["subject_id"].to_numpy()
    starts = np.flatnonzero(np.r_[True, subject[1:] != subject[:-1]]) if len(subject) else np.zeros(0, np.int64)
    time = moments(rows["time"], ALWAYS)
    recorded = moments(rows["recorded_time"], NEVER) if "recorded_time" in rows.column_names else time
    recorded = np.where(recorded == NEVER, time, np.maximum(recorded, time))
    code, codes = places(pc.fill_null(rows["code"].cast(pa.string()), ""))
    encounter, encounters = places(rows["encounter_id"]) if "encounter_id" in rows.column_names else (None, ())
    return Timeline(
        subject[starts], np.r_[starts, len(subject)].astype(np.int64), time, recorded, code, values(rows),
        np.full(len(rows), -1, np.int32) if encounter is None else encounter, codes, encounters,
        *units(rows), *answers(rows, code, codes),
    )  # fmt: skip


def ordered(rows: pa.Table) -> pa.Table:
    """As it is, where persons stand together in the order of time; else sorted."""
    subject, time = rows["subject_id"].to_numpy(), moments(rows["time"], ALWAYS)
    new = np.r_[True, subject[1:] != subject[:-1]] if len(subject) else np.zeros(0, bool)
    together = new.sum() == len(np.unique(subject))
    if together and bool((new[1:] | (time[1:] >= time[:-1])).all()):
        return rows
    seen, first = np.unique(subject, return_index=True)
    return rows.take(pa.array(np.lexsort((time, first[np.searchsorted(seen, subject)]))))


def moments(column: pa.ChunkedArray, absent: int) -> Ints:
    """Microseconds; finer ones are cut off, and what has a time zone is told in UTC."""
    micros = column.cast(pa.timestamp("us"), safe=False).cast(pa.int64())
    return np.asarray(pc.fill_null(micros, absent).to_numpy(), np.int64)


def places(column: pa.ChunkedArray) -> tuple[Places, tuple[str, ...]]:
    """Of each row the place of its word among the words, -1 for null; and the words, in the order of first sight."""
    coded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    index = np.asarray(pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False), np.int32)
    return index, tuple(coded.dictionary.to_pylist())


def values(rows: pa.Table) -> Floats:
    """canonical_value where the code has a canonical unit (null: impossible, so unknown), else numeric_value.

    What is infinite is no number.
    """
    plain = np.asarray(pc.cast(rows["numeric_value"], pa.float32()).to_numpy(), np.float32)
    if "canonical_unit" in rows.column_names:
        canonical = np.asarray(pc.cast(rows["canonical_value"], pa.float32()).to_numpy(), np.float32)
        plain = np.where(rows["canonical_unit"].is_valid().to_numpy(), canonical, plain)
    return np.where(np.isinf(plain), np.float32(np.nan), plain)


def units(rows: pa.Table) -> tuple[Places, tuple[str, ...]]:
    """By which `values` counts: the canonical unit where there is one, else as delivered."""
    said = [rows[name] for name in ("canonical_unit", "unit") if name in rows.column_names]
    return places(pc.coalesce(*said)) if said else (np.zeros(0, np.int32), ())


def answers(rows: pa.Table, code: Places, codes: tuple[str, ...]) -> tuple[Places, tuple[str, ...]]:
    """Of text_value, notes left out: what stands there is an id."""
    if "text_value" not in rows.column_names or rows["text_value"].null_count == len(rows):
        return np.zeros(0, np.int32), ()
    note = np.array([one.startswith(NOTES) for one in codes], bool)[code]
    said = np.flatnonzero(rows["text_value"].is_valid().to_numpy() & ~note)
    out = np.full(len(rows), -1, np.int32)
    out[said], texts = places(rows["text_value"].take(pa.array(said)))
    return out, texts
