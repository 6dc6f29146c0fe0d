"""The secrets of one project: ids, salts and offsets of its own, so that two projects cannot be joined.

lake/phi-releases/PROJECT/ (0700): crosswalk.parquet (phi/identities of the persons with the project's secrets in place
of the lake's) and key, of which ids of shared rows are drawn. Erasing a row of it, or all, cuts the link for good.
"""

import os
import secrets
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from contract.errors import StoreError
from runner.secret import LENGTH
from schemas.people import IDENTITIES

CROSSWALK, KEY = "crosswalk.parquet", "key"
SECRETS = ("open_id", "offset_weeks", "salt")


def draw(identities: pa.Table, subjects: np.ndarray, weeks: int) -> pa.Table:
    """phi/identities of the subjects, everything secret drawn afresh from the system's randomness."""
    now = pc.coalesce(identities["merged_into"], identities["subject_id"])
    mine = identities.filter(pc.is_in(now, pa.array(subjects)))
    taken = set(identities["open_id"].to_pylist()) | set(identities["subject_id"].to_pylist())
    lakes = dict(zip(identities["subject_id"].to_pylist(), identities["offset_weeks"].to_pylist(), strict=True))
    drawn = {int(subject): _one(taken, weeks, lakes[int(subject)]) for subject in subjects}
    whose = pc.coalesce(mine["merged_into"], mine["subject_id"]).to_pylist()
    for at, name in enumerate(SECRETS):
        field = IDENTITIES.schema.field(name)
        values = pa.array([drawn[subject][at] for subject in whose], field.type)
        mine = mine.set_column(mine.column_names.index(name), field, values)
    return IDENTITIES.conform(mine)


def _one(taken: set[int], weeks: int, offset: int) -> tuple[int, int, bytes]:
    """`offset`: of the open root, which is not the project's."""
    while (open_id := secrets.randbits(63)) in taken or not open_id:
        pass
    taken.add(open_id)
    offsets = [week for week in range(-weeks, weeks + 1) if week not in (0, offset)]
    return open_id, secrets.choice(offsets), secrets.token_bytes(16)


def keep(folder: Path, rows: pa.Table) -> None:
    """At once or not at all."""
    part = folder / f".{CROSSWALK}"
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        pq.write_table(rows, file)
    part.rename(folder / CROSSWALK)


def read(folder: Path) -> pa.Table:
    return pq.read_table(folder / CROSSWALK)


def make_key(folder: Path) -> bytes:
    key = secrets.token_bytes(LENGTH)
    with os.fdopen(os.open(folder / KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key)
    return key


def only(folder: Path, left_out: np.ndarray) -> None:
    """Who was left out is in no project: their rows go."""
    rows = read(folder)
    now = pc.coalesce(rows["merged_into"], rows["subject_id"])
    gone = rows.filter(pc.is_in(rows["open_id"], pa.array(left_out, pa.int64())))["subject_id"]
    keep(folder, rows.filter(pc.invert(pc.is_in(now, gone.combine_chunks()))))


def blunt(folder: Path) -> None:
    """After a revocation: who was in it stays known, so that the recipient can be told; no more can be drawn."""
    try:
        keep(folder, read(folder).select(["subject_id", "merged_into", "open_id"]))
        (folder / KEY).unlink(missing_ok=True)
    except (OSError, pa.ArrowInvalid, KeyError) as error:
        raise StoreError(
            f"the crosswalk of {folder.name} cannot be read; remove lake/phi-releases/{folder.name}."
        ) from error
