"""Embeddings as they are handed over in Parquet, outside a night: a file, or a folder of files."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from contract.errors import InputError
from schemas.registry import table

NEEDED = ("subject_id", "study_id", "image_id", "encoder", "embedding")


def embeddings(path: Path) -> pa.Table:
    """Persons whom the file names by words (patient_id) are numbered."""
    rows = parquet(path)
    names = rows.column_names
    if "subject_id" not in names and "patient_id" in names:
        person = pc.rank(rows["patient_id"], tiebreaker="dense").cast(pa.int64())
        rows = rows.append_column("subject_id", person)
    if absent := [name for name in NEEDED if name not in rows.column_names]:
        raise InputError(
            f"{path.name} holds no embeddings: no column {', '.join(absent)}; found {', '.join(names)}. "
            "Expected the columns of the table embeddings (patient_id may stand for subject_id)."
        )
    return table("embeddings").conform(rows)


def parquet(path: Path) -> pa.Table:
    if not path.exists():
        raise InputError(f"{path} is not there; expected a Parquet file, or a folder of such files.")
    try:
        return ds.dataset(path, format="parquet").to_table()
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path.name} cannot be read as Parquet: {type(error).__name__}.") from None  # it quotes cells
