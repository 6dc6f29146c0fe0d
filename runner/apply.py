"""One step on files, no lake needed: Parquet, NDJSON or CSV in, one Parquet per table written out."""

import os
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet as pq

from contract.errors import ConfigError, InputError
from contract.work import Stage
from etl.fhir.tables import from_json
from runner.config import Config, Entry
from runner.stages import outcome
from schemas.fhir import resource_types
from schemas.night import QUARANTINE
from schemas.registry import match, table
from store.parquet import make_folder

PATIENT = "patient_id"  # stands in for subject_id in files from outside
STEPS = {  # name -> where it lives; a name of pipelines.yaml or module:Class may be given too
    "timeline": "etl.timeline.stage:BuildTimeline",
    "notes": "etl.notes:ExtractNotes",
}


def apply(
    step: str, inputs: Mapping[str, Path], out: Path, config: Config | None, parameters: Mapping[str, str]
) -> dict[str, int]:
    """Run a step on the tables given; rows written, by table. Slashes in table names become folders below `out`."""
    stage = _stage(step, config, parameters)
    _require_read(step, stage, inputs)
    rejected: list[pa.Table] = []
    shard = {name: _read(name, path, rejected) for name, path in inputs.items()}
    persons = _persons(shard)
    ready = {name: _ready(name, rows, persons) for name, rows in shard.items()}
    stage.open()
    made = outcome(step, stage, {**{name: table(name).empty() for name in _reads(stage)}, **ready})
    written = {name: _write(name, rows, persons, out) for name, rows in made.items()}
    if rejected:
        written[QUARANTINE.name] = _write(QUARANTINE.name, pa.concat_tables(rejected), persons, out)
    return written


def _reads(stage: Stage) -> list[str]:
    return [found.name for pattern in stage.reads for found in match(pattern)]


def _require_read(step: str, stage: Stage, inputs: Mapping[str, Path]) -> None:
    for name in inputs:
        if table(name).name not in _reads(stage):
            raise ConfigError(f"{step} does not read {name}; it reads {', '.join(_reads(stage))}.")


def _stage(step: str, config: Config | None, parameters: Mapping[str, str]) -> Stage:
    entry = _entry(step, config)
    typed = {name: _typed(entry, name, text) for name, text in parameters.items()}
    made = Entry(entry.name, entry.uses, {**entry.parameters, **typed}).make()
    if not isinstance(made, Stage):
        raise ConfigError(f"{step}: {entry.uses} is not a stage; `chartloom plan` lists the steps.")
    return made


def _entry(step: str, config: Config | None) -> Entry:
    for pipeline in config.pipelines.values() if config else ():
        if step in pipeline.steps:
            return pipeline.steps[step]
    if step in STEPS or ":" in step:
        return Entry(step, STEPS.get(step, step))
    raise ConfigError(f"no step is called {step!r}. Known: {', '.join(sorted(STEPS))}, or module:Class.")


def _typed(entry: Entry, name: str, text: str) -> Any:
    """The text of a --set NAME=TEXT as the type of the stage's default."""
    kinds = {f.name: f.type for f in fields(entry.kind())}
    kind = str(kinds.get(name, "str"))
    if kind == "bool":
        return text.lower() in ("true", "1", "yes")
    try:
        return int(text) if kind == "int" else float(text) if kind == "float" else text
    except ValueError as error:
        raise ConfigError(f"{entry.name}: {name} is {text!r}; expected a number.") from error


def _read(name: str, path: Path, rejected: list[pa.Table]) -> pa.Table:
    if not path.exists():
        raise InputError(f"{name}: the file given is not there; expected Parquet, NDJSON or CSV.")
    try:
        return _parsed(name, path, rejected)
    except pa.ArrowInvalid as error:  # its words may show a row
        raise InputError(f"{name}: the file given is no {path.suffix} that can be read; is it whole?") from error


def _parsed(name: str, path: Path, rejected: list[pa.Table]) -> pa.Table:
    if path.suffix == ".parquet":
        return pq.read_table(path)
    if path.suffix in (".ndjson", ".jsonl"):
        return _resources(name, path, rejected) if "fhir/" in name else pyarrow.json.read_json(path)
    if path.suffix == ".csv":
        return pyarrow.csv.read_csv(path)
    raise InputError(f"{name}: a file that ends in {path.suffix!r} cannot be read; expected .parquet, .ndjson or .csv.")


def _resources(name: str, path: Path, rejected: list[pa.Table]) -> pa.Table:
    """FHIR resources as rows; the person is the resource's patient. What cannot be read goes to phi/quarantine."""
    kind = name.rsplit("/", 1)[-1]
    lines = [(n, line) for n, line in enumerate(path.read_bytes().splitlines(), 1) if line.strip()]
    parsed = from_json(kind, [line for _, line in lines])
    bad = parsed.rejected.to_pylist()
    if bad:
        rows = [
            {
                "source": "apply",
                "file": path.name,
                "line": lines[row["row"]][0],
                "target": kind,
                "column": row.get("element"),
                "rule": row["rule"],
                "message": row.get("message") or "The resource cannot be read; mend it and apply again.",
                "raw": lines[row["row"]][1].decode("utf-8", "replace"),
            }
            for row in bad
        ]
        rejected.append(pa.Table.from_pylist(rows, schema=QUARANTINE.schema))
    rows_of = parsed.table
    return rows_of.append_column(PATIENT, _patients(kind, rows_of))


def _patients(kind: str, rows: pa.Table) -> pa.Array | pa.ChunkedArray:
    """Patient.id of each row: its own, or what the type's patient element refers to; null for rows of no patient."""
    element = resource_types()[kind].patient if kind in resource_types() else ""
    if element == "id":
        return rows["id"]
    if not element or element not in rows.column_names:
        return pa.nulls(len(rows), pa.string())
    return pc.replace_substring_regex(pc.struct_field(rows[element], "reference"), "^.*/", "")


def _persons(shard: Mapping[str, pa.Table]) -> pd.Index:
    """Patients of all tables in the order of first sight: subject_id is the place in it, from 1."""
    found = [rows[PATIENT].cast(pa.string()).to_pandas() for rows in shard.values() if PATIENT in rows.column_names]
    return pd.Index(pd.concat(found).dropna().unique()) if found else pd.Index([], dtype=object)


def _ready(name: str, rows: pa.Table, persons: pd.Index) -> pa.Table:
    if PATIENT in rows.column_names:
        places = persons.get_indexer(pd.Index(rows[PATIENT].cast(pa.string()).to_pandas()))
        subjects = pa.array(np.where(places < 0, 0, places + 1), mask=places < 0, type=pa.int64())
        rows = rows.select([n for n in rows.column_names if n not in (PATIENT, "subject_id")])
        rows = rows.append_column("subject_id", subjects).sort_by("subject_id")
    declared = table(name)
    return rows if declared.sparse else declared.conform(rows)


def _write(name: str, rows: pa.Table, persons: pd.Index, out: Path) -> int:
    """Readable by its owner only, whatever the table: a column names patients."""
    path = out / f"{name}.parquet"
    make_folder(path.parent, phi=True)
    path.unlink(missing_ok=True)
    if len(persons) and "subject_id" in rows.column_names:
        named = pa.array(persons, pa.string()).take(pc.subtract(rows["subject_id"], 1))
        rows = rows.add_column(0, PATIENT, named)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        pq.write_table(rows, file, compression="zstd")
    return len(rows)
