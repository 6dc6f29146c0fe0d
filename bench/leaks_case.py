"""A case of the leakage bench: a timeline, who is predicted when, extra columns, and the leaks that are in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from contract.errors import InputError
from outcomes.cohort import Cohort
from outcomes.leaks.check import found
from outcomes.leaks.leak import Leak
from outcomes.timeline import ALWAYS, NEVER, Timeline, ordered, read

LABELS = ("subject_id", "encounter_id", "prediction_time", "label")
KEYS = frozenset({"subject_id", "encounter_id", "prediction_time"})


@dataclass(frozen=True)
class Case:
    name: str
    rows: pa.Table  # MEDS and our columns
    labels: pd.DataFrame  # LABELS
    columns: pd.DataFrame | None  # in the order of `labels`
    leaks: tuple[str, ...]  # what leaks; none: clean


def judge(case: Case) -> list[Leak]:
    rows = case.rows
    timeline = read(ordered(rows))
    cohort, keep = cohort_of(timeline, case.labels)
    columns = None if case.columns is None else case.columns[keep]
    return found(timeline, rows, cohort, columns)


def missed(case: Case, leaks: Sequence[Leak]) -> list[str]:
    """Planted leaks that no finding names."""
    named = {name for leak in leaks for name in (leak.what, leak.kind, *leak.others)}
    return [name for name in case.leaks if name not in named]


def cohort_of(timeline: Timeline, labels: pd.DataFrame) -> tuple[Cohort, np.ndarray]:
    """Also which rows of `labels` are in it: those whose person is in the timeline."""
    places = {int(subject): place for place, subject in enumerate(timeline.subjects)}
    subject = labels["subject_id"].map(places)
    keep = subject.notna().to_numpy()
    chosen = labels[keep]
    at = chosen["prediction_time"].astype("datetime64[us]").to_numpy().astype(np.int64)
    encounter = chosen["encounter_id"].astype(object).where(chosen["encounter_id"].notna(), None).to_numpy()
    began = np.minimum(_first(timeline, encounter), at)
    until = np.full(len(at), NEVER)
    label = chosen["label"].to_numpy(np.float32)[:, None]
    place = subject[keep].to_numpy(np.int64)
    return Cohort("case", ("",), np.asarray(place), encounter, began, at, until, label), keep


def _first(timeline: Timeline, encounter: np.ndarray) -> np.ndarray:
    """(m,) time of the encounter's first event; NEVER: it has none."""
    first = np.full(len(timeline.encounters) + 1, NEVER)
    timed = (timeline.encounter >= 0) & (timeline.time != ALWAYS)
    np.minimum.at(first, timeline.encounter[timed], timeline.time[timed])
    places = {name: place for place, name in enumerate(timeline.encounters)}
    return first[[places.get(name, -1) for name in encounter]]


def of_folders(folder: Path) -> Iterator[Case]:
    """One case a folder, in the order of names."""
    cases = sorted(each for each in folder.iterdir() if (each / "timeline.parquet").exists())
    if not cases:
        raise InputError(
            f"no case in {folder}: expected folders with timeline.parquet, expected.json, labels.parquet or task.yaml."
        )
    for each in cases:
        yield of_folder(each)


def of_folder(folder: Path) -> Case:
    rows = pq.read_table(folder / "timeline.parquet")
    labels = _labels(folder, rows)
    expected = tuple(orjson.loads((folder / "expected.json").read_bytes())["leaks"])
    return Case(folder.name, rows, labels, _columns(folder / "columns.parquet", labels), expected)


def _labels(folder: Path, rows: pa.Table) -> pd.DataFrame:
    file = folder / "labels.parquet"
    if not file.exists():
        return _selected(folder / "task.yaml", rows)
    labels = pd.read_parquet(file)
    if "encounter_id" not in labels:
        labels["encounter_id"] = None
    if lacking := [name for name in LABELS if name not in labels]:
        raise InputError(f"{file} has no column {lacking[0]}, expected {', '.join(LABELS)}.")
    return labels


def _columns(file: Path, labels: pd.DataFrame) -> pd.DataFrame | None:
    """Joined by the key columns it has, else row by row."""
    if not file.exists():
        return None
    columns = pd.read_parquet(file)
    keys = [name for name in KEYS if name in columns and name in labels]
    if keys and len(set(keys) & {"encounter_id", "subject_id"}):
        columns = labels[keys].merge(columns.drop_duplicates(keys), on=keys, how="left")
    elif len(columns) != len(labels):
        raise InputError(
            f"{file} has {len(columns)} rows, expected {len(labels)}, one a row of labels.parquet, or keys."
        )
    return columns.drop(columns=[name for name in KEYS if name in columns])


def _selected(file: Path, rows: pa.Table) -> pd.DataFrame:
    from outcomes.tasks.select import select
    from outcomes.tasks.task import load

    timeline = read(ordered(rows))
    cohort = select(load(file), timeline)
    return pd.DataFrame({
        "subject_id": timeline.subjects[cohort.subject], "encounter_id": cohort.encounter,
        "prediction_time": cohort.at.astype("datetime64[us]"), "label": cohort.label[:, 0],
    })  # fmt: skip
