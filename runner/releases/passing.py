"""The gate once more for the persons of a project, piece by piece, with secrets of the project's own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from contract.work import Shard
from etl.timeline.mapping import timeline_mapping
from etl.timeline.names import system_name
from nlp.deid.anonymity.codes import held
from nlp.deid.anonymity.persons import persons
from nlp.deid.stage import Deidentify
from runner.releases import crosswalk
from runner.rows import SHARED, Persons, only, shard_name
from runner.stages import outcome
from schemas.gate import NOTES_WITHHELD, SPANS
from schemas.people import IDENTITIES
from schemas.registry import match, table, tables
from store.parquet import make_folder
from store.snapshot import Snapshot, read

PERSONS = 200  # in a piece


@dataclass(frozen=True)
class Work:
    """What a piece needs to know, in whatever process it is worked on. `folder`: the draft under phi-releases."""

    snapshot: Path
    folder: Path
    tables: tuple[str, ...]
    deid: Mapping[str, Any]
    key: bytes = field(repr=False)


@dataclass(frozen=True)
class Piece:
    """Some shards of the lake; no shards: rows of no patient."""

    number: int
    shards: tuple[str, ...]


def pieces(people: pa.Table, subjects: np.ndarray, shard_subjects: int) -> list[Piece]:
    numbers = Persons(people, shard_subjects).ordinals(subjects) // shard_subjects
    held, counts = np.unique(numbers, return_counts=True)
    groups = np.cumsum(counts) // PERSONS
    made = [tuple(shard_name(int(n)) for n in held[groups == group]) for group in np.unique(groups)]
    return [Piece(0, ()), *(Piece(at, shards) for at, shards in enumerate(made, start=1))]


def pass_gate(work: Work, piece: Piece) -> None:
    """The piece's open tables, spans, persons and codes, staged under the work folder."""
    given = phi(work, piece)
    made = outcome("release", _stage(work), given)
    kept = {name: rows for name, rows in made.items() if (name in work.tables or name == SPANS.name) and len(rows)}
    opened = {name: rows for name, rows in kept.items() if name in work.tables}
    for name, rows in kept.items():
        stage(work, "passed", name, piece, rows)
    if piece.shards:
        stage(work, "passed", "persons", piece, persons(opened))
        stage(work, "passed", "held", piece, held(opened, naming))


def naming(url: str) -> str:
    return system_name(url, timeline_mapping().systems)


def phi(work: Work, piece: Piece) -> Shard:
    """phi/ tables of the piece's persons, and rows of no patient beside them; identities as the project has them."""
    snapshot = Snapshot(work.snapshot)
    wanted = [t.name for pattern in _stage(work).reads for t in match(pattern) if t.name != IDENTITIES.name]
    spared = {f"phi/{name}" for name in ("notes", "embeddings") if name not in work.tables}
    found = {name: snapshot.read_many(name, [SHARED]) for name in wanted if "/fhir/" in name}
    if not piece.shards:
        return {name: rows for name, rows in found.items() if len(rows)}
    mine = _identities(work, snapshot, piece)
    subjects = mine["subject_id"].to_numpy()
    for name in (name for name in wanted if name not in spared):
        rows = snapshot.read_many(name, piece.shards)
        if len(rows):
            found[name] = only(rows, subjects)
    if "phi/notes" in found:
        found["phi/notes"] = _not_withheld(snapshot, piece, found["phi/notes"])
    return {IDENTITIES.name: mine, **{name: rows for name, rows in found.items() if len(rows)}}


def _identities(work: Work, snapshot: Snapshot, piece: Piece) -> pa.Table:
    people = crosswalk.read(work.folder)
    size = _shard_subjects(snapshot)
    numbers = {int(shard) for shard in piece.shards}
    inside = np.isin(people["ordinal"].to_numpy() // size, list(numbers))
    return people.filter(pa.array(inside))


def _shard_subjects(snapshot: Snapshot) -> int:
    return int(snapshot.manifest()["shard_subjects"])


def _not_withheld(snapshot: Snapshot, piece: Piece, notes: pa.Table) -> pa.Table:
    """What the night's audit held back is no more fit for a project than for the open root."""
    held_back = snapshot.read_many(NOTES_WITHHELD.name, piece.shards)
    if not len(held_back):
        return notes
    return notes.filter(pc.invert(pc.is_in(notes["note_id"], held_back["note_id"].combine_chunks())))


@cache
def _opened(parameters: tuple[tuple[str, Any], ...]) -> Deidentify:
    said: dict[str, Any] = {name: list(one) if isinstance(one, tuple) else one for name, one in parameters}
    made = Deidentify(**said)
    made.open()
    return made


def _stage(work: Work) -> Deidentify:
    """Opened once a process: weights take their time."""
    said = tuple((name, tuple(v) if isinstance(v, list) else v) for name, v in sorted(work.deid.items()))
    made = _opened(said)
    made.unlock(work.key)
    return made


def stage(work: Work, step: str, name: str, piece: Piece, rows: pa.Table) -> None:
    path = work.folder / step / name / f"{piece.number:06d}.parquet"
    make_folder(path.parent, phi=True)
    pq.write_table(rows, path, compression="zstd")


def staged(work: Work, step: str, piece: Piece, names: Iterable[str]) -> Shard:
    paths = {name: work.folder / step / name / f"{piece.number:06d}.parquet" for name in names}
    return {name: read(path) for name, path in paths.items() if path.exists()}


def gathered(work: Work, step: str, name: str) -> pa.Table:
    """All pieces of one table."""
    parts = [read(path) for path in sorted((work.folder / step / name).glob("*.parquet"))]
    if parts:
        return pa.concat_tables(parts, promote_options="default")
    return table(name).empty() if name in tables() else pa.table({})
