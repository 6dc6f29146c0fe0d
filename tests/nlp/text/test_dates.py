"""Dates and spans of time in English and Spanish notes."""

from datetime import date

import pytest

from nlp.text.dates import dates

WRITTEN = date(2024, 3, 15)  # a Friday
ANCHORS = {"note": WRITTEN, "admission": date(2024, 3, 10), "start": date(2024, 3, 1)}


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("on 03/12/2024", "en", "2024-03-12"),
        ("el 12/03/2024", "es", "2024-03-12"),
        ("seen 25/02/2024, again 01/03/2024", "en", "2024-02-25 2024-03-01"),
        ("on 04/03/2024", "en", "2024-03-04"),  # the other order lies ahead of the note
        ("on March 3", "en", "2024-03-03"),
        ("in December 3", "en", "2023-12-03"),
        ("Mar. 3rd, 2023 and 3 Mar 2024", "en", "2023-03-03 2024-03-03"),
        ("2024-03-02", "", "2024-03-02"),
        ("el 3 de marzo de 2024", "es", "2024-03-03"),
        ("3 days ago", "en", "2024-03-12"),
        ("hace dos semanas", "es", "2024-03-01"),
        ("two days before admission", "en", "2024-03-08"),
        ("dos días antes del ingreso", "es", "2024-03-08"),
        ("since yesterday", "en", "2024-03-14"),
        ("desde ayer", "es", "2024-03-14"),
        ("on Monday", "en", "2024-03-11"),
        ("last Friday", "en", "2024-03-08"),
        ("for 3 days", "en", "2024-03-12"),
        ("5 days after the first dose", "en", "2024-03-06"),
        ("hospital day 3", "en", "2024-03-12"),
        ("on 3/12", "en", "2024-03-12"),
        ("On 3/1 it began. Two days later it went", "en", "2024-03-01 2024-03-03"),
        ("12-31-99", "en", "1999-12-31"),
        ("pain 5/10, 2.5 mg, may 5 mg, BP 120/80, 30/02/2024", "en", ""),
        ("dose cut by 1/2, pain down from 8/10, strength on 4/5, since 1/2 tablet", "en", ""),
        ("pain since 3/4. 2 tablets", "en", "2024-03-04"),
        ("vitamin b12 may help, grade 2 may progress if may 2 tablets do", "en", ""),
        ("on may 2, 2023; since 2 may; May 3 rash", "en", "2023-05-02 2023-05-02 2023-05-03"),
        ("İpek, on March 3", "en", "2024-03-03"),
        ("in 2015", "en", "2015-01-01"),
        ("March 2023", "en", "2023-03-01"),
    ],
)
def test_days(text: str, language: str, day: str) -> None:
    assert [str(each.on(ANCHORS)) for each in dates(text, WRITTEN, language)] == day.split()


def test_what_is_not_known_is_no_day() -> None:
    (span,) = dates("two days before admission", WRITTEN, "en")
    assert span.on({}) is None and (span.anchor, span.days) == ("admission", -2)
    assert dates("on March 3", None, "en") == []


def test_how_exact_it_is() -> None:
    assert [each.precision for each in dates("in 2015, in March 2023, on 03/12/2024", WRITTEN, "en")] == [
        "year", "month", "day",
    ]  # fmt: skip


def test_the_last_of_all_days_is_read() -> None:
    assert [each.day for each in dates("rash on 12/31. Two days later it went", date.max, "en")] == [date.max, None]


def test_long_texts_do_not_crawl() -> None:
    assert len(dates("1 2 3/4 5 days 6.7 march " * 4000 + "3 days ago", WRITTEN, "en")) >= 1
