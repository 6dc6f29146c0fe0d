"""One published night: rows of a person's shard, who is where, what codes and wards are called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from contract.errors import StoreError
from review.charts.chart import Side
from review.charts.faults import Damaged
from review.charts.kept import Kept
from review.charts.told import told
from store.snapshot import Snapshot

IDENTITIES = "phi/identities"
SHARD_SUBJECTS = 20  # of a lake whose manifest does not say how many persons share a file
KEPT = 384 << 20  # bytes of rows, in each process: of about two thousand persons
HIDDEN_KEPT = 25  # hidden suggestions of an encounter and system: those behind this rank nobody looks through
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "fhir/Patient": ("subject_id", "gender", "birthDate"),
    "fhir/Encounter": ("subject_id", "id", "class", "period", "location", "serviceProvider"),
    "fhir/ImagingStudy": ("subject_id", "id", "encounter", "started"),
    "fhir/Observation": ("id", "category", "interpretation", "referenceRange"),
    "fhir/Location": ("id", "name"),
    "fhir/Organization": ("id", "name"),
    "codes": ("subject_id", "encounter_id", "system", "code", "display", "rank", "score", "band", "evidence", "flags"),
    "timeline": ("subject_id", "time", "code", "numeric_value", "text_value", "encounter_id", "unit", "fhir_id"),
}
"""What is read of wide tables; of all others every column."""

Rows = Kept[pa.Table]


def rows_kept() -> Rows:
    return Kept(KEPT, lambda rows: int(rows.nbytes))


@dataclass(frozen=True)
class Night:
    """`kept` outlives the night: a file that did not change is the same file in the next one."""

    snapshot: Snapshot
    kept: Rows = field(repr=False)

    def rows(self, table: str, shard: str) -> pa.Table | None:
        """None where the table has no rows there."""
        stat = self.snapshot.files.get((table, shard))
        if stat is None:
            return None
        return self.kept.get((table, shard, stat.digest), lambda: self._read(table, stat.path))

    def told(self, side: Side, shard: str) -> pa.Table | None:
        """The timeline, with what Observations say of its events."""
        names = [f"phi/{name}" if side == "phi" else name for name in ("timeline", "fhir/Observation")]
        stats = [self.snapshot.files.get((name, shard)) for name in names]
        if stats[0] is None:
            return None
        key = (names[0], shard, *(stat and stat.digest for stat in stats))
        timeline, observations = (partial(self.passing, name, shard) for name in names)
        return self.kept.get(key, lambda: told(timeline(), observations()))

    def passing(self, table: str, shard: str) -> pa.Table | None:
        """As `rows`, for once: not kept."""
        stat = self.snapshot.files.get((table, shard))
        return None if stat is None else self._read(table, stat.path)

    def shard(self, subject_id: int) -> str | None:
        """The shard of a person of the PHI side, of both sides' tables; None: the night does not know the person."""
        ordinal = self.people.ordinal(subject_id)
        return None if ordinal is None else f"{ordinal // self._shard_subjects:08d}"

    @cached_property
    def people(self) -> "People":
        return People.of(self.rows(IDENTITIES, "all"))

    @cached_property
    def _shard_subjects(self) -> int:
        try:
            return int(self.snapshot.manifest().get("shard_subjects", SHARD_SUBJECTS))
        except (OSError, ValueError) as error:
            raise Damaged(self.snapshot.id) from error

    def names(self, side: Side) -> Mapping[str, str]:
        """What codes of the timeline mean."""
        return self._phi_names if side == "phi" else self._open_names

    @cached_property
    def _phi_names(self) -> Mapping[str, str]:
        return _pairs(self.rows("phi/timeline_codes", "all"), "code", "description")

    @cached_property
    def _open_names(self) -> Mapping[str, str]:
        return _pairs(self.rows("timeline_codes", "all"), "code", "description")

    def places(self, side: Side) -> Mapping[str, str]:
        """Reference -> name, of wards and of the houses that they are in; past the gate they have none."""
        return self._phi_places if side == "phi" else {}

    @cached_property
    def _phi_places(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for kind in ("Organization", "Location"):
            rows = self.rows(f"phi/fhir/{kind}", "shared")
            found |= {f"{kind}/{key}": name for key, name in _pairs(rows, "id", "name").items()}
        return found

    def _read(self, table: str, path: str) -> pa.Table:
        wanted = COLUMNS.get(table.removeprefix("phi/"))
        try:
            with pq.ParquetFile(self.snapshot.folder / path, memory_map=True) as file:
                held = None if wanted is None else [name for name in wanted if name in file.schema_arrow.names]
                rows = file.read(columns=held, use_threads=False)
        except (OSError, pa.ArrowInvalid) as error:
            raise Damaged(self.snapshot.id) from error
        return _shown(rows) if table.endswith("codes") and "band" in rows.column_names else rows


def _shown(codes: pa.Table) -> pa.Table:
    """Without those that no coder looks through."""
    hidden = pc.fill_null(pc.equal(codes["band"], "hidden"), fill_value=False)
    late = pc.fill_null(pc.greater(codes["rank"], HIDDEN_KEPT), fill_value=False)
    return codes.filter(pc.invert(pc.and_(hidden, late)))


def opened(snapshot: Snapshot, kept: Rows) -> Night:
    """The night of a snapshot whose index can be read."""
    try:
        snapshot.files  # noqa: B018 - read now, while an error can be told from one in a table
    except (OSError, pa.ArrowInvalid, StoreError) as error:
        raise Damaged(snapshot.id) from error
    return Night(snapshot, kept)


@dataclass(frozen=True)
class People:
    """Subjects that stand for themselves, in the order of their ids, and those that became part of others."""

    subjects: np.ndarray
    ordinals: np.ndarray
    merged: Mapping[int, int]  # subject -> the subject it is part of
    rows: pa.Table | None = field(repr=False)

    @classmethod
    def of(cls, rows: pa.Table | None) -> "People":
        if rows is None:
            return cls(np.zeros(0, np.int64), np.zeros(0, np.int64), {}, None)
        own = rows.filter(pc.is_null(rows["merged_into"]))
        order = np.argsort(own["subject_id"].to_numpy(), kind="stable")
        away = rows.filter(pc.is_valid(rows["merged_into"]))
        merged = dict(zip(away["subject_id"].to_pylist(), away["merged_into"].to_pylist(), strict=True))
        return cls(own["subject_id"].to_numpy()[order], own["ordinal"].to_numpy()[order], merged, rows)

    def ordinal(self, subject_id: int) -> int | None:
        place = int(np.searchsorted(self.subjects, subject_id))
        if place == len(self.subjects) or self.subjects[place] != subject_id:
            return None
        return int(self.ordinals[place])

    def of_subject(self, subject_id: int) -> pa.Table:
        """The person's rows of phi/identities, those merged into it too."""
        if self.rows is None:
            raise KeyError(subject_id)
        own = pc.equal(pc.coalesce(self.rows["merged_into"], self.rows["subject_id"]), subject_id)
        return self.rows.filter(own)


def _pairs(rows: pa.Table | None, key: str, value: str) -> dict[str, str]:
    if rows is None or value not in rows.column_names:
        return {}
    both: Sequence[Sequence[str | None]] = (rows[key].to_pylist(), rows[value].to_pylist())
    return {name: said for name, said in zip(*both, strict=True) if name and said}
