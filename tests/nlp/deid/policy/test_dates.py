"""Dates: moved by days with precision and zone, cut to years, dropped where they are none."""

from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest

from nlp.deid.policy import dates


@pytest.mark.parametrize(
    ("text", "days", "moved"),
    [
        ("2020-03-01", 14, "2020-03-15"),
        ("2020-02-28T23:59:59.123-05:00", 7, "2020-03-06T23:59:59.123-05:00"),
        ("2019-12-31T08:30:00Z", -364, "2019-01-01T08:30:00Z"),
        ("2020-02", 14, "2020-02"),  # its first day moves, and is cut again
        ("2020-02", 35, "2020-03"),
        ("2020", 14, "2020"),
        ("2020", -7, "2019"),
        ("0001-01-02", -7, None),
        ("9999-12-31", 7, None),
        ("2020-02-30", 7, None),
        ("2020-13", 7, None),
        ("2020-01-01T25:00:00Z", 7, None),
        ("2020-01-01 Zebulon", 7, None),
        ("1/2/2020", 7, None),
        ("", 7, None),
        (None, 7, None),
    ],
)
def test_a_date_moves_by_days(text: str | None, days: int, moved: str | None) -> None:
    assert dates.move(pa.array([text], pa.string()), np.array([days])).to_pylist() == [moved]


def test_intervals_stay_to_the_second() -> None:
    said = ["2020-03-07T01:30:00-05:00", "2020-03-08T03:30:01.5-04:00"]  # clocks change between them
    moved = dates.move(pa.array(said), np.array([70, 70])).to_pylist()
    before, after = ([datetime.fromisoformat(t) for t in times] for times in (said, moved))
    assert after[1] - after[0] == before[1] - before[0]


def test_years_are_cut_and_capped() -> None:
    said = pa.array(["2020-03-01T08:30:00Z", "1921-05", "x", None])
    assert dates.years(said, np.array([0, 1933, 0, 0])).to_pylist() == ["2020", "1933", None, None]


def test_times_of_partial_dates_stay_starts_of_their_month_or_year() -> None:
    moments = [datetime(2020, 1, 1, 5), datetime(2020, 2, 1), datetime(2020, 2, 1, 10, 30), None]
    said = dates.move_times(
        pa.array(moments, pa.timestamp("us")), np.full(4, 35), pa.array(["year", "month", "minute", "day"])
    )
    assert said.to_pylist() == [datetime(2020, 1, 1, 5), datetime(2020, 3, 1), datetime(2020, 3, 7, 10, 30), None]


def test_times_become_the_start_of_their_year() -> None:
    said = pa.array([datetime(2020, 5, 4, 3, 2, 1), datetime(1925, 1, 2), None], pa.timestamp("us"))
    assert dates.year_times(said, np.array([0, 1933, 0])).to_pylist() == [
        datetime(2020, 1, 1),
        datetime(1933, 1, 1),
        None,
    ]
