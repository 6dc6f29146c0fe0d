"""Dates move by the person's weeks in whatever way they are written; intervals stay."""

from datetime import date, datetime, timedelta

import pytest

from nlp.deid.keys import Secret
from nlp.deid.person import Person
from nlp.deid.surrogates.dates import Policy
from nlp.deid.surrogates.surrogates import Surrogates

TIME = datetime(2020, 2, 10, 9)
BORN = Person(1, birth=date(1921, 5, 6))


def drawn(weeks: int = 30, policy: Policy = "shift") -> Surrogates:
    return Surrogates(BORN, Secret(1, 2, b"0123456789abcdef", weeks), policy)


WRITTEN = [
    ("en", "03/12/2019", "10/08/2019"),
    ("en", "3/7/19", "10/3/19"),
    ("es", "12/3/2019", "8/10/2019"),
    ("en", "13/3/2019", "9/10/2019"),
    ("en", "2019-03-12T10:20:00Z", "2019-10-08T10:20:00Z"),
    ("en", "March 3rd, 2019", "September 29th, 2019"),
    ("en", "MAR 3 2019", "SEP 29 2019"),
    ("en", "3 March '19", "29 September '19"),
    ("en", "03-Mar-2019", "29-Sep-2019"),
    ("en", "12MAR2019", "8OCT2019"),
    ("es", "3 de marzo de 2019", "29 de septiembre de 2019"),
    ("es", "MARZO DE 2019", "OCTUBRE DE 2019"),
    ("es", "3 de marzo del año 2019", "29 de septiembre del año 2019"),
    ("en", "March 2019", "October 2019"),
    ("en", "3/12", "10/8"),
    ("es", "12/3", "8/10"),
    ("en", "03/2019", "10/2019"),
    ("en", "2019-03", "2019-10"),
    ("en", "2019", "2020"),
    ("en", "'19", "'20"),
    ("en", "3/92", "10/92"),
    ("en", "20190312", "20191008"),
    ("en", "20190312102030", "20191008102030"),
    ("en", "Christmas 2019", "late July 2020"),
    ("es", "Navidad", "finales de julio"),
    ("zh", "春节", "9月上旬"),
    ("zh", "2019年3月12日", "2019年10月8日"),
    ("zh", "二〇一九年十二月三日", "二〇二〇年六月三十日"),
    ("zh", "3月12号", "10月8号"),
    ("en", "winter 2018", "summer 2018"),
    ("en", "Monday", "Monday"),
    ("en", "Monday, March 3", "Monday, September 29"),
    ("en", "Jan 3-7, 2020", "Jul 31-4, 2020"),
    ("es", "del 3 al 5 de marzo", "del 29 al 1 de septiembre"),
    ("en", "3/12/19-3/15/19", "10/8/19-10/11/19"),
    ("en", "the 3rd", "the 31st"),
    ("en", "Q3 2019", "Q1 2020"),
    ("en", "1990s", "1990s"),
    ("en", "Mar.\n3, 2019", "Sep.\n29, 2019"),
    ("es", "29/02/2020", "26/09/2020"),
    ("en", "January 2nd 10:30 pm", "July 30th 10:30 pm"),
    ("en", "last Flurday", "that day"),
]


@pytest.mark.parametrize(("language", "text", "moved"), WRITTEN)
def test_written_as_it_was(language: str, text: str, moved: str) -> None:
    assert drawn().of(text, "DATE", language, TIME) == moved


@pytest.mark.parametrize("weeks", [-52, -17, -1, 1, 9, 52])
@pytest.mark.parametrize(
    "form", ["%m/%d/%Y", "%Y-%m-%d", "%B %d, %Y", "%d %b %Y", "%d-%b-%Y", "%Y/%m/%d %H:%M", "%Y年%m月%d日"]
)
def test_every_date_keeps_interval_and_weekday(weeks: int, form: str) -> None:
    s = drawn(weeks)
    for days in range(0, 1500, 37):
        day = datetime(2016, 1, 29, 13, 5) + timedelta(days)
        if "%b" in form and "May" in (f"{day:%b}", f"{day + timedelta(weeks=weeks):%b}"):
            continue  # May is short and long, so what it becomes may be either
        moved = datetime.strptime(s.of(day.strftime(form), "DATE", "en"), form)
        assert moved.date() - day.date() == timedelta(weeks=weeks) and moved.weekday() == day.weekday()


def test_a_date_without_year_is_of_the_year_before_its_note() -> None:
    s = drawn(52)
    assert s.date("12/31", "en", datetime(2021, 1, 5)) == "12/30"  # of 2020
    assert s.date("3/1", "en", datetime(2020, 3, 5)) == "2/28"  # 52 weeks after 1 March 2020, over no leap day
    assert s.date("2/29", "en", None) == "2/27"


@pytest.mark.parametrize("text", ["99/99/2019", "31/31/20", "45-67", "2019-13-45", "00/00/0000", "123456"])
def test_what_is_no_date_keeps_its_shape_alone(text: str) -> None:
    made = drawn().of(text, "DATE", "en", TIME)
    assert [c.isdigit() for c in made] == [c.isdigit() for c in text] and made != text


@pytest.mark.parametrize("text", ["Boxing Flurday", "festum Sancti", "la víspera de su cumpleaños"])
def test_words_nobody_knows_do_not_pass(text: str) -> None:
    made = drawn().of(text, "DATE", "es", TIME)
    assert not {"Flurday", "festum", "Sancti", "cumpleaños"} & set(made.split())


def test_a_date_at_the_end_of_time_does_not_fail() -> None:
    assert drawn().date("12/31/9999") != "12/31/9999"


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("03/12/2019", "2019"),
        ("March 3", "2020"),
        ("5/6/1921", "before 1931"),
        ("nonsense", "that day"),
        ("2019年3月", "2019"),
    ],
)
def test_years_alone(text: str, year: str) -> None:
    time = datetime(2020, 2, 10)
    assert drawn(policy="year").of(text, "DATE", "en", time) == year


def test_as_they_are() -> None:
    assert drawn(policy="keep").of("March 3", "DATE") == "March 3"
