"""A table of events as columns of numbers: order, times, units, answers."""

import numpy as np
import pyarrow as pa

from outcomes.timeline import ALWAYS, Timeline, read
from tests.outcomes.features.records import timeline


def test_persons_stand_together_in_the_order_of_time_and_what_has_none_comes_first() -> None:
    found = timeline([(7, 2, "B", None), (3, 1, "A", None), (7, 1, "A", None), (7, None, "C", None)])
    assert found.subjects.tolist() == [7, 3] and found.starts.tolist() == [0, 3, 4]
    assert [found.codes[at] for at in found.code] == ["C", "A", "B", "A"]
    assert found.time[0] == found.recorded[0] == ALWAYS


def test_nothing_is_recorded_before_it_happens() -> None:
    found = timeline([(1, 5, "A", None, 2), (1, 6, "A", None, 9)])
    assert (found.recorded - found.time).tolist() == [0, 3 * 3600 * 10**6]


def canonical() -> Timeline:
    columns = {
        "subject_id": [1, 1, 1], "time": pa.array([1, 2, 3], pa.timestamp("us")), "code": ["A", "A", "B"],
        "numeric_value": [90.0, 5.0, 1.0], "unit": ["mg/dL", "mmol/L", "x"],
        "canonical_value": [5.0, None, None], "canonical_unit": ["mmol/L", "mmol/L", None],
    }  # fmt: skip
    return read(pa.table(columns))


def test_a_value_goes_with_its_unit_and_an_impossible_one_is_unknown() -> None:
    found = canonical()
    assert np.array_equal(found.value, np.array([5, np.nan, 1], np.float32), equal_nan=True)
    assert [found.units[at] for at in found.unit] == ["mmol/L", "mmol/L", "x"]


def test_answers_are_kept_and_ids_of_notes_are_not() -> None:
    rows = [(1, 0, "SMOKES", None, None, None, "no"), (1, 1, "NOTE//progress", None, None, None, "note-17")]
    found = timeline([*rows, (1, 2, "A", 1.0)])
    assert found.texts == ("no",) and found.text.tolist() == [0, -1, -1]


def test_a_part_of_the_events_is_a_timeline() -> None:
    found = timeline([(1, 0, "A", 1.0), (2, 0, "A", 2.0), (2, 1, "B", 3.0, None, "mg", "said")])
    part = found.where(found.value > 1)
    assert part.starts.tolist() == [0, 0, 2] and part.value.tolist() == [2, 3]
    assert part.subject.tolist() == [1, 1] and len(part.unit) == len(part.text) == 2


def test_plain_meds_will_do() -> None:
    found = read(pa.table({"subject_id": [1], "time": pa.array([5], pa.timestamp("us")), "code": ["A"],
                           "numeric_value": pa.array([1.5], pa.float32())}))  # fmt: skip
    assert found.recorded.tolist() == [5] and found.value.tolist() == [1.5] and not len(found.unit)
