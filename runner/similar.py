"""Studies of one lake or several that are similar to one: found exactly, with the findings of their drafts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from contract.errors import InputError
from imaging.reporter import Reporter
from imaging.similar.by_findings import asked_seen, index_seen
from imaging.similar.index import Asked, Index, Measure
from imaging.similar.repository import COLUMNS, REASONS, encoders, repository
from imaging.similar.search import Hit, everywhere
from imaging.similar.wanted import Wanted
from runner import audit
from runner.published import published
from runner.vector import Vector
from schemas.registry import table
from store.snapshot import Snapshot

SCHEMA = pa.schema(
    [
        ("rank", pa.int32()),
        ("similarity", pa.float64()),
        ("repository", pa.string()),
        ("study_id", pa.string()),
        ("subject_id", pa.int64()),
        ("time", pa.timestamp("us")),
        ("modality", pa.string()),
        ("body_part", pa.string()),
        ("findings", pa.string()),
    ]
)


@dataclass(frozen=True)
class Asking:
    """`of`: a study id, or a vector of a file. `encoder`: needed where there are several, or the file says none.

    `reporter`: compare by what its heads read in the vectors; None: the vectors themselves.
    """

    of: str | Vector
    k: int = 10
    encoder: str = ""
    wanted: Wanted = field(default_factory=Wanted)
    measure: Measure = field(default_factory=Measure)
    reporter: Reporter | None = None


@dataclass(frozen=True)
class Answer:
    """`notes`: what was set aside or assumed, for the person who asked."""

    rows: pa.Table
    notes: tuple[str, ...]


def similar(lakes: Sequence[Path], asking: Asking, *, phi: bool = False) -> Answer:
    """The open roots, or the PHI roots, which is written to the audit of each lake first."""
    snapshots = {str(lake): published(lake) for lake in lakes}
    if phi:
        for lake in lakes:
            audit.record(lake, "similar", str(asking.of))
    root = "phi/" if phi else ""
    notes: list[str] = []
    asked = _asked(snapshots, root + "embeddings", asking, notes)
    if asking.wanted.earlier and np.isnat(asked.studies.time).all():
        raise InputError(
            "`--earlier` needs the time of what is searched for, and it has none. Name a study whose images have a "
            "time, or say --until."
        )
    indexes = list(_indexes(snapshots, root + "embeddings", asked, asking, notes))
    if asking.reporter is not None:
        asked, indexes = _by_findings(asked, indexes, asking.reporter, notes)
    hits = everywhere(indexes, asked, asking.k, asking.wanted)[0]
    return Answer(_rows(hits, _findings(snapshots, root + "reports", hits)), tuple(notes))


def _asked(snapshots: Mapping[str, Snapshot], name: str, asking: Asking, notes: list[str]) -> Asked:
    if isinstance(asking.of, Vector):
        images = asking.of.images
        encoder = _encoder(snapshots, name, asking, asking.of, notes)
        return Asked.vectors(images, encoder, np.asarray([0, len(images)], np.int64))
    found = {lake: part for lake, s in snapshots.items() if len(part := _of_study(s, name, asking.of))}
    if not found:
        raise InputError(
            f"no image of this study in the table {name} of {', '.join(snapshots)}. The open root has ids of its own: "
            'chartloom query "select distinct study_id from embeddings limit 5" shows some.'
        )
    lake, rows = next(iter(found.items()))
    if len(found) > 1:
        notes.append(f"the study lies in {', '.join(found)}; that of {lake} was taken.")
    known = encoders(rows)
    encoder = asking.encoder or known[0]
    if len(known) > 1 and not asking.encoder:
        notes.append(f"the study has images of the encoders {', '.join(known)}; {encoder} was taken (--encoder).")
    own = repository(rows, encoder, lake).index
    if not len(own):
        raise InputError("the study has no image whose vector can be compared: all are 0, NaN or of two persons.")
    return own.asked(np.asarray([0]))


def _by_findings(
    asked: Asked, indexes: Sequence[Index], known: Reporter, notes: list[str]
) -> tuple[Asked, list[Index]]:  # fmt: skip
    if known.expected.encoder != asked.encoder:
        raise InputError(
            f"the artifact reads images of the encoder {known.expected.encoder!r}, what is searched for is of "
            f"{asked.encoder!r}. Name one that `chartloom train reports` made of these (--artifact), or leave --by out."
        )
    found = [index_seen(index, known.heads) for index in indexes]
    notes += [
        f"{index.name}: {lost} studies of which the heads say nothing not searched."
        for index, before in zip(found, indexes, strict=True)
        if (lost := len(before) - len(index))
    ]
    sought = asked_seen(asked, known.heads)
    if not sought.studies.vectors.any():
        notes.append("the heads say nothing of what is searched for: it is unlike what they were trained on.")
    return sought, found


def _encoder(
    snapshots: Mapping[str, Snapshot], name: str, asking: Asking, vector: Vector, notes: list[str]
) -> str:  # fmt: skip
    if asking.encoder or vector.encoder:
        return asking.encoder or vector.encoder
    every = pa.concat_tables([_table(s, name, ["encoder"]) for s in snapshots.values()])
    known = encoders(every)
    if len(known) != 1:
        raise InputError(
            f"of which encoder is the vector? There are images of {', '.join(known) or 'none'}; say --encoder NAME."
        )
    notes.append(f"the vector is taken to be of the encoder {known[0]}, the only one there is (--encoder).")
    return known[0]


def _indexes(
    snapshots: Mapping[str, Snapshot], name: str, asked: Asked, asking: Asking, notes: list[str]
) -> Iterator[Index]:  # fmt: skip
    for lake, snapshot in snapshots.items():
        rows = _table(snapshot, name, list(COLUMNS))
        if not len(rows):
            notes.append(f"{lake} holds no {name}; what passes the gate is said by `embeddings` of the policy.")
        found = repository(rows, asked.encoder, lake, asking.measure)
        notes += [f"{lake}: {many} {REASONS[reason]} not searched." for reason, many in found.aside.items()]
        yield found.index


def _findings(snapshots: Mapping[str, Snapshot], name: str, hits: Sequence[Hit]) -> dict[tuple[str, str], str]:
    """By repository and study: what its draft report holds as present."""
    found: dict[tuple[str, str], str] = {}
    for lake, snapshot in snapshots.items():
        wanted = pa.array([hit.study_id for hit in hits if hit.repository == lake], pa.string())
        if len(wanted) and snapshot.shards(name):
            rows = _table(snapshot, name, ["study_id", "findings"], pc.field("study_id").isin(wanted))
            found |= {(lake, row["study_id"]): _said(row["findings"] or []) for row in rows.to_pylist()}
    return found


def _said(findings: Sequence[Mapping[str, Any]]) -> str:
    words = [
        " ".join(each[part] for part in ("severity", "side", "finding", "position") if each.get(part))
        for each in findings
        if each.get("state") in (None, "present")
    ]
    return ", ".join(words) or "no finding"


def _rows(hits: Sequence[Hit], findings: Mapping[tuple[str, str], str]) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "rank": rank,
                "similarity": hit.similarity,
                "repository": hit.repository,
                "study_id": hit.study_id,
                "subject_id": hit.subject_id,
                "time": hit.time.astype(object),
                "modality": hit.modality or None,
                "body_part": hit.body_part or None,
                "findings": findings.get((hit.repository, hit.study_id)),
            }
            for rank, hit in enumerate(hits, 1)
        ],
        schema=SCHEMA,
    )


def _of_study(snapshot: Snapshot, name: str, study: str) -> pa.Table:
    """Ids are looked through first, vectors are read of the files that hold it."""
    here = pc.field("study_id") == study
    files = _table(snapshot, name, ["__filename"], here)["__filename"].unique().to_pylist()
    with snapshot.whole(name):
        return ds.dataset(files, schema=table(name).schema, format="parquet").to_table(filter=here)


def _table(snapshot: Snapshot, name: str, columns: list[str], wanted: pc.Expression | None = None) -> pa.Table:
    with snapshot.whole(name):
        rows = ds.dataset([str(path) for path in snapshot.paths(name)], schema=table(name).schema, format="parquet")
        return rows.to_table(columns=columns, filter=wanted)
