"""One batch of spooled embeddings as phi/embeddings, and digests by which unchanged persons are recognised."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from contract.work import TALLIED, TALLY, Shard
from etl.embeddings.spool import INNER, place, refused
from schemas.clinical import PHI_EMBEDDINGS
from schemas.digests import row_digests

ORDER = ("ordinal", "time", "study_id", "image_id", "encoder")


def read(folder: Path, batch: int, skip: np.ndarray | None = None, raw: str = "embeddings") -> Shard:
    """Without the rows of the persons (origin_id) in `skip`."""
    rows = _rows(folder, batch)
    if rows is None:
        return {TALLY: TALLIED.empty_table()}
    if skip is not None and len(skip):
        rows = rows.filter(pc.invert(pc.is_in(rows["origin_id"], pa.array(skip))))
    rows = rows.sort_by([(name, "ascending") for name in ORDER])
    said = [{"table": raw, "became": "resources"}, {"table": PHI_EMBEDDINGS.name, "became": "made"}]
    tally = pa.Table.from_pylist([{**each, "rows": len(rows)} for each in said], TALLIED)
    return {PHI_EMBEDDINGS.name: rows.drop_columns(INNER.names), TALLY: tally}


def digests(folder: Path, batch: int, raw: str = "embeddings") -> pa.Table:
    """Of all that is spooled of each person: texts, times and the vectors' own hashes."""
    columns = [name for name in PHI_EMBEDDINGS.schema.names if name not in ("source", "arrival", "embedding")]
    rows = _rows(folder, batch, [*columns, "row", "vector"])
    if rows is None or not len(rows):
        return _digests(raw).empty_table()
    each = row_digests(rows.drop_columns(["subject_id", "row"]))
    origins, at = np.unique(rows["origin_id"].to_numpy(), return_inverse=True)
    sums = np.zeros(len(origins), np.uint64)
    np.add.at(sums, at, each)
    return pa.table([origins, sums, np.bincount(at, minlength=len(origins))], schema=_digests(raw))


def _digests(raw: str) -> pa.Schema:
    return pa.schema([pa.field("origin_id", pa.int64(), nullable=False), ("digest", pa.uint64()), (raw, pa.int64())])


def _rows(folder: Path, batch: int, columns: list[str] | None = None) -> pa.Table | None:
    path = place(folder, batch)
    if not path.exists():
        return None
    rows = pq.read_table(path, columns=columns)
    gone = np.load(refused(folder))
    return rows.filter(pc.invert(pc.is_in(rows["row"], pa.array(gone)))) if len(gone) else rows
