"""The peer MIMIC_IV_MEDS on the same files: its own virtual environment, its documented command, one thread."""

import csv
import gzip
import os
import subprocess
import venv
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from bench.measure import Cost, measure, must
from contract.errors import InputError

VERSION = "0.2.0"
ENVIRONMENT = {"POLARS_MAX_THREADS": "1"}  # as for MEDS-extract, which it is a specification for
CHART = [
    "subject_id",
    "hadm_id",
    "stay_id",
    "caregiver_id",
    "charttime",
    "storetime",
    "itemid",
    "value",
    "valuenum",
    "valueuom",
    "warning",
]


@dataclass(frozen=True)
class Extracted:
    cost: Cost
    events: int
    codes: int
    data: Path


def install(work: Path) -> Path:
    """The peer's own environment: it wants other versions of our packages. Made once per folder."""
    home = work / f"mimic-iv-meds-{VERSION}"
    if not (home / "bin" / "meds-extract-run").exists():
        venv.create(home, with_pip=True, clear=True)
        pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", f"MIMIC-IV-MEDS=={VERSION}"]
        done = subprocess.run(pip, capture_output=True, text=True, check=False)
        if done.returncode:
            raise InputError(
                f"MIMIC-IV-MEDS {VERSION} could not be installed; run the bench with --no-peer, or mend what pip says: "
                f"{done.stderr[-300:]}"
            )
    return home


def prepare(source: Path, maps: Path | None, folder: Path) -> Path:
    """The files where and as the peer wants them: concept maps beside hosp/ and icu/, chartevents with all columns."""
    for part in ("hosp", "icu"):
        (folder / part).mkdir(parents=True)
        for file in sorted((source / part).iterdir()):
            (folder / part / file.name).symlink_to(file.resolve())
    for file in sorted(maps.glob("*.csv")) if maps else ():
        (folder / file.name).symlink_to(file.resolve())
    if not any((folder / "icu").glob("chartevents.csv*")):
        _chartevents(sorted((source / "derived").glob("chartevents*.csv.gz")), folder / "icu" / "chartevents.csv.gz")
    return folder


def _chartevents(found: list[Path], target: Path) -> None:
    """The demo's table rebuilt from MEDS, with columns that it lacks left empty."""
    if not found:
        raise InputError("icu/chartevents is absent, and derived/ has none; the peer needs it.")
    with gzip.open(found[0], "rt", newline="") as rows, gzip.open(target, "wt", compresslevel=3, newline="") as out:
        writer = csv.DictWriter(out, CHART, lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows({**row, "value": row["valuenum"]} for row in csv.DictReader(rows))


def extract(tables: Path, home: Path, out: Path) -> Extracted:
    """MEDS from the prepared files, without network."""
    log = out.with_suffix(".log")
    command = [str(home / "bin" / "meds-extract-run"), "spec=MIMIC-IV", f"output_dir={out}"]
    command += ["do_download=false", f"input_dir={tables}"]
    path = f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    cost = must(measure(command, log, env={**ENVIRONMENT, "PATH": path, "PYTHONPATH": ""}), "MIMIC_IV_MEDS", log)
    files = sorted(out.glob("data/*/*.parquet"))
    codes = {code for file in files for code in pq.read_table(file, columns=["code"])["code"].unique().to_pylist()}
    return Extracted(cost, sum(pq.ParquetFile(file).metadata.num_rows for file in files), len(codes), out)
