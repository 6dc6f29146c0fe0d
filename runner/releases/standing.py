"""The releases there are, and the end of one: its files go, its manifest tells who must be told."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contract.errors import InputError
from runner import audit
from runner.releases import crosswalk
from runner.releases.making import CLOSED, OPEN, locked
from runner.releases.manifest import NAME, state, write_manifest


def every(lake: Path) -> list[dict[str, Any]]:
    """Manifests with their `state`, by name."""
    today = datetime.now(UTC).date()
    found = [json.loads(path.read_bytes()) for path in sorted((lake / OPEN).glob(f"[!.]*/{NAME}"))]
    return [{**said, "state": state(said, today)} for said in found]


def revoke(lake: Path, name: str) -> dict[str, Any]:
    """The manifest as it stands now. The date is written first: what is killed then goes on when asked again."""
    with locked(lake):
        folder = lake / OPEN / name
        known = [said["project"] for said in every(lake)]
        if name not in known:
            raise InputError(f"no release is called {name!r}. There are: {', '.join(known) or 'none'}.")
        said: dict[str, Any] = json.loads((folder / NAME).read_bytes())
        audit.record(lake, "release --revoke", name)
        if not said["revoked"]:
            now = datetime.now(UTC).isoformat(timespec="seconds")
            said["revoked"] = {"time": now, "by": audit.user()}
            write_manifest(folder / NAME, said, said["policy"] == "limited")
        for path in folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != NAME:
                path.unlink()
        if (lake / CLOSED / name).is_dir():
            crosswalk.blunt(lake / CLOSED / name)
        return said
