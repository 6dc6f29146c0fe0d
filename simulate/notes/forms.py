"""How people, dates and ages are spelt in notes."""

from datetime import date, datetime, timedelta
from random import Random

from nlp.text.grammar import choose
from simulate.notes.scribe import Scribe, spoilt
from simulate.people import load_places

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
ONES = ["", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen",
        "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]  # fmt: skip
TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def moment(seconds: int) -> datetime:
    return datetime(1970, 1, 1) + timedelta(seconds=seconds)


def ordinal(n: int) -> str:
    return f"{n}{'th' if 10 <= n % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th')}"


def spell_date(rng: Random, day: date, *, form: str) -> str:
    """form: whole (with year), short (may lack the year), vague (may be a month or a holiday)."""
    y, m, d, name = day.year, day.month, day.day, MONTHS[day.month - 1]
    full = [f"{m:02}/{d:02}/{y}", f"{m}/{d}/{y}", f"{m}/{d}/{y % 100:02}", f"{y}-{m:02}-{d:02}", f"{name} {d}, {y}",
            f"{name[:3]} {d}, {y}", f"{d} {name} {y}", f"{d:02}-{name[:3]}-{y}", f"{m:02}-{d:02}-{y}",
            f"{m:02}.{d:02}.{y}",
            f"{d:02}{name[:3].upper()}{y}", f"the {ordinal(d)} of {name} {y}", f"{name} {ordinal(d)}, {y}"]  # fmt: skip
    short = [f"{m}/{d}", f"{m:02}/{d:02}", f"{name} {d}", f"{name} {ordinal(d)}", f"{d} {name[:3]}",
             f"the {ordinal(d)} of {name}"]  # fmt: skip
    if form == "whole" or rng.random() < 0.6:
        return choose(rng, full)
    if form == "vague" and rng.random() < 0.4:
        month = [f"{name} {y}", f"{m:02}/{y}", f"{name[:3]} '{y % 100:02}", f"{name[:3]} {y}"]
        return choose(rng, month + load_places()["holidays"][:2])
    return choose(rng, short)


def number_words(n: int) -> str:
    if n < 20:
        return ONES[n] or "zero"
    if n >= 100:
        return "one hundred" + (f" and {number_words(n - 100)}" if n > 100 else "")
    return TENS[n // 10] + (f"-{ONES[n % 10]}" if n % 10 else "")


def write_age(scribe: Scribe, years: int, after: str = "") -> None:
    """`after` is glued on: '-year-old', 'yo'."""
    label = "AGE90" if years > 89 else "AGE"
    spelt = number_words(years) if scribe.rng.random() < 0.06 and after.startswith("-") else str(years)
    scribe.phi(label, spelt)
    scribe.put(after)


def write_name(scribe: Scribe, label: str, first: str, last: str, title: str, *, full: bool = False) -> None:
    """One of the ways to name a person; the title is not part of the span."""
    rng = scribe.rng
    initial = first[0]
    forms = [("", f"{first} {last}"), ("", f"{last}, {first}"), (title, f"{first} {last}")]
    if not full:
        forms += [
            (title, last),
            (title, last),
            (title, last),
            (title, f"{initial}. {last}"),
            ("", f"{initial} {last}"),
            ("", first),
        ]
    before, name = choose(rng, forms)
    if before:
        scribe.put(before + (" " if rng.random() < 0.97 else ""))
    scribe.phi(label, name.upper() if full and rng.random() < 0.25 else _careless(scribe, name))


def _careless(scribe: Scribe, name: str) -> str:
    """Now and then one slip of the finger, two words glued, or no capitals."""
    drawn = scribe.rng.random()
    if drawn < 0.02 and len(name) > 5:
        return spoilt(scribe.rng, name)
    if drawn < 0.03:
        return name.replace(" ", "", 1)
    return name.lower() if scribe.style == "terse" and drawn > 0.88 else name


def write_staff(scribe: Scribe, first: str, last: str, degree: str) -> None:
    """'Dr. Last', 'First Last, MD', 'F. Last RN', 'MD Last'."""
    rng, initial = scribe.rng, first[0]
    doctor = degree in ("MD", "DO")
    forms = [
        ("", f"{first} {last}", f", {degree}"),
        ("", f"{initial}. {last}", f" {degree}"),
        ("", f"{last}, {first}", f" {degree}"),
    ]
    if doctor:
        forms += [("Dr. ", last, ""), ("Dr ", last, ""), ("Dr. ", f"{first} {last}", ""), ("Doctor ", last, "")]
    before, name, after = choose(rng, forms)
    scribe.put(before)
    scribe.phi("STAFF", name)
    scribe.put(after)
