"""Whole persons scored by hand, as far as their timeline told it at the time."""

import numpy as np
import pytest

from outcomes.scores.published import SCORES, hospital, lace, news2, score
from tests.outcomes import timelines

AT = "2024-03-10T12:00"
STAY: list[timelines.Event] = [
    (1, "2024-03-03T22:00", "HOSPITAL_ADMISSION//IMP", None, "now", None),
]
VITALS = {
    "LOINC//9279-1": 22.0, "LOINC//59408-5": 93.0, "LOINC//3150-0": 28.0, "LOINC//8480-6": 105.0,
    "LOINC//8867-4": 112.0, "LOINC//9269-2": 15.0, "LOINC//8310-5": 38.4,
}  # fmt: skip


def vital(code: str, value: float, time: str = "2024-03-10T08:00", recorded: str | None = None) -> timelines.Event:
    return (1, time, code, value, "now", recorded)


def asked(events: list[timelines.Event], at: str = AT) -> tuple[object, object]:
    made = timelines.timeline(events)
    return made, timelines.cohort(made, [(1, at, "now")])


def test_news2_by_hand() -> None:
    """22 a minute: 2; 93 %: 2; oxygen: 2; 105 mm[Hg]: 1; 112 a minute: 2; alert: 0; 38.4 Cel: 1."""
    found = news2(*asked([*STAY, *(vital(c, v) for c, v in VITALS.items())]))  # type: ignore[arg-type]
    assert dict(zip(found.items, found.points[0], strict=True)) == {
        "respiration": 2, "saturation": 2, "oxygen": 2, "systolic": 1, "pulse": 2, "consciousness": 0, "temperature": 1,
    }  # fmt: skip
    assert found.total[0] == 10


def test_news2_uses_scale_2_where_hypercapnia_is_known() -> None:
    """93 % on oxygen: 2 on scale 1, 1 on scale 2; a diagnosis of tomorrow changes nothing."""
    vitals = [vital(c, v) for c, v in VITALS.items()]
    known: timelines.Event = (1, "2024-03-04", "ICD10CM//J96.22", None, "now", None)
    later: timelines.Event = (1, "2024-03-04", "ICD10CM//J96.22", None, "now", "2024-03-20")
    totals = [news2(*asked([*STAY, *vitals, *more])).total[0] for more in ([], [known], [later])]  # type: ignore[arg-type]
    assert totals == [10, 9, 10]


def test_news2_leaves_out_what_is_old_later_or_impossible() -> None:
    events = [
        *STAY, vital("LOINC//8867-4", 60.0, "2024-03-08T08:00"), vital("LOINC//8310-5", 37.0),
        vital("LOINC//8310-5", 380.0, "2024-03-10T09:00"), vital("LOINC//9279-1", 30.0, AT, "2024-03-10T13:00"),
    ]  # fmt: skip
    found = news2(*asked(events))  # type: ignore[arg-type]
    told = {item for item, p in zip(found.items, found.points[0], strict=True) if not np.isnan(p)}
    assert told == {"temperature"}
    assert (found.range[0][0], found.range[1][0]) == (0, 17)


def test_hospital_by_hand() -> None:
    """Hb 10.4: 1; oncology ward: 2; sodium 138: 0; procedure: 1; urgent: 1; two stays in the year: 2; 7 days: 2."""
    events: list[timelines.Event] = [
        (1, "2023-01-01", "HOSPITAL_ADMISSION//IMP", None, "old", None),
        (1, "2023-09-01", "HOSPITAL_ADMISSION//IMP", None, "b", None),
        (1, "2023-12-01", "HOSPITAL_ADMISSION//IMP", None, "c", None),
        (1, "2024-03-03T19:00", "VISIT_START//EMER", None, "ed", None),
        *STAY,
        (1, "2024-03-03T23:00", "UNIT_ADMISSION//ICU", None, "now", None),
        (1, "2024-03-05T08:00", "UNIT_ADMISSION//ONC", None, "now", None),
        (1, "2024-03-04T08:00", "ICD10PCS//0DB68ZX", None, "now", None),
        vital("LOINC//718-7", 13.0, "2024-03-04T08:00"), vital("LOINC//718-7", 10.4), vital("LOINC//2951-2", 138.0),
    ]  # fmt: skip
    found = hospital(*asked(events))  # type: ignore[arg-type]
    assert found.points[0].tolist() == [1, 2, 0, 1, 1, 2, 2] and found.total[0] == 9


def test_hospital_without_wards_and_procedures_has_a_range() -> None:
    found = hospital(*asked([*STAY, vital("LOINC//718-7", 13.0)]))  # type: ignore[arg-type]
    assert {item for item, share in found.missing.items() if share} == {
        "oncology", "sodium", "procedure", "urgent", "admissions",
    }  # fmt: skip
    assert (found.range[0][0], found.range[1][0]) == (2, 2 + 2 + 1 + 1 + 1 + 5)
    assert np.isnan(found.usual[0])  # five of seven are missing


def test_lace_by_hand() -> None:
    """7 days: 5; acute: 3; heart failure 2 and diabetes with complications 2: 5; one earlier emergency visit: 1."""
    events: list[timelines.Event] = [
        (1, "2023-06-01", "VISIT_START//EMER", None, "x", None),  # more than six months before
        (1, "2024-01-05", "VISIT_START//EMER", None, "y", None),
        (1, "2024-03-03T19:00", "VISIT_START//EMER", None, "z", None),  # led to the stay
        (1, "2023-06-01", "ICD10CM//I50.9", None, "x", None),
        (1, "2023-06-01", "ICD10CM//E11.9", None, "x", None),
        (1, "2024-01-05", "ICD10CM//E11.22", None, "y", None),
        (1, "2024-03-04", "ICD10CM//C78.0", None, "now", "2024-03-30"),  # coded after the discharge
        *STAY,
    ]
    found = lace(*asked(events))  # type: ignore[arg-type]
    assert found.points[0].tolist() == [5, 3, 5, 1] and found.total[0] == 14


def test_a_stay_counts_midnights_until_its_discharge() -> None:
    gone: timelines.Event = (1, "2024-03-05T01:00", "HOSPITAL_DISCHARGE//home", None, "now", None)
    days = [lace(*asked([*STAY, *more])).points[0, 0] for more in ([], [gone])]  # type: ignore[arg-type]
    assert days == [5, 2]


def test_nothing_known_is_nan_and_all_three_are_named() -> None:
    made, cohort = asked([(1, "2024-01-01", "MEDS_BIRTH", None, None, None)])
    assert list(SCORES) == ["NEWS2", "HOSPITAL", "LACE"]
    assert np.isnan([score(name, made, cohort)[0] for name in SCORES]).all()  # type: ignore[arg-type]


@pytest.mark.parametrize("name", SCORES)
def test_what_comes_after_the_prediction_changes_nothing(name: str) -> None:
    before = [*STAY, *(vital(c, v) for c, v in VITALS.items()), (1, "2023-06-01", "ICD10CM//I50.9", None, "x", None)]
    after: list[timelines.Event] = [
        vital("LOINC//8867-4", 20.0, "2024-03-10T13:00"), vital("LOINC//718-7", 5.0, "2024-03-11T13:00"),
        (1, "2024-03-12", "HOSPITAL_DISCHARGE//home", None, "now", None),
        (1, "2024-03-12", "ICD10CM//C78.0", None, "now", None),
    ]  # fmt: skip
    plain, edited = (SCORES[name](*asked(events)).points[0] for events in (before, [*before, *after]))  # type: ignore[arg-type]
    assert np.array_equal(plain, edited, equal_nan=True)
