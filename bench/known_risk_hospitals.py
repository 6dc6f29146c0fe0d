"""Hospitals whose true risks are known: simulated, taken through a night, and read as one timeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from bench.json_line import say
from bench.night import Hospital
from contract.errors import InputError
from outcomes.cohort import Cohort
from outcomes.timeline import Ints, Timeline, read
from simulate.config import Drift, HospitalConfig
from simulate.hospital import simulate

COLUMNS = (
    "subject_id", "time", "code", "numeric_value", "text_value", "encounter_id", "unit", "recorded_time",
    "canonical_value", "canonical_unit",
)  # fmt: skip
ENCOUNTER = COLUMNS.index("encounter_id")
APART = 10**12
"""Between the numbers of persons of one hospital and of the next."""


@dataclass(frozen=True)
class Case:
    """One hospital. Two of one seed have the same ids: encounters and patients are told apart by `own`."""

    name: str
    rows: pa.Table  # phi/timeline
    truth: Mapping[str, pa.Table]  # stays, diseases

    def own(self, ids: pa.ChunkedArray) -> pa.ChunkedArray:
        return pc.binary_join_element_wise(self.name, ids.cast(pa.string()), "/")


def planted(folder: Path, patients: int, seed: int, strength: float) -> Path:
    """A hospital with all switches at this strength, written as `chartloom simulate` writes it."""
    drift = Drift(strength, strength, strength, strength)
    plain = HospitalConfig(patients=patients, seed=seed, notes=False, embeddings=False)
    simulate(replace(plain, missingness=strength, confounding=strength, drift=drift), folder)
    return folder


def folders(cases: Path) -> list[Path]:
    """DIR itself, or every folder in it, that holds csv/ and truth/stays.parquet."""
    found = [one for one in (cases, *sorted(cases.iterdir())) if (one / "truth" / "stays.parquet").is_file()]
    whole = [one for one in found if (one / "csv").is_dir()]
    if not whole:
        raise InputError(
            f"{cases.name}: expected folders with csv/ and truth/stays.parquet, found none. Write them with "
            "`chartloom simulate --patients 4000 --out DIR/ONE`."
        )
    return whole


def case(folder: Path, place: Path) -> Case:
    hospital = Hospital(place)
    hospital.configure()
    hospital.deliver("export", folder / "csv")
    spent = hospital.run()
    data = hospital.snapshot().folder / "phi" / "timeline" / "data"
    rows = ds.dataset(data).to_table(columns=list(COLUMNS))
    truth = {name: pq.read_table(folder / "truth" / f"{name}.parquet") for name in ("stays", "diseases")}
    say(f"{folder.name}: {len(truth['stays'])} stays, {len(rows)} events; {spent.cpu_s:.0f} CPU-s for the night")
    return Case(folder.name, rows, truth)


def together(cases: Sequence[Case]) -> tuple[Timeline, Ints]:
    """One timeline of all hospitals, and (s,) the hospital of each person in it."""
    parts = []
    for at, one in enumerate(cases):
        subject = pa.array(_dense(one.rows["subject_id"].to_numpy()) + at * APART)
        rows = one.rows.set_column(0, "subject_id", subject)
        parts.append(rows.set_column(ENCOUNTER, "encounter_id", one.own(rows["encounter_id"])))
    timeline = read(pa.concat_tables(parts, promote_options="default"))
    return timeline, np.asarray(timeline.subjects // APART, np.int64)


def _dense(ids: Ints) -> Ints:
    return np.asarray(np.unique(ids, return_inverse=True)[1], np.int64)


def at_hours(cohort: Cohort, hours: float) -> Ints:
    """The rows that are predicted so long after admission."""
    return np.flatnonzero(np.abs((cohort.at - cohort.began) / 3.6e9 - hours) < 1e-6)
