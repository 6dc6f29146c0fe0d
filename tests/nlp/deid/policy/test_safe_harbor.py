"""Safe Harbor: years, ZIP3, ages of 90 and more; and the limited data set beside it."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

Opened = Callable[..., list[dict[str, Any]]]
HARBOR = {"policy": "safe_harbor", "as_of": date(2024, 6, 1)}
PERSON = {
    "id": "p",
    "birthDate": "1980-05-17",
    "name": [{"use": "official", "family": "Quagmire", "given": ["Ann"]}],
    "telecom": [{"system": "phone", "value": "555-0101"}],
    "address": [{"line": ["1 Elm"], "city": "Bedford", "state": "MA", "postalCode": "01730-1234", "country": "US"}],
    "identifier": [{"value": "0012345"}],
    "lastUpdated": datetime(2024, 5, 4, 3, 2, 1),
}


def test_what_is_left_of_a_patient(opened: Opened) -> None:
    [row] = opened("Patient", [PERSON], **HARBOR)
    assert row.keys() == {"id", "subject_id", "birthDate", "address"}
    assert row["birthDate"] == "1980"
    assert {key: value for key, value in row["address"][0].items() if value} == {
        "state": "MA",
        "postalCode": "017",
        "country": "US",
    }


@pytest.mark.parametrize(("code", "found"), [("02139", "021"), ("03601", "000"), ("20501", "000"), ("EC1A 1BB", None)])
def test_zip_codes_of_small_areas(code: str, found: str | None, opened: Opened) -> None:
    [row] = opened("Patient", [{"id": "p", "address": [{"state": "NH", "postalCode": code}]}], **HARBOR)
    assert row["address"][0]["postalCode"] == found


@pytest.mark.parametrize(
    ("birth", "death", "found"),
    [
        ("1934-06-02", None, "1934"),  # 89 on the day of the export
        ("1934-06-01", None, "1934"),  # 90
        ("1925-01-01", None, "1934"),
        ("1925", None, "1934"),
        ("1925-01-01", "2000-01-01", "1925"),
        ("1905-01-01", "2000-01-01", "1910"),
    ],
)
def test_births_of_the_oldest_are_capped(birth: str, death: str | None, found: str, opened: Opened) -> None:
    [row] = opened("Patient", [{"id": "p", "birthDate": birth, "deceasedDateTime": death}], **HARBOR)
    assert row["birthDate"] == found


def test_no_other_date_tells_the_age_of_the_oldest(opened: Opened) -> None:
    said = [{"id": "c", "onsetDateTime": "1931-04-01", "recordedDate": "2020-03-01T08:00:00Z"}]
    [row] = opened("Condition", said, beside={"Patient": [PERSON | {"birthDate": "1925-01-01"}]}, **HARBOR)
    assert (row["onsetDateTime"], row["recordedDate"]) == ("1934", "2020")


def test_ages_are_capped(opened: Opened) -> None:
    years, weeks = {"value": 93.0, "unit": "years"}, {"value": 5200.0, "code": "wk"}
    said = [
        {"id": "1", "onsetAge": years},
        {"id": "2", "onsetAge": weeks},
        {"id": "3", "onsetAge": {"value": 45.0, "unit": "years"}},
    ]
    assert sorted(row["onsetAge"]["value"] for row in opened("Condition", said, **HARBOR)) == [45.0, 90.0, 4680.0]
    code = {"coding": [{"system": "http://loinc.org", "code": "30525-0"}]}
    other = {"coding": [{"system": "http://loinc.org", "code": "8302-2"}]}
    values = [
        {"id": "1", "code": code, "valueQuantity": {"value": 97.0}},
        {"id": "2", "code": other, "valueQuantity": {"value": 97.0}},
    ]
    assert sorted(row["valueQuantity"]["value"] for row in opened("Observation", values, **HARBOR)) == [90.0, 97.0]


def test_whole_numbers_and_components_that_are_ages_are_capped(opened: Opened) -> None:
    years = {"value": 99.0, "unit": "year old", "code": "a"}
    age, other = ({"coding": [{"system": "http://loinc.org", "code": code}]} for code in ("30525-0", "8302-2"))
    said = [
        {"id": "1", "code": age, "valueInteger": 97},
        {"id": "2", "code": other, "valueInteger": 98},
        {"id": "3", "code": other, "component": [{"code": age, "valueInteger": 99}]},
        {"id": "4", "code": other, "valueRange": {"low": years, "high": {"value": 99.0, "unit": "kg"}}},
    ]
    found = opened("Observation", said, **HARBOR)
    assert sorted(row["valueInteger"] or 0 for row in found) == [0, 0, 90, 98]
    assert [c["valueInteger"] for row in found for c in row["component"] or ()] == [90]
    assert [(r["low"]["value"], r["high"]["value"]) for row in found if (r := row["valueRange"])] == [(90.0, 99.0)]


def test_times_of_notes_are_years(opened: Opened) -> None:
    [row] = opened("notes", [{"note_id": "n", "time": datetime(2020, 5, 4, 3, 2), "text": "x"}], **HARBOR)
    assert row["time"] == datetime(2020, 1, 1)


def test_a_limited_data_set_keeps_dates_and_places(opened: Opened) -> None:
    [row] = opened("Patient", [PERSON], policy="limited")
    assert row.keys() == {"id", "subject_id", "birthDate", "address", "lastUpdated"}
    assert (row["birthDate"], row["lastUpdated"]) == ("1980-05-17", PERSON["lastUpdated"])
    address = {key: value for key, value in row["address"][0].items() if value}
    assert address == {"city": "Bedford", "state": "MA", "postalCode": "01730-1234", "country": "US"}
