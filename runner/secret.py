"""The lake's key: random, made once, readable by its owner only. Open ids of rows of no patient are drawn from it."""

import os
import secrets
from pathlib import Path

from contract.errors import StoreError
from contract.work import Keyed
from runner.plan import Plan
from store.parquet import make_folder
from store.snapshot import Snapshot

LENGTH = 32


def path_of(lake: Path) -> Path:
    return lake / "keys" / "lake.key"


def lake_key(lake: Path) -> bytes:
    """Of a lake that has one; see `prepare`."""
    key = path_of(lake).read_bytes()
    if len(key) != LENGTH:
        raise StoreError(f"lake/keys/lake.key holds {len(key)} bytes; expected {LENGTH}. Restore it from a backup.")
    return key


def prepare(lake: Path, plan: Plan, previous: Snapshot | None) -> None:
    """Make the key where a step wants one and no night has used one: a lost key would give shared rows new ids."""
    if any(isinstance(step.stage, Keyed) for step in plan.steps):
        ensure(lake, previous)


def ensure(lake: Path, previous: Snapshot | None) -> bytes:
    """The lake's key, made where there is none."""
    if path_of(lake).exists():
        return lake_key(lake)
    if previous and any(not name.startswith("phi/") and name.startswith("fhir/") for name in previous.tables()):
        raise StoreError(
            "lake/keys/lake.key is not there, but the lake has open tables made with it. Restore it from a backup; "
            "if it is lost, remove lake/current and let the next night build the open tables anew."
        )
    make_folder(path_of(lake).parent, phi=True)
    part = path_of(lake).with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(secrets.token_bytes(LENGTH))
    part.rename(path_of(lake))
    return lake_key(lake)
