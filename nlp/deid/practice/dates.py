"""Dates as people write them."""

from datetime import date, timedelta
from random import Random

from nlp.deid.practice.knowledge import Split, load, of_split

ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
ORDINALS = (
    "zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth",
)  # fmt: skip


def ordinal(n: int) -> str:
    return f"{n}{'th' if 10 <= n % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th')}"


def worded(n: int) -> str:
    """From 0 to 199."""
    if n >= 100:
        return "one hundred" + (f" and {worded(n - 100)}" if n > 100 else "")
    if n < 20:
        return ONES[n]
    return TENS[n // 10] + (f"-{ONES[n % 10]}" if n % 10 else "")


def worded_ordinal(n: int) -> str:
    """From 1 to 99."""
    if n <= 20:
        return ORDINALS[n]
    if n % 10 == 0:
        return TENS[n // 10][:-1] + "ieth"
    return f"{TENS[n // 10]}-{ORDINALS[n % 10]}"


def spoken_year(year: int, rng: Random) -> str:
    if 2000 <= year < 2010:
        return "two thousand" + (f"{rng.choice([' ', ' and '])}{worded(year - 2000)}" if year > 2000 else "")
    return f"{worded(year // 100)} {worded(year % 100) if year % 100 else 'hundred'}"


def draw_day(rng: Random, *, birth: bool = False) -> date:
    first = date(1921, 1, 1) if birth else date(1996, 1, 1)
    return first + timedelta(days=int(rng.random() * (36000 if birth else 11900)))


def write_date(rng: Random, form: str, split: Split) -> str:
    """form: whole, part, birth, holiday, year, month, worded, dayonly; else mostly whole."""
    known, day = load("dates"), draw_day(rng, birth=form == "birth")
    drawn = rng.random()
    if form == "holiday" or (form == "part" and drawn < 0.05):
        return rng.choice(of_split(known["holidays"], split))
    if form == "dayonly":
        return f"the {ordinal(day.day)}" if rng.random() < 0.5 else ordinal(day.day)
    if form == "worded" or (form in ("", "part") and drawn > 0.97):
        return _worded(rng, day, rng.choice(of_split(known["worded"], split)))
    if form in ("year", "month", "whole", "part"):
        kind = form
    else:
        kind = "whole" if form == "birth" or drawn < 0.65 else "part"
    return strf(day, rng.choice(of_split(known[kind], split)))


def strf(day: date, form: str) -> str:
    text = day.strftime(form.replace("%o", ordinal(day.day)))
    return text.upper() if "%b%Y" in form and form.startswith("%d") else text


def _worded(rng: Random, day: date, form: str) -> str:
    spoken = form.replace("<day>", worded_ordinal(day.day)).replace("<year>", spoken_year(day.year, rng))
    return day.strftime(spoken)
