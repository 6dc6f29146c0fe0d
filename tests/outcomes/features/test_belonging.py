"""What belongs to the stay, and what a person is like out of hospital, as of each prediction."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from outcomes.cohort import Cohort
from outcomes.features.plan import Plan
from outcomes.features.vocabulary import learn
from outcomes.features.windows import features
from outcomes.timeline import HOUR, Timeline, read
from tests.outcomes.features.records import NOON, cohort

PLAN = Plan(
    values={"stay": ("mean",), "usual": ("mean",), "before": ("mean",)},
    counts={"stay": ("count",), "ever": ("count",)}, min_persons=1, min_share=0, winsor=0,
)  # fmt: skip
ADMITTED = "HOSPITAL_ADMISSION//IMP"
Row = tuple[int, float, str, float | None, str | None, float]
"""subject, hours since NOON, code, value, encounter, hours when recorded"""

VISIT: list[Row] = [(1, -900, "A", 2.0, "visit", -900), (1, -500, "A", 4.0, None, -500)]
OLD: list[Row] = [(1, -300, ADMITTED, None, "old", -300), (1, -299, "A", 9.0, "old", -299)]
NOW: list[Row] = [
    (1, -12, "COUGH", None, "now", 1),
    (1, 0, ADMITTED, None, "now", 0),
    (1, 1, "A", 8.0, "now", 1),
    (1, 2, "A", 10.0, "now", 2),
]


def made(rows: list[Row]) -> Timeline:
    subject, hours, code, value, encounter, recorded = zip(*sorted(rows, key=lambda row: row[:2]), strict=True)
    moments = [pa.array([NOON + round(h * HOUR) for h in some], pa.timestamp("us")) for some in (hours, recorded)]
    return read(
        pa.table({
            "subject_id": subject, "time": moments[0], "code": code, "numeric_value": pa.array(value, pa.float32()),
            "encounter_id": pa.array(encounter, pa.string()), "recorded_time": moments[1],
        })
    )  # fmt: skip


def said(rows: list[Row], at: float = 3, encounter: str | None = "now") -> dict[str, float]:
    found = made(rows)
    asked: Cohort = replace(cohort(found, [(1, 0, at)]), encounter=np.array([encounter], object))
    out = features(found, asked, learn(found, asked, PLAN))
    return {name: float(value) for name, value in zip(out.names, out.dense()[0], strict=True)}


def test_usual_is_what_was_measured_outside_of_stays() -> None:
    found = said([*VISIT, *OLD, *NOW])
    assert found["usual/A/mean"] == 3 and found["before/A/mean"] == 5
    assert found["stay/A/mean"] == 9 and found["stay/A/shift"] == 6


def test_without_a_usual_value_there_is_no_shift() -> None:
    found = said([*OLD, *NOW])
    assert np.isnan(found["stay/A/shift"]) and np.isnan(found["usual/A/mean"])


def test_a_fact_of_the_stay_dated_before_its_minute_is_of_the_stay() -> None:
    assert said(NOW)["stay/COUGH/count"] == 1
    assert said(NOW, encounter=None)["stay/COUGH/count"] == 0
    assert said([(1, -12, "COUGH", None, "old", -12), *NOW])["stay/COUGH/count"] == 1


def test_it_is_not_known_before_it_was_recorded() -> None:
    assert said([*NOW, (1, -12, "FEVER", None, "now", 4)]).get("stay/FEVER/count", 0) == 0


def test_an_admission_recorded_later_tells_nothing_yet() -> None:
    """Until then the values of that encounter are those of a visit."""
    late: list[Row] = [(1, -300, ADMITTED, None, "old", 4), OLD[1]]
    assert said([*VISIT, *late, *NOW])["usual/A/mean"] == 5
    assert said([*VISIT, *late, *NOW], at=5)["usual/A/mean"] == 3


def test_the_same_encounter_id_of_another_person_is_another_encounter() -> None:
    other: list[Row] = [(2, -950, ADMITTED, None, "visit", -950)]
    assert said([*VISIT, *NOW, *other])["usual/A/mean"] == 3
