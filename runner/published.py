"""The snapshot that readers of a lake see, or a message that says how to get one."""

from pathlib import Path

from contract.errors import InputError
from runner.mishaps import foreseen
from store.lake import Lake
from store.snapshot import Snapshot


def published(lake: Path) -> Snapshot:
    with foreseen(lake):
        snapshot = Lake(lake).current() if lake.is_dir() else None
    if snapshot is None:
        raise InputError(
            f"{lake} holds no published night. `chartloom run nightly` makes one; `chartloom demo` shows one on a "
            "simulated hospital; --lake or CHARTLOOM_LAKE names another lake."
        )
    return snapshot
