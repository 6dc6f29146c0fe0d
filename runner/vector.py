"""A study given as a file of vectors: npy, npz or Parquet, one vector an image."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from contract.errors import InputError

EXPECTED = (
    "expected .npy or .npz with one vector, or one row an image (npz: the array `embedding`, and `encoder` if you "
    "like), or .parquet with the columns of the table embeddings"
)


@dataclass(frozen=True)
class Vector:
    """`images` (n, width), all of one study. `encoder` is empty where the file says none."""

    images: npt.NDArray[np.float32]
    encoder: str = ""

    def __str__(self) -> str:
        return "vector"  # its numbers are kept out of messages and audits


def read(path: Path) -> Vector:
    readers = {".npy": _npy, ".npz": _npz, ".parquet": _parquet}
    if path.suffix not in readers:
        raise InputError(f"--vector {path.name}: an ending that is not read; {EXPECTED}.")
    try:
        images, encoder = readers[path.suffix](path)
        vectors = np.atleast_2d(np.asarray(images, np.float32))
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise InputError(f"--vector {path.name} cannot be read ({type(error).__name__}); {EXPECTED}.") from error
    if vectors.ndim != 2 or not vectors.size:
        raise InputError(f"--vector {path.name}: an array of shape {vectors.shape}; {EXPECTED}.")
    return Vector(vectors, encoder)


def _npy(path: Path) -> tuple[object, str]:
    return np.load(path, allow_pickle=False), ""


def _npz(path: Path) -> tuple[object, str]:
    with np.load(path, allow_pickle=False) as arrays:
        name = "embedding" if "embedding" in arrays.files or len(arrays.files) != 1 else arrays.files[0]
        return arrays[name], str(arrays["encoder"]) if "encoder" in arrays.files else ""


def _parquet(path: Path) -> tuple[object, str]:
    rows = pq.read_table(path)
    known = set(rows["encoder"].to_pylist()) if "encoder" in rows.column_names else set()
    studies = set(rows["study_id"].to_pylist()) if "study_id" in rows.column_names else set()
    if len(known) > 1 or len(studies) > 1:
        raise InputError(f"--vector {path.name}: {len(studies)} studies of {len(known)} encoders; expected one of one.")
    return rows["embedding"].to_pylist(), next(iter(known), "") or ""
