"""What is known of a person and a stay without any window: age, hours since admission, hour of the day."""

import numpy as np
import numpy.typing as npt

from outcomes.cohort import Cohort
from outcomes.features.asof import Known
from outcomes.timeline import ALWAYS, DAY, HOUR, Floats, Places, Timeline

STATICS = ("age", "hours")
BIRTH = "MEDS_BIRTH"
YEAR = 365.2425 * DAY


def statics(timeline: Timeline, cohort: Cohort, piece: Known) -> dict[str, tuple[Places, Floats]]:
    """age in years, where a birth was recorded by then; hours since the trigger of the task (the admission)."""
    everyone = np.arange(len(cohort), dtype=np.int32)
    return {"age": _age(timeline, cohort, piece), "hours": (everyone, _float((cohort.at - cohort.began) / HOUR))}


def _age(timeline: Timeline, cohort: Cohort, piece: Known) -> tuple[Places, Floats]:
    if BIRTH not in timeline.codes:
        return np.zeros(0, np.int32), np.zeros(0, np.float32)
    born = timeline.code[piece.event] == timeline.codes.index(BIRTH)
    born &= timeline.time[piece.event] != ALWAYS
    rows, first = np.unique(piece.row[born], return_index=True)
    return rows, _float((cohort.at[rows] - timeline.time[piece.event[born][first]]) / YEAR)


def _float(values: npt.NDArray[np.float64]) -> Floats:
    return values.astype(np.float32)
