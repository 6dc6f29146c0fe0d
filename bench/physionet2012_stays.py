"""Stays of the PhysioNet/CinC Challenge 2012 through our own night, timeline and task; their labels are checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.dataset as ds

from bench.night import Hospital
from contract.errors import CheckFailed, InputError
from outcomes.cohort import Cohort
from outcomes.tasks.select import select
from outcomes.tasks.task import load
from outcomes.timeline import HOUR, Bools, Ints, Timeline, read

TASK = "mortality"
GIVEN = ("PARAMETER//SAPS-I", "PARAMETER//SOFA")
"""Scores of the first day that stand in the file of outcomes: no model reads them, though known at 48 h they may be."""


@dataclass(frozen=True)
class Stays:
    timeline: Timeline
    cohort: Cohort  # of all prediction times

    @property
    def hours(self) -> Ints:
        return (self.cohort.at - self.cohort.began) // HOUR

    def take(self, rows: Ints | Bools) -> "Stays":
        return replace(self, cohort=self.cohort.take(rows))

    def at(self, hours: Sequence[int]) -> "Stays":
        return self.take(np.isin(self.hours, hours))


def night(folder: Path, work: Path) -> tuple[pa.Table, float]:
    """The rows of phi/timeline, and CPU-seconds."""
    if not any(folder.glob("set-*/*.txt")):
        raise InputError(
            f"{folder.name}: expected set-a/*.txt (or set-b) and Outcomes-a.txt in it, found no such files."
        )
    said = {"mapping": "physionet2012", "path": str(folder.resolve()), "delivery": "full"}
    ours = Hospital(work, sources={"physionet2012": said})
    cost = ours.run()
    return ds.dataset(ours.snapshot().folder / "phi" / "timeline" / "data").to_table(), cost.cpu_s


def stays(rows: pa.Table, outcomes: Mapping[str, int]) -> Stays:
    """What the task makes of the timeline; every stay must be there at every hour with the label of the outcomes."""
    kept = rows.filter(pc.invert(pc.is_in(rows["code"], pa.array(GIVEN))))
    timeline = read(kept)
    found = Stays(timeline, select(load(TASK), timeline))
    for hour in np.unique(found.hours):
        _check(found.at([int(hour)]).cohort, outcomes, int(hour))
    return found


def _check(cohort: Cohort, outcomes: Mapping[str, int], hour: int) -> None:
    told = dict(zip(cohort.encounter.tolist(), cohort.label[:, 0].tolist(), strict=True))
    wrong = sum(told[record] != died for record, died in outcomes.items() if record in told)
    if wrong or set(told) != set(outcomes):
        raise CheckFailed(
            f"at {hour} h the task told {len(told)} stays of {len(outcomes)}, {wrong} with another label than the "
            "outcomes; expected all, and the same. Look at the mapping and the task before any figure."
        )


def outcomes(folder: Path) -> dict[str, int]:
    """In-hospital death by RecordID; columns of scores may be absent."""
    files = sorted(folder.glob("Outcomes-*.txt"))
    if not files:
        raise InputError(f"{folder.name}: expected a file Outcomes-*.txt, which tells who died.")
    parts = [csv.read_csv(file).select(["RecordID", "In-hospital_death"]) for file in files]
    table = pa.concat_tables(parts).to_pydict()
    return dict(zip(map(str, table["RecordID"]), table["In-hospital_death"], strict=True))
