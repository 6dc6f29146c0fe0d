"""How the lake stands: the published snapshot, the last runs, whether one is under way; for people and for machines."""

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contract.errors import ConfigError, InputError
from runner.account import quarantined, rows_in, waiting
from store.lake import Lake

if TYPE_CHECKING:
    from review.settings import Settings

RUNS = 5  # shown
DATABASE = Path("phi-coders") / "review.db"


def status(root: Path, config: Path | None = None) -> dict[str, Any]:
    """Never locks, never reads PHI; safe beside a run. `config`: names the database of the coders' page."""
    snapshot = Lake(root).current() if root.is_dir() else None
    tables = snapshot.manifest()["tables"] if snapshot else {}
    return {
        "lake": str(root),
        "running": running(root),
        "last_said": last_said(root),
        "snapshot": snapshot.id if snapshot else None,
        "tables": {name: said["rows"] for name, said in tables.items()},
        "bytes": sum(said["bytes"] for said in tables.values()),
        "decisions": decisions(root, config),
        "disk_free_bytes": shutil.disk_usage(root).free if root.is_dir() else None,
        "runs": [_brief(manifest) for manifest in manifests(root)[:RUNS]],
    }


def decisions(root: Path, config: Path | None = None) -> dict[str, Any] | None:
    """Of the coders' page, how many decisions wait to be handed over; nothing where it has no database."""
    try:
        settings = _settings(root, config)
        if settings is None:
            return None
        from review.handover import outbox, present

        with present.reading(settings) as connection:
            return outbox.counted(connection).said() if connection is not None else None
    except (ConfigError, InputError) as error:
        return {"unreachable": str(error)}


def _settings(root: Path, config: Path | None) -> "Settings | None":
    """Of a registry that is of this lake and names a database; else of the database in the lake, if there is one."""
    from runner import coders
    from runner.config import load

    if config and config.is_file():
        known = load(config)
        if known.lake == root.resolve() and known.review.get("database"):
            return coders.settings(known)
    return coders.without_config(root) if (root / DATABASE).is_file() else None


def manifests(root: Path) -> list[dict[str, Any]]:
    """Of every finished run, newest first."""
    found = sorted((root / "runs").glob("*/manifest.json"), reverse=True)
    return [json.loads(path.read_text(encoding="utf-8")) for path in found]


def last_said(root: Path) -> dict[str, Any] | None:
    """The last line in the log of the newest run, with its run_id: how far a night under way has come."""
    log = max((root / "runs").glob("*/log.jsonl"), default=None)
    lines = log.read_text(encoding="utf-8").splitlines() if log else []
    return {"run_id": log.parent.name, **json.loads(lines[-1])} if log and lines else None


def _brief(manifest: dict[str, Any]) -> dict[str, Any]:
    kept = ("run_id", "pipeline", "status", "seconds", "cpu_seconds", "peak_mb", "snapshot", "persons", "error")
    brief = {key: manifest.get(key) for key in kept}
    balanced = all(line["holds"] for line in manifest.get("balance", ()))
    brief["aside"], brief["waiting"] = manifest.get("aside", {}), waiting(manifest)
    brief["refused"] = sorted(manifest.get("refused", ()))
    return {**brief, "rows_in": rows_in(manifest), "quarantined": quarantined(manifest), "balanced": balanced}


def running(root: Path) -> bool | None:
    """Whether a run holds the lock, as the kernel's list says; asking for the lock could turn a run away."""
    lock, locks = root / "lock", Path("/proc/locks")
    if not lock.exists():
        return False
    if not locks.exists():
        return None
    inode = f":{lock.stat().st_ino}"  # devices are numbered differently by stat and by the kernel on some file systems
    return any(word.endswith(inode) for line in locks.read_text(encoding="ascii").splitlines() for word in line.split())
