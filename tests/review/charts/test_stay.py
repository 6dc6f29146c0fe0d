"""What an Encounter says of a stay, however little that is."""

from datetime import datetime

import pytest

from review.charts.stay import Stay, moment, stay

PLACES = {"Location/w1": "Ward 1", "Location/w2": "Ward <2>", "Organization/o": "Clinic"}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2026", datetime(2026, 1, 1)),
        ("2026-10", datetime(2026, 10, 1)),
        ("2026-10-03", datetime(2026, 10, 3)),
        ("2026-10-03T23:30:00-05:00", datetime(2026, 10, 4, 4, 30)),
        ("2026-10-03T23:30:00.125Z", datetime(2026, 10, 3, 23, 30, 0, 125000)),
        ("2026-13-45", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_times_as_fhir_writes_them(said: str | None, expected: datetime | None) -> None:
    assert moment(said) == expected


def place(reference: str | None, display: str | None = None) -> dict[str, object]:
    return {"location": {"reference": reference, "display": display}}


@pytest.mark.parametrize(
    ("row", "ward"),
    [
        ({"location": [place("Location/w1"), place("Location/w2")]}, "Ward <2>"),
        ({"location": [place("Location/w1"), place("Location/unknown")]}, "Ward 1"),
        ({"location": [place(None, "Bed 7")]}, "Bed 7"),
        ({"location": [{"location": None}], "serviceProvider": {"reference": "Organization/o"}}, "Clinic"),
        ({"location": None, "serviceProvider": None}, ""),
        ({}, ""),
    ],
)
def test_the_ward_is_the_last_place_with_a_name(row: dict[str, object], ward: str) -> None:
    assert stay(row, PLACES).ward == ward


def test_past_the_gate_nothing_that_a_place_is_called_by_is_told() -> None:
    assert stay({"location": [place("Location/w1", "Ward 1")]}, {}).ward == ""


def test_settings() -> None:
    settings = [stay({"class": {"code": code}}, {}).setting for code in ("IMP", "EMER", "other", None)]
    assert settings == ["inpatient", "outpatient", "unknown", "unknown"]
    assert stay({"class": None, "period": None}, {}) == Stay()
