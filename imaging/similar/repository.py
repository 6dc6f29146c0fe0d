"""Rows of the table embeddings as an index of one encoder; what cannot be compared is set aside and counted."""

from collections import Counter
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from contract.errors import InputError
from imaging.similar.index import Index, Measure, build
from imaging.studies import Texts, read

COLUMNS = ("subject_id", "study_id", "image_id", "time", "modality", "body_part", "view", "encoder", "embedding")
Mask = npt.NDArray[np.bool_]
REASONS = {
    "other_encoder": "images of another encoder",
    "other_width": "images whose vector has another length than most",
    "no_numbers": "images whose vector holds NaN or an infinite number, or is missing",
    "two_persons": "images of studies that two persons have",
    "like_nothing": "studies whose vectors are 0 throughout",
}


@dataclass(frozen=True)
class Repository:
    """`aside`: of what there was how many are not searched, by REASONS."""

    index: Index
    aside: dict[str, int] = field(default_factory=dict)


def encoders(rows: pa.Table) -> list[str]:
    """The most frequent one first."""
    return [name for name, _ in Counter(rows["encoder"].to_pylist()).most_common() if name]


def repository(rows: pa.Table, encoder: str, name: str = "", measure: Measure | None = None) -> Repository:
    """Error: there are images, and none is of the encoder."""
    known = encoders(rows)
    if known and encoder not in known:
        raise InputError(
            f"repository {name!r} holds images of the encoder {', '.join(map(repr, known))}, what is searched for is "
            f"of {encoder!r}: vectors of two encoders cannot be compared. Encode one of them anew."
        )
    aside: dict[str, int] = {}
    for reason, fit in (("other_encoder", partial(_of, encoder)), ("no_numbers", _numbers), ("other_width", _width),
                        ("two_persons", _one_person)):  # fmt: skip
        kept = fit(rows)
        aside[reason] = len(rows) - int(kept.sum())
        rows = rows if kept.all() else rows.filter(pa.array(kept))
    studies = read(rows)
    index = build(studies, encoder, _body_part(rows, studies.study_id), name=name, measure=measure)
    aside["like_nothing"] = index.left_out
    return Repository(index, {reason: many for reason, many in aside.items() if many})


def _of(encoder: str, rows: pa.Table) -> Mask:
    return _mask(pc.equal(rows["encoder"], encoder))


def _numbers(rows: pa.Table) -> Mask:
    lists = rows["embedding"].combine_chunks()
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    flat = lists.flatten().cast(pa.float32())
    wrong = np.flatnonzero(~np.isfinite(flat.to_numpy(zero_copy_only=False)))  # a null among numbers is NaN here
    made: Mask = lengths > 0
    made[np.searchsorted(np.cumsum(lengths), wrong, side="right")] = False
    return made


def _width(rows: pa.Table) -> Mask:
    lengths = pc.list_value_length(rows["embedding"].combine_chunks()).to_numpy(zero_copy_only=False)
    made: Mask = lengths == Counter(lengths.tolist()).most_common(1)[0][0] if len(lengths) else np.zeros(0, bool)
    return made


def _one_person(rows: pa.Table) -> Mask:
    """Whose they are nobody can tell."""
    persons = rows.select(["study_id", "subject_id"]).group_by("study_id").aggregate([("subject_id", "count_distinct")])
    many = persons.filter(pc.greater(persons["subject_id_count_distinct"], 1))["study_id"]
    return ~_mask(pc.is_in(rows["study_id"], value_set=many.combine_chunks()))


def _mask(said: pa.ChunkedArray) -> Mask:
    return np.asarray(pc.fill_null(said, False).to_numpy(), bool)


def _body_part(rows: pa.Table, studies: Texts) -> Texts:
    """(n,) the first that an image of the study says; empty where none does, or the table is older than the column."""
    if "body_part" not in rows.column_names:
        return np.full(len(studies), "", object)
    said: dict[str, str] = {}
    for study, part in zip(rows["study_id"].to_pylist(), rows["body_part"].to_pylist(), strict=True):
        if part:
            said.setdefault(study, part)
    return np.asarray([said.get(study, "") for study in studies], object)
