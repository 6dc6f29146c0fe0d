"""Runs the product as its users do: a pipelines.yaml, the command line, a fresh lake; then reads what it left."""

import errno
import json
import shutil
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bench.measure import Cost, measure, must
from contract.errors import StoreError
from store.lake import Lake
from store.snapshot import Snapshot

SEED = 7
"""Identities become a function of source and key, so that two lakes can be compared."""
REGISTRY = Path(__file__).parents[1] / "pipelines.yaml"
KINDS = ("steps", "summaries", "checks")


@dataclass(frozen=True)
class Hospital:
    """One lake and its inbox below `folder`. The inbox holds one folder a delivery."""

    folder: Path
    delivery: str = "full"
    engine: Mapping[str, Any] = field(default_factory=lambda: {"kind": "serial"})
    without: Collection[str] = ()  # steps, summaries and checks that do not run
    sources: Mapping[str, Mapping[str, Any]] = field(
        default_factory=dict
    )  # name -> parameters of Tables; else Synthea's
    gate: bool = False  # all that the product names runs, de-identification too; else what is of the etl room

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def lake(self) -> Lake:
        return Lake(self.folder / "lake")

    def configure(self) -> Path:
        """Writes pipelines.yaml: what the product's own names, on whatever lies in the inbox."""
        usual = {"mapping": "synthea", "path": str(self.inbox)}
        sources = {
            name: {"uses": "etl.sources.tables:Tables", "with": {"delivery": self.delivery, "settle_s": 0, **said}}
            for name, said in (self.sources or {"synthea": usual}).items()
        }
        nightly = {
            "engine": dict(self.engine),
            "sources": sources,
            **{kind: self._named(kind) for kind in KINDS},
        }
        self.inbox.mkdir(parents=True, exist_ok=True)
        file = self.folder / "pipelines.yaml"
        said = {"lake": str(self.lake.root), "identity_seed": SEED, "nightly": nightly}
        file.write_text(yaml.safe_dump(said, sort_keys=False), encoding="utf-8")
        return file

    def _named(self, kind: str) -> dict[str, Any]:
        own = yaml.safe_load(REGISTRY.read_text(encoding="utf-8"))["nightly"].get(kind, {})
        etl = {
            n: e for n, e in own.items() if e["uses"].startswith("etl.") and (e.get("with") or {}).get("root") != "open"
        }
        return {n: e for n, e in (own if self.gate else etl).items() if n not in self.without}

    def deliver(self, name: str, tables: Path) -> None:
        """Puts a folder of CSV files into the inbox; on the same disk without copying a byte."""
        self.inbox.mkdir(parents=True, exist_ok=True)
        (self.inbox / name).mkdir()
        for file in sorted(tables.glob("*.csv")):
            _place(file, self.inbox / name / file.name)

    def command(self) -> list[str]:
        return [sys.executable, "-m", "runner.cli", "run", "nightly", "--config", str(self.configure())]

    def run(self, log: str = "night.log") -> Cost:
        """One night in a process of its own; ends the bench when it fails."""
        return must(measure(self.command(), self.folder / log), "the night", self.folder / log)

    def snapshot(self) -> Snapshot:
        found = self.lake.current()
        if found is None:
            raise StoreError("the night ended without a snapshot, expected one; its log is beside the lake.")
        return found


def _place(file: Path, target: Path) -> None:
    try:
        target.hardlink_to(file)
    except OSError as error:
        if error.errno != errno.EXDEV:  # another disk: copy
            raise
        shutil.copyfile(file, target)


def manifest(snapshot: Snapshot) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((snapshot.folder / "manifest.json").read_text(encoding="utf-8"))
    return found
