"""Identities for `chartloom apply`: drawn for this once, or kept in a file so that the next call gives the same."""

import os
import secrets
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from contract.errors import InputError
from contract.work import PEOPLE
from etl.identities import Sighting, update
from schemas.people import IDENTITIES

KEY = b"lake_key"  # where the file's metadata keep what stands in for the lake's key
SOURCE = "apply"


def identities(patients: pd.Index, file: Path | None) -> tuple[pa.Table, bytes]:
    """phi/identities of the patients and a lake key; read from `file` where it is there, and kept in it."""
    known, key = _kept(file) if file and file.exists() else (IDENTITIES.empty(), secrets.token_bytes(32))
    people = pa.table({name: pa.nulls(len(patients), PEOPLE.field(name).type) for name in PEOPLE.names})
    people = people.set_column(0, PEOPLE.field("key"), pa.array(patients, pa.string()))
    found = update(known, [Sighting(SOURCE, people)])
    if file:
        _keep(file, found, key)
    return found, key


def _kept(file: Path) -> tuple[pa.Table, bytes]:
    try:
        rows = pq.read_table(file)
    except (OSError, pa.ArrowInvalid) as error:
        raise InputError(
            "--identities: the file given is no Parquet that can be read; name another, or a new one."
        ) from error
    key = (rows.schema.metadata or {}).get(KEY)
    if key is None:
        raise InputError("--identities: the file given was not made by `chartloom apply`: it holds no key.")
    return IDENTITIES.conform(rows), bytes.fromhex(key.decode())


def _keep(file: Path, rows: pa.Table, key: bytes) -> None:
    """At once or not at all: half a file of identities would give every patient another name."""
    part = file.with_name(file.name + ".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
        pq.write_table(rows.replace_schema_metadata({KEY: key.hex().encode()}), opened)
    part.rename(file)
