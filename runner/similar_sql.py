"""`similar(study, k)` in SQL: a table macro over one vector a study, exact in float64, in one lake or several."""

import re
from collections.abc import Mapping

import duckdb
import numpy as np
import pyarrow as pa

from imaging.similar.index import Index
from imaging.similar.repository import COLUMNS, encoders, repository
from store.snapshot import Snapshot

CALLED = re.compile(r'(?P<phi>\bphi"?\s*\.\s*)?"?\bsimilar"?\s*\(', re.I)
VECTORS = "vectors of studies"
SCHEMA = pa.schema(
    [
        ("place", pa.int32()),
        ("repository", pa.string()),
        ("study_id", pa.string()),
        ("subject_id", pa.int64()),
        ("time", pa.timestamp("us")),
        ("modality", pa.string()),
        ("body_part", pa.string()),
        ("encoder", pa.string()),
        ("vector", pa.large_list(pa.float32())),
    ]
)
MACRO = """CREATE MACRO {name}(study, k := 10) AS TABLE
    SELECT s.study_id, s.subject_id, s.time, s.modality, s.body_part, s.repository,
           list_cosine_similarity(s.vector::DOUBLE[], q.vector::DOUBLE[]) AS similarity
    FROM "{vectors}" s, (SELECT * FROM "{vectors}" WHERE study_id = study ORDER BY place, encoder LIMIT 1) q
    WHERE s.encoder = q.encoder AND len(s.vector) = len(q.vector)
          AND NOT (s.study_id = q.study_id AND s.repository = q.repository)
    ORDER BY similarity DESC, s.study_id, s.repository LIMIT k"""


def register(connection: duckdb.DuckDBPyConnection, sql: str, open_: Mapping[str, Snapshot], phi: Snapshot | None
             ) -> None:  # fmt: skip
    """Where the SQL calls them: `similar` of the open roots, `phi.similar` of the PHI root if it was asked for.

    Vectors are read for a call only: it costs a look into all embeddings.
    """
    calls = {bool(call["phi"]) for call in CALLED.finditer(sql)}
    if False in calls:
        _macro(connection, "similar", open_, "")
    if True in calls and phi is not None:
        _macro(connection, "phi.similar", {"main": phi}, "phi/")


def _macro(connection: duckdb.DuckDBPyConnection, name: str, snapshots: Mapping[str, Snapshot], root: str) -> None:
    vectors = f"{root}{VECTORS}"
    parts = [
        _vectors(index, place)
        for place, (repository_, snapshot) in enumerate(snapshots.items())
        for index in _indexes(snapshot, repository_, f"{root}embeddings")
    ]
    connection.register(vectors, pa.concat_tables([SCHEMA.empty_table(), *parts]))
    spelled = ".".join(f'"{part}"' for part in name.split("."))  # SIMILAR is a word of SQL
    connection.execute(MACRO.format(name=spelled, vectors=vectors))


def _indexes(snapshot: Snapshot, name: str, table: str) -> list[Index]:
    rows = snapshot.read_many(table, snapshot.shards(table))
    rows = rows.select([column for column in COLUMNS if column in rows.column_names])
    return [repository(rows, encoder, name).index for encoder in encoders(rows)]


def _vectors(index: Index, place: int) -> pa.Table:
    studies = index.studies
    n = len(studies)
    offsets = pa.array(np.arange(n + 1) * studies.width)
    columns = [
        pa.array([place] * n, pa.int32()),
        pa.array([index.name] * n, pa.string()),
        pa.array(studies.study_id, pa.string()),
        pa.array(studies.subject_id),
        pa.array(studies.time),
        pa.array([word or None for word in studies.modality], pa.string()),
        pa.array([word or None for word in index.body_part], pa.string()),
        pa.array([index.encoder] * n, pa.string()),
        pa.LargeListArray.from_arrays(offsets, pa.array(studies.vectors.ravel())),
    ]
    return pa.table(columns, schema=SCHEMA)
