"""Rows by person: the order of persons in a table, and where one shard ends and the next begins."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.segments import keep, pick

SHARED = "shared"  # the shard of rows that belong to no patient
WHOLE = "all"  # the shard of tables that are one file
LANDED = ("phi/fhir/", "phi/decisions", "phi/embeddings")  # how names of tables begin that sources write


def shard_name(number: int) -> str:
    return f"{number:08d}"


@dataclass(frozen=True)
class Persons:
    """Every subject of the lake with its ordinal, and the subject_id that open tables know it by."""

    table: pa.Table  # phi/identities: rows that stand for themselves and rows merged into others
    shard_subjects: int

    @cached_property
    def _subjects(self) -> tuple[np.ndarray, np.ndarray]:
        return self._index("subject_id")

    @cached_property
    def _open(self) -> tuple[np.ndarray, np.ndarray]:
        return self._index("open_id")

    def _index(self, column: str) -> tuple[np.ndarray, np.ndarray]:
        ids = self.table[column].to_numpy()
        order = np.argsort(ids)
        return ids[order], self.table["ordinal"].to_numpy()[order]

    def now(self, origins: np.ndarray) -> np.ndarray:
        """The subject that each key's own subject is part of tonight."""
        own = self.table["subject_id"].to_numpy()
        order = np.argsort(own)
        subjects = pc.coalesce(self.table["merged_into"], self.table["subject_id"]).to_numpy()
        found: np.ndarray = subjects[order[np.searchsorted(own, origins, sorter=order)]]
        return found

    def ordinals(self, subjects: np.ndarray, phi: bool = True) -> np.ndarray:
        """Ordinal of each subject; every subject must be known."""
        ids, ordinals = self._subjects if phi else self._open
        found: np.ndarray = ordinals[np.searchsorted(ids, subjects)]
        return found

    def open_ids(self, subjects: np.ndarray) -> np.ndarray:
        """subject_id of the open tables of each subject."""
        return self._looked_up("subject_id", "open_id", subjects)

    def known_as(self, open_ids: np.ndarray) -> np.ndarray:
        """The subject of each subject_id of open tables."""
        return self._looked_up("open_id", "subject_id", open_ids)

    def _looked_up(self, by: str, column: str, ids: np.ndarray) -> np.ndarray:
        keys = self.table[by].to_numpy()
        order = np.argsort(keys)
        found: np.ndarray = self.table[column].to_numpy()[order[np.searchsorted(keys, ids, sorter=order)]]
        return found

    def subjects(self, rows: pa.Table, phi: bool) -> np.ndarray:
        """The subject of each row, of open tables too."""
        found: np.ndarray = rows["subject_id"].to_numpy()
        return found if phi else self.known_as(found)

    def only(self, rows: pa.Table, subjects: np.ndarray, phi: bool) -> pa.Table:
        """The rows of some subjects, of open tables too."""
        return only(rows, subjects if phi else self.open_ids(subjects))

    def shards(self, subjects: np.ndarray) -> np.ndarray:
        """Numbers of the shards that hold the subjects, each once."""
        return np.unique(self.ordinals(subjects) // self.shard_subjects)

    def in_order(self, rows: pa.Table, phi: bool = True) -> pa.Table:
        """The rows with persons in the order of their ordinal; rows of one person keep their order."""
        ordinals = self.of_rows(rows, phi)
        if np.all(ordinals[1:] >= ordinals[:-1]):
            return rows
        return pick(rows, np.argsort(ordinals, kind="stable"))

    def of_rows(self, rows: pa.Table, phi: bool = True) -> np.ndarray:
        """Ordinal of every row, found once per run of rows of one person."""
        subjects = rows["subject_id"].to_numpy()
        if not len(subjects):
            return np.zeros(0, dtype=np.int64)
        starts = np.flatnonzero(np.concatenate(([True], subjects[1:] != subjects[:-1])))
        return np.repeat(self.ordinals(subjects[starts], phi), np.diff(np.append(starts, len(subjects))))

    def split(self, rows: pa.Table, phi: bool = True) -> Iterator[tuple[str, pa.Table]]:
        """(shard, its rows) of rows that are in order; no copy is made."""
        if not len(rows):
            return
        shards = self.of_rows(rows, phi) // self.shard_subjects
        starts = np.flatnonzero(np.concatenate(([True], shards[1:] != shards[:-1])))
        for start, end in zip(starts, np.append(starts[1:], len(shards)), strict=True):
            yield shard_name(int(shards[start])), rows.slice(start, end - start)


def only(rows: pa.Table, wanted: Any, column: str = "subject_id") -> pa.Table:
    """The rows whose column holds one of the wanted values, subjects by default."""
    return keep(rows, pc.is_in(rows[column], pa.array(wanted, type=rows.schema.field(column).type)).to_numpy())
