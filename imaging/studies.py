"""Studies as columns: their images' vectors, when they were made, and which study of the person came before."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Times = npt.NDArray[np.datetime64]
Texts = npt.NDArray[np.object_]
Vectors = npt.NDArray[np.float32]
NONE = -1


@dataclass(frozen=True)
class Studies:
    """n studies, m images of one encoder. Images `first[i]` to `first[i + 1]` are of study i."""

    study_id: Texts  # (n,)
    subject_id: Ints  # (n,)
    time: Times  # (n,) microseconds; NaT: not known
    modality: Texts  # (n,) empty: not known
    first: Ints  # (n + 1,)
    vectors: Vectors  # (m, width)
    view: Texts  # (m,) empty: not known
    prior: Ints  # (n,) the person's last study before; NONE: there is none, or nobody knows

    def __len__(self) -> int:
        return len(self.study_id)

    @property
    def width(self) -> int:
        return int(self.vectors.shape[1])

    @property
    def images(self) -> Ints:
        """(n,) how many each study has."""
        return np.diff(self.first)

    @cached_property
    def pooled(self) -> Vectors:
        """(n, width) the mean of each study's images."""
        padded = np.vstack([self.vectors, np.zeros((1, self.width), np.float32)])
        sums = np.add.reduceat(padded, self.first[:-1])
        mean: Vectors = (sums / np.maximum(self.images, 1)[:, None]).astype(np.float32)
        mean[self.images == 0] = 0
        return mean

    def take(self, rows: npt.NDArray[Any]) -> "Studies":
        """Some studies, in that order; a prior that is not among them is none."""
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        many = self.images[rows]
        first = np.concatenate([[0], np.cumsum(many)]).astype(np.int64)
        image = np.repeat(self.first[rows] - first[:-1], many) + np.arange(first[-1])
        place = np.full(len(self) + 1, NONE)
        place[rows] = np.arange(len(rows))
        place[-1] = NONE
        return Studies(self.study_id[rows], self.subject_id[rows], self.time[rows], self.modality[rows], first,
                       self.vectors[image], self.view[image], place[self.prior[rows]])  # fmt: skip


def read(embeddings: pa.Table) -> Studies:
    """Rows of the table embeddings, of one encoder and one width, without nulls or NaN in vectors.

    Studies stand in the order of their first row. The time of a study is that of its first image.
    """
    rows = embeddings.combine_chunks()
    ids = rows["study_id"].combine_chunks().dictionary_encode()
    study = np.asarray(ids.indices.to_numpy(zero_copy_only=False), np.int64)
    order = np.argsort(study, kind="stable")
    first = np.searchsorted(study[order], np.arange(len(ids.dictionary) + 1)).astype(np.int64)
    lead = order[first[:-1]]
    rows = rows.take(pa.array(order))
    time = np.asarray(rows["time"].cast(pa.timestamp("us")).to_numpy(), "datetime64[us]")
    subject = np.asarray(embeddings["subject_id"].to_numpy(), np.int64)[lead]
    starts = _earliest(time, first)
    return Studies(
        np.asarray(ids.dictionary.to_pylist(), object), subject, starts, _words(rows, "modality")[first[:-1]],
        first, _vectors(rows), _words(rows, "view"), prior(subject, starts),
    )  # fmt: skip


def prior(subject: Ints, time: Times) -> Ints:
    """(n,) each study's last earlier one of the same person, strictly before it."""
    found = np.full(len(subject), NONE)
    known = np.flatnonzero(~np.isnat(time))
    order = known[np.lexsort([known, time[known], subject[known]])]
    for before, now in pairwise(order):
        if subject[before] == subject[now]:
            found[now] = before if time[before] < time[now] else found[before]
    return found


def _earliest(time: Times, first: Ints) -> Times:
    """(n,) NaT only where no image has a time."""
    if not len(time):
        return np.zeros(0, "datetime64[us]")
    late = np.datetime64("9999-01-01", "us")
    found = np.minimum.reduceat(np.where(np.isnat(time), late, time), first[:-1])
    return np.where(found == late, np.datetime64("NaT", "us"), found)


def _vectors(rows: pa.Table) -> Vectors:
    if not len(rows):
        return np.zeros((0, 0), np.float32)
    flat = rows["embedding"].combine_chunks().flatten().cast(pa.float32())
    return np.asarray(flat.to_numpy(zero_copy_only=False), np.float32).reshape(len(rows), -1)


def _words(rows: pa.Table, column: str) -> Texts:
    return np.asarray(pc.fill_null(rows[column], "").to_pylist(), object)
