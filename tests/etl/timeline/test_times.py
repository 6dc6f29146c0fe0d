"""FHIR dates and dateTimes: partial, with zones, over daylight-saving, leap seconds, nonsense."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from etl.timeline.times import NO_TIME, PRECISIONS, instants, read_one


def _text(micros: int) -> str:
    return datetime.fromtimestamp(micros / 1e6, UTC).strftime("%Y-%m-%dT%H:%M:%S")


@pytest.mark.parametrize(
    ("text", "zone", "start", "end", "precision"),
    [
        ("2020", "UTC", "2020-01-01T00:00:00", "2021-01-01T00:00:00", "year"),
        ("2020-12", "UTC", "2020-12-01T00:00:00", "2021-01-01T00:00:00", "month"),
        ("2020-02-29", "UTC", "2020-02-29T00:00:00", "2020-03-01T00:00:00", "day"),
        ("2020-02-29", "Asia/Tokyo", "2020-02-28T15:00:00", "2020-02-29T15:00:00", "day"),
        ("2020-01-01T23:30:00-05:00", "UTC", "2020-01-02T04:30:00", "2020-01-02T04:30:00", "second"),
        ("2020-01-01T23:30Z", "UTC", "2020-01-01T23:30:00", "2020-01-01T23:31:00", "minute"),
        ("2016-12-31T23:59:60Z", "UTC", "2016-12-31T23:59:59", "2016-12-31T23:59:59", "second"),
        # a day without midnight, and a day of 23 hours
        ("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00", "2018-11-05T02:00:00", "day"),
        # no zone, in the hour that comes twice: the first; in the hour that never was: as if the clock had not moved
        ("2020-11-01T01:30:00", "America/New_York", "2020-11-01T05:30:00", "2020-11-01T05:30:00", "second"),
        ("2020-03-08T02:30:00", "America/New_York", "2020-03-08T07:30:00", "2020-03-08T07:30:00", "second"),
    ],
)
def test_one(text: str, zone: str, start: str, end: str, precision: str) -> None:
    found = read_one(text, zone)
    assert (_text(found[0]), _text(found[1]), PRECISIONS[found[2]]) == (start, end, precision)


@pytest.mark.parametrize("text", ["2020-13", "2020-02-30", "soon", "20-1-1", "2020-01-01T25:00:00Z", "99999", "9999"])
def test_nonsense_is_no_time(text: str) -> None:
    assert read_one(text, "UTC") == (NO_TIME, NO_TIME, -1)


def test_a_column_reads_as_its_values_do() -> None:
    texts = ["2020-01-01T00:00:00Z", None, "2020", "2020-01-01T00:00:00.123456+02:00", "2016-12-31T23:59:60Z", "soon"]
    for some in (texts, texts[:2], texts[2:3], texts[:1] * 3, [None], []):
        found = instants(pa.chunked_array([pa.array(some, pa.string())]))
        wanted = [read_one(text, "UTC") if text else (NO_TIME, NO_TIME, -1) for text in some]
        assert list(zip(found.start, found.end, found.precision, strict=True)) == wanted
