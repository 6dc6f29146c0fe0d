"""Is a folder a valid MEDS data set, by the validators of `meds` and by the rules it states but does not enforce?"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from flexible_schema import SchemaValidationError, TableValidationError
from meds import schema as meds

CORE = ["subject_id", "time", "code"]


def problems(folder: Path) -> list[str]:
    """What is wrong, file by file; empty: valid. Never a subject or a cell. Reads one data file at a time."""
    seen = _Seen(folder)
    return [*seen.data(), *seen.splits(), *seen.codes(), *_metadata(folder)]


def dataset_json(run_id: str) -> bytes:
    """metadata/dataset.json of the snapshot that the run made."""
    said = meds.DatasetMetadataSchema(
        dataset_name="chartloom",
        dataset_version=run_id,
        etl_name="chartloom",
        meds_version=version("meds"),
        created_at=datetime.strptime(run_id.partition("-")[0], "%Y%m%dT%H%M%S%z").isoformat(),
        raw_source_id_columns=["encounter_id", "fhir_id"],
        code_modifier_columns=["unit"],
        other_extension_columns=["recorded_time", "precision", "canonical_value", "canonical_unit"],
    )
    content = {name: value for name, value in said.to_dict().items() if value is not None}
    meds.DatasetMetadataSchema.validate(content)
    return json.dumps(content, indent=1).encode()


@dataclass
class _Seen:
    """What the data files held: each subject's file, and all codes."""

    folder: Path
    files: dict[int, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def data(self) -> Iterator[str]:
        root = self.folder / meds.data_subdirectory
        paths = sorted(root.rglob("*.parquet"))
        if not paths:
            yield f"{meds.data_subdirectory}/: no Parquet files; a MEDS data set has at least one"
        for path in paths:
            name = str(path.relative_to(self.folder))
            invalid = _invalid(meds.DataSchema, pq.ParquetFile(path).schema_arrow)
            if invalid:
                yield f"{name}: {invalid}"
            else:
                yield from (f"{name}: {problem}" for problem in self._rows(name, pq.read_table(path, columns=CORE)))

    def _rows(self, name: str, rows: pa.Table) -> Iterator[str]:
        for column in ("subject_id", "code"):
            if rows.column(column).null_count:
                yield f"{column} is null in {rows.column(column).null_count} rows"
                return
        self.used |= set(rows.column("code").unique().to_pylist())
        subjects = rows.column("subject_id").to_numpy()
        starts = np.flatnonzero(np.diff(subjects, prepend=subjects[:1] - 1))
        if len(starts) != len(np.unique(subjects)):
            yield "rows of one subject do not stand together"
        yield from self._twice(name, subjects[starts].tolist())
        times = pc.fill_null(rows.column("time").cast(pa.int64()), np.iinfo(np.int64).min).to_numpy()
        if bool(((times[1:] < times[:-1]) & (subjects[1:] == subjects[:-1])).any()):
            yield "rows of a subject are not in the order of time, those without time first"

    def _twice(self, name: str, subjects: list[int]) -> Iterator[str]:
        elsewhere = {self.files[subject] for subject in subjects if self.files.get(subject, name) != name}
        for other in sorted(elsewhere):
            yield f"subjects that also stand in {other}; a subject lies in one file"
        self.files.update(dict.fromkeys(subjects, name))

    def splits(self) -> Iterator[str]:
        rows, invalid = _read(self.folder / meds.subject_splits_filepath, meds.SubjectSplitSchema)
        if rows is None:
            yield f"{meds.subject_splits_filepath}: {invalid}"
            return
        split = rows.column("subject_id").to_pylist()
        if without := len(self.files.keys() - set(split)):
            yield f"{meds.subject_splits_filepath}: {without} subjects of the data have no split"
        if len(split) != len(set(split)):
            yield f"{meds.subject_splits_filepath}: a subject stands there more than once"

    def codes(self) -> Iterator[str]:
        rows, invalid = _read(self.folder / meds.code_metadata_filepath, meds.CodeMetadataSchema)
        if rows is None:
            yield f"{meds.code_metadata_filepath}: {invalid}"
            return
        described = rows.column("code").to_pylist()
        if without := len(self.used - set(described)):
            yield f"{meds.code_metadata_filepath}: {without} codes of the data are absent"
        if len(described) != len(set(described)):
            yield f"{meds.code_metadata_filepath}: a code stands there more than once"


def _read(path: Path, schema: Any) -> tuple[pa.Table | None, str]:
    if not path.is_file():
        return None, "the file is absent"
    rows = pq.read_table(path)
    invalid = _invalid(schema, rows)
    return (None, invalid) if invalid else (rows, "")


def _invalid(schema: Any, found: pa.Table | pa.Schema | dict[str, Any]) -> str:
    try:
        schema.validate(found)
    except (SchemaValidationError, TableValidationError) as error:
        return f"{schema.__name__} of the meds package refuses it: {error}"
    return ""


def _metadata(folder: Path) -> Iterator[str]:
    path = folder / meds.dataset_metadata_filepath
    if not path.is_file():
        yield f"{meds.dataset_metadata_filepath}: the file is absent"
        return
    try:
        content = json.loads(path.read_bytes())
    except ValueError:
        yield f"{meds.dataset_metadata_filepath}: not JSON"
        return
    invalid = _invalid(meds.DatasetMetadataSchema, content)
    if invalid:
        yield f"{meds.dataset_metadata_filepath}: {invalid}"
