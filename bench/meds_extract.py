"""The peer MEDS-extract on the same CSV files: its own virtual environment, its documented command, one worker."""

import os
import subprocess
import venv
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import yaml

from bench.measure import Cost, measure, must
from contract.errors import InputError

VERSION = "0.7.1"
SPEC = Path(__file__).with_name("meds_extract.yaml")
ENVIRONMENT = {"POLARS_MAX_THREADS": "1"}
"""One thread: two cost 7 % more CPU-seconds here. Its other settings (shard size, de-duplication) change under 3 %."""


@dataclass(frozen=True)
class Extracted:
    cost: Cost
    events: int


def install(work: Path) -> Path:
    """The peer's own environment: it wants other versions of our packages. Made once per folder."""
    home = work / f"meds-extract-{VERSION}"
    if not (home / "bin" / "meds-extract-run").exists():
        venv.create(home, with_pip=True, clear=True)
        pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", f"MEDS-extract=={VERSION}"]
        done = subprocess.run(pip, capture_output=True, text=True, check=False)
        if done.returncode:
            raise InputError(
                f"MEDS-extract {VERSION} could not be installed; run the bench with --no-peers, or mend what pip says: "
                f"{done.stderr[-300:]}"
            )
    return home


def extract(tables: Path, home: Path, work: Path, name: str) -> Extracted:
    """MEDS only, from the CSV files in `tables`. `home` is the peer's environment."""
    out = work / f"meds_{name}"
    spec, log = work / f"meds_{name}.yaml", work / f"meds_{name}.log"
    spec.write_text(yaml.safe_dump(present(tables), sort_keys=False), encoding="utf-8")
    command = [str(home / "bin" / "meds-extract-run"), f"spec={spec}", f"output_dir={out}"]
    command += ["do_download=false", f"input_dir={tables}"]
    path = f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    cost = must(measure(command, log, env={**ENVIRONMENT, "PATH": path}), "MEDS-extract", log)
    return Extracted(cost, sum(pq.ParquetFile(file).metadata.num_rows for file in out.glob("data/*/*.parquet")))


def present(tables: Path) -> dict[str, object]:
    """The specification without the tables that the folder lacks: the peer stops at a missing file."""
    said = yaml.safe_load(SPEC.read_text(encoding="utf-8"))
    return {name: part for name, part in said.items() if name in ("etl", "_defaults") or _there(tables, name)}


def _there(tables: Path, name: str) -> bool:
    return (tables / f"{name}.csv").exists()


def versions(home: Path) -> str:
    """Of the peer and of what it stands on."""
    python = home / "bin" / "python"
    names = ("MEDS-extract", "MEDS-transforms", "polars")
    ask = f"from importlib.metadata import version as v; print(*(f'{{n}} {{v(n)}}' for n in {names}), sep=', ')"
    return subprocess.run([str(python), "-c", ask], capture_output=True, text=True, check=True).stdout.strip()
