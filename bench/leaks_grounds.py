"""The clean cohorts of the leakage bench: nights of simulated hospitals, and PhysioNet 2012 through our mapping."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from bench.json_line import say
from bench.leaks_ground import Ground
from bench.night import Hospital
from simulate.config import Drift, HospitalConfig
from simulate.hospital import simulate

PATIENTS = 1_200
SWITCHES = ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (1.0, 0.0, 0.0), (0.0, 1.0, 1.0))
"""Missingness, confounding, drift of each simulated hospital."""
TASKS = (("died", 24), ("long_stay", 24), ("readmitted", None), ("died", 48))
"""A truth of stays, and hours from admission to the index; None: at discharge."""
REAL_HOURS = (12, 24, 48)
DAY = np.timedelta64(1, "D")


def simulated(place: Path, seed: int, hospitals: int = len(SWITCHES)) -> Iterator[Ground]:
    """Of each hospital a ground a task. Labels are of the simulator's truth, not of the timeline."""
    for number in range(hospitals):
        say(f"simulating hospital {number + 1} of {hospitals}, {PATIENTS:,} patients, and its night")
        folder = place / f"hospital{number}"
        missingness, confounding, drift = SWITCHES[number % len(SWITCHES)]
        config = HospitalConfig(
            patients=PATIENTS, seed=seed * 100 + number, notes=False, embeddings=False,
            missingness=missingness, confounding=confounding, drift=Drift(drift, drift, drift, drift),
        )  # fmt: skip
        simulate(config, folder / "raw")
        rows = night(folder / "night", folder / "raw" / "csv")
        stays = pd.read_parquet(folder / "raw" / "truth" / "stays.parquet")
        for task, hours in TASKS:
            yield Ground(f"hospital {number} {task} {hours or 'discharge'}", rows, of_truth(rows, stays, task, hours))


def night(folder: Path, export: Path) -> pa.Table:
    hospital = Hospital(folder)
    hospital.configure()
    hospital.deliver("export", export)
    hospital.run()
    return timeline(hospital)


def timeline(hospital: Hospital) -> pa.Table:
    return ds.dataset(hospital.snapshot().folder / "phi" / "timeline" / "data").to_table()


def of_truth(rows: pa.Table, stays: pd.DataFrame, task: str, hours: int | None) -> pd.DataFrame:
    label = pd.to_numeric(stays[task].astype(float))
    keep = label.notna() & stays["discharged"].notna()
    if hours is None:
        keep &= stays["died"] == False  # noqa: E712
    else:
        keep &= stays["discharged"] > stays["admitted"] + pd.Timedelta(hours=hours)
    who = subjects(rows)
    stays = stays[keep & stays["encounter_id"].isin(who.index)]
    at = stays["discharged"] if hours is None else stays["admitted"] + pd.Timedelta(hours=hours)
    return pd.DataFrame({
        "subject_id": stays["encounter_id"].map(who).to_numpy(),
        "encounter_id": stays["encounter_id"].astype(object).to_numpy(),
        "admitted": stamps(stays["admitted"]), "prediction_time": stamps(at), "ended": stamps(stays["discharged"]),
        "label": label[stays.index].to_numpy(),
    })  # fmt: skip


def subjects(rows: pa.Table) -> "pd.Series[int]":
    """subject_id by encounter_id."""
    pairs = rows.select(["encounter_id", "subject_id"]).filter(pc.is_valid(rows["encounter_id"]))
    found = pairs.group_by("encounter_id").aggregate([("subject_id", "min")]).to_pandas()
    return pd.Series(found["subject_id_min"].to_numpy(), index=found["encounter_id"].astype(object))


def stamps(column: "pd.Series[pd.Timestamp]") -> np.ndarray:
    return np.asarray(column.to_numpy().astype("datetime64[us]"))


def real(rows: pa.Table, outcomes: Path) -> Iterator[Ground]:
    """PhysioNet 2012: death in hospital, by Outcomes-a.txt; the end of the stay from Length_of_stay."""
    said = pd.read_csv(outcomes).assign(encounter_id=lambda frame: frame["RecordID"].astype(str))
    who = subjects(rows)
    began = rows.filter(pc.starts_with(rows["code"], "HOSPITAL_ADMISSION"))
    admitted = pd.Series(began["time"].to_numpy(), index=began["encounter_id"].to_pylist())
    said = said[said["encounter_id"].isin(who.index) & said["encounter_id"].isin(admitted.index)].reset_index(drop=True)
    start = said["encounter_id"].map(admitted)
    days = np.maximum(said["Length_of_stay"].to_numpy(float), 2.0)
    for hours in REAL_HOURS:
        yield Ground(f"PhysioNet {hours}", rows, pd.DataFrame({
            "subject_id": said["encounter_id"].map(who).to_numpy(), "encounter_id": said["encounter_id"].astype(object),
            "admitted": stamps(start), "prediction_time": stamps(start + pd.Timedelta(hours=hours)),
            "ended": stamps(start + pd.to_timedelta(days, unit="D")),
            "label": said["In-hospital_death"].to_numpy(float),
        }))  # fmt: skip


def physionet(folder: Path, place: Path) -> Iterator[Ground]:
    hospital = Hospital(
        place / "physionet", sources={"physionet2012": {"mapping": "physionet2012", "path": str(folder.resolve())}}
    )
    say("a night on PhysioNet 2012")
    hospital.configure()
    hospital.run()
    yield from real(timeline(hospital), next(iter(sorted(folder.glob("Outcomes*.txt")))))
