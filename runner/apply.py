"""One step on files, no lake needed: Parquet, NDJSON or CSV in, one Parquet per table written out."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_origin, get_type_hints

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from contract.errors import ConfigError, InputError
from contract.work import Keyed, Shard, Stage
from runner import handed, throwaway
from runner.config import Config, Entry
from runner.handed import PATIENT
from runner.stages import outcome
from schemas.night import QUARANTINE
from schemas.people import IDENTITIES
from schemas.registry import match, table
from store.parquet import make_folder

STEPS = {  # name -> where it lives; a name of pipelines.yaml or module:Class may be given too
    "deid": "nlp.deid.stage:Deidentify",
    "timeline": "etl.timeline.stage:BuildTimeline",
    "notes": "etl.notes:ExtractNotes",
    "icd": "nlp.icd.stage:SuggestCodes",
    "adverse": "nlp.adverse.stage:FindAdverse",
    "pathology": "nlp.pathology.stage:ParsePathology",
    "outcomes": "outcomes.stage:PredictOutcomes",
    "reports": "imaging.stage:DraftReports",
}


@dataclass(frozen=True)
class Hand:
    """What is handed in, and where results go. `identities`: a file that keeps who is who between calls.

    `remark` is told what is odd about the files and stops nothing: columns that no table has.
    """

    inputs: Mapping[str, Path]
    out: Path
    identities: Path | None = None
    remark: Callable[[str], object] = str


def apply(step: str, hand: Hand, config: Config | None, parameters: Mapping[str, str]) -> dict[str, int]:
    """Run a step on the tables given; rows written, by table. Slashes in table names become folders below `out`."""
    stage = _stage(step, config, parameters)
    _require_read(step, stage, hand.inputs)
    rejected: list[pa.Table] = []
    shard = {name: handed.read(name, path, rejected) for name, path in hand.inputs.items()}
    for name, rows in shard.items():
        for line in handed.remarks(name, rows):
            hand.remark(line)
    patients, known = _known(stage, shard, hand.identities)
    ready = {name: _owned(name, _ready(name, rows, patients), hand.remark) for name, rows in shard.items()}
    stage.open()
    made = outcome(step, stage, {**_empty(stage), **known, **ready}) or _nothing(stage)
    nobody = patients.iloc[:0]  # an open table made by a step that releases does not say whose rows it holds
    named = {name: nobody if stage.releases and not table(name).phi else patients for name in made}
    written = {n: _write(n, rows, named[n], hand.out) for n, rows in made.items() if len(rows) or _told(n)}
    if rejected:
        written[QUARANTINE.name] = _write(QUARANTINE.name, pa.concat_tables(rejected), patients, hand.out)
    return written


def _nothing(stage: Stage) -> Shard:
    """Of a step that was handed no row: what it writes, empty."""
    return {found.name: found.empty() for pattern in stage.writes for found in match(pattern)}


def _told(name: str) -> bool:
    """True of a table that is written even when it is empty: a step has dozens of FHIR types to write."""
    return "fhir/" not in name


def _known(stage: Stage, shard: Mapping[str, pa.Table], file: Path | None) -> tuple[pd.Series, Shard]:
    """subject_id of every patient in the order of first sight, and phi/identities where the step wants them."""
    patients = _patients(shard)
    if IDENTITIES.name not in _reads(stage) or IDENTITIES.name in shard:
        if file:
            raise ConfigError(f"--identities: the step does not draw on {IDENTITIES.name}, or it was handed in.")
        return pd.Series(np.arange(1, len(patients) + 1), index=patients), {}
    found, key = throwaway.identities(patients, file)
    if isinstance(stage, Keyed):
        stage.unlock(key)
    subjects = pd.Series(found["subject_id"].to_numpy(), index=found["key"].to_pandas())
    return subjects.loc[patients], {
        IDENTITIES.name: found.filter(pc.is_in(found["key"], pa.array(patients, pa.string())))
    }


def _empty(stage: Stage) -> Shard:
    """What it reads without a row; a table that it may lack is not there at all, for no row of it says something."""
    lacking = getattr(stage, "may_lack", ())
    return {name: table(name).empty() for name in _reads(stage) if name not in lacking}


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
    """The text of a --set NAME=TEXT as the type of the stage's field."""
    kind = get_type_hints(entry.kind()).get(name, str)
    if kind is bool:
        return text.lower() in ("true", "1", "yes")
    try:
        return kind(text) if kind in (int, float) else text.split(",") if get_origin(kind) in (list, Sequence) else text
    except ValueError as error:
        raise ConfigError(f"{entry.name}: {name} is {text!r}; expected a number.") from error


def _patients(shard: Mapping[str, pa.Table]) -> pd.Index:
    """Patients of all tables in the order of first sight."""
    found = [rows[PATIENT].cast(pa.string()).to_pandas() for rows in shard.values() if PATIENT in rows.column_names]
    return pd.Index(pd.concat(found).dropna().unique()) if found else pd.Index([], dtype=object)


def _ready(name: str, rows: pa.Table, patients: pd.Series) -> pa.Table:
    if PATIENT in rows.column_names:
        places = patients.index.get_indexer(pd.Index(rows[PATIENT].cast(pa.string()).to_pandas()))
        lost = places < 0
        subjects = pa.array(
            np.where(lost, 0, patients.to_numpy()[places] if len(patients) else 0), mask=lost, type=pa.int64()
        )
        rows = rows.select([n for n in rows.column_names if n not in (PATIENT, "subject_id")])
        rows = rows.append_column("subject_id", subjects).take(pa.array(np.argsort(places, kind="stable")))
    declared = table(name)
    if "subject_id" in declared.schema.names and "subject_id" not in rows.column_names and not declared.sparse:
        raise InputError(
            f"{name}: the file has neither a column {PATIENT} nor subject_id, so nobody knows whose rows they are; "
            f"found {', '.join(rows.column_names) or 'none'}."
        )
    return rows if declared.sparse else declared.conform(rows)


def _owned(name: str, rows: pa.Table, remark: Callable[[str], object]) -> pa.Table:
    """Rows of no patient go where the gate can withhold them, and into no other step; nor do those of no study."""
    if table(name).phi or table(name).sparse or "subject_id" not in rows.column_names:
        return rows
    if lost := rows["subject_id"].null_count:
        remark(f"{name}: {lost:,} of {len(rows):,} rows are left out, their {PATIENT} or subject_id is empty")
    if "study_id" in rows.column_names:
        named = pc.not_equal(pc.utf8_trim_whitespace(pc.fill_null(rows["study_id"], "")), "")
        if lost := len(rows) - pc.sum(named).as_py() if len(rows) else 0:
            remark(f"{name}: {lost:,} of {len(rows):,} rows are left out, their study_id is empty")
        rows = rows.filter(named)
    return rows.filter(pc.is_valid(rows["subject_id"]))


def _write(name: str, rows: pa.Table, patients: pd.Series, out: Path) -> int:
    """Readable by its owner only, whatever the table: a column names patients."""
    path = out / f"{name}.parquet"
    make_folder(path.parent, phi=True)
    path.unlink(missing_ok=True)
    if len(patients) and "subject_id" in rows.column_names:
        place = pd.Index(patients.to_numpy()).get_indexer(rows["subject_id"].to_pandas())
        named = pa.array(patients.index, pa.string()).take(pa.array(place, mask=place < 0))
        rows = rows.add_column(0, PATIENT, named)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        pq.write_table(rows, file, compression="zstd")
    return len(rows)
