"""A run's folder, lake/runs/<id>: its name, its manifest and report."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runner import report
from store.lake import Lake
from store.snapshot import Snapshot


def run_id(previous: Snapshot | None, lake: Path) -> str:
    """Start of the run in UTC; later than the last snapshot's even when clocks are set back, and no other run's."""
    found = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    if previous and found <= previous.id:
        found = _after(previous.id)
    while (lake / "runs" / found).exists() or (lake / "snapshots" / found).exists():
        found = _after(found)
    return found


def _after(run_id: str) -> str:
    stem, _, count = run_id.partition("-")
    return f"{stem}-{int(count or 1) + 1:03d}"


def write(manifest: Mapping[str, Any], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / "manifest.part"
    partial.write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    report.write(manifest, folder / "report.html")
    partial.rename(folder / "manifest.json")


def restore(lake: Lake, snapshot: Snapshot | None) -> None:
    """The account of a night that was killed between its publication and its last words: the snapshot holds it."""
    folder = lake.root / "runs" / snapshot.id if snapshot else None
    if snapshot and folder and folder.exists() and not (folder / "manifest.json").exists():
        write(snapshot.manifest(), folder)
