"""Slots that identify: the patient, relatives, staff, places, dates, numbers."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np

from nlp.text.grammar import choose
from simulate.notes.forms import moment, spell_date, write_age, write_name, write_staff
from simulate.notes.identity import Relative, digits, phone
from simulate.notes.pen import Pen, Slot
from simulate.people import names
from simulate.records import operated_after
from simulate.shared import Provider

DAY = 86_400
DEGREES = {"SURGERY": ["MD", "DO"], "RADIOLOGY": ["MD"], "PATHOLOGY": ["MD"]}


def _title(pen: Pen) -> str:
    if pen.chart.age < 16:
        return ""
    return choose(pen.scribe.rng, ["Mr.", "Mr", "Mr."] if pen.chart.who.male else ["Ms.", "Mrs.", "Ms", "Miss"])


def _pronoun(male: str, female: str) -> Slot:
    return lambda pen, _: pen.scribe.put(male if pen.chart.who.male else female) and None


def patient(pen: Pen, _: str) -> None:
    """The subject of a sentence."""
    who, drawn = pen.chart.who, pen.scribe.rng.random()
    if drawn < 0.5:
        first = who.nickname if pen.chance(0.1) else who.first
        write_name(pen.scribe, "PATIENT", first, who.last, _title(pen))
    else:
        pen.scribe.put("The patient" if drawn < 0.75 else "Pt" if drawn < 0.85 else "He" if who.male else "She")


def full_name(pen: Pen, _: str) -> None:
    who = pen.chart.who
    last = who.last
    first = choose(pen.scribe.rng, [who.first, who.first, f"{who.first} {who.middle[0]}.", f"{who.first} {who.middle}"])
    write_name(pen.scribe, "PATIENT", first, last, "", full=True)


def short_name(pen: Pen, _: str) -> None:
    who = pen.chart.who
    if pen.chance(0.12):
        pen.scribe.phi("PATIENT", f"{who.first[0]}.{who.last[0]}.")
    else:
        write_name(pen.scribe, "PATIENT", who.first, who.last, _title(pen))


def plain_name(pen: Pen, _: str) -> None:
    if pen.chance(0.4):
        pen.scribe.put("the patient")
    else:
        short_name(pen, "")


def _relative(pen: Pen) -> Relative:
    """The same relative for the rest of the note once drawn."""
    if "relative" not in pen.memory:
        pen.memory["relative"] = str(int(pen.scribe.rng.random() * len(pen.chart.who.relatives)))
    return pen.chart.who.relatives[int(pen.memory["relative"])]


def relative(pen: Pen, _: str) -> None:
    """'wife', 'wife Ann', 'wife, Ann Smith,'."""
    kin = _relative(pen)
    pen.scribe.put(kin.word)
    drawn = pen.scribe.rng.random()
    if drawn < 0.3:
        pen.scribe.put(" ")
        pen.scribe.phi("RELATIVE", kin.first)
    elif drawn < 0.65:
        before, after = choose(pen.scribe.rng, [(", ", ""), (" ", ""), (" (", ")")])
        pen.scribe.put(before)
        pen.scribe.phi("RELATIVE", f"{kin.first} {kin.last}" if drawn > 0.45 else kin.first)
        pen.scribe.put(after)


def relative_capital(pen: Pen, _: str) -> None:
    kin = _relative(pen)
    if pen.chance(0.4):
        pen.scribe.phi("RELATIVE", f"{kin.first} {kin.last}")
        pen.scribe.put(f" ({kin.word})")
    else:
        pen.scribe.put(kin.word.capitalize() + " ")
        pen.scribe.phi("RELATIVE", kin.first)


def relative_name(pen: Pen, _: str) -> None:
    kin = _relative(pen)
    pen.scribe.phi("RELATIVE", f"{kin.first} {kin.last}")


def _write_provider(pen: Pen, who: Provider) -> None:
    degree = choose(pen.scribe.rng, DEGREES.get(who.speciality, ["MD", "MD", "DO", "NP", "PA-C", "RN"]))
    write_staff(pen.scribe, who.first, who.last, degree)


def doctor(pen: Pen, _: str) -> None:
    _write_provider(pen, pen.chart.doctor)


def colleague(pen: Pen, _: str) -> None:
    _write_provider(pen, choose(pen.scribe.rng, pen.chart.colleagues))


def _day(pen: Pen, which: str) -> date:
    c, rng = pen.chart, pen.scribe.rng
    base = {
        "now": c.when,
        "full": c.when,
        "admit": c.admitted,
        "admit_full": c.admitted,
        "discharge_full": c.discharged,
    }
    if which == "birth":
        return c.who.birth
    if c.harm and which in ("onset", "exposed"):
        return moment(c.harm.onset if which == "onset" else c.harm.since).date()
    if which == "operated":
        return moment(c.admitted + int(operated_after(np.int64(c.discharged - c.admitted)))).date()
    if which == "prior":
        return moment(int(c.extra["prior"])).date()
    offset = {"past": -30 - 900 * rng.random(), "recent": -2 - 6 * rng.random(), "future": 3 + 80 * rng.random(),
              "near": rng.random(), "month": -60 - 700 * rng.random()}.get(which, 0.0)  # fmt: skip
    return (moment(base.get(which, c.when)) + timedelta(days=offset)).date()


def write_date(pen: Pen, which: str) -> None:
    day = _day(pen, which)
    if which == "month":
        pen.scribe.phi("DATE", day.strftime(choose(pen.scribe.rng, ["%B %Y", "%b %Y", "%m/%Y"])))
    else:
        whole = which.endswith("full") or which == "birth"
        forms = "whole" if whole else "vague" if which in ("past", "future") else "short"
        pen.scribe.phi("DATE", spell_date(pen.scribe.rng, day, form=forms))


def age(after: list[str]) -> Slot:
    return lambda pen, _: write_age(pen.scribe, pen.chart.age, choose(pen.scribe.rng, after))


def identifier(pen: Pen, label: str) -> None:
    """The patient's own number of this label; a staff member's user name; the last four of the social."""
    who, rng = pen.chart.who, pen.scribe.rng
    if label == "SSN4":
        pen.scribe.phi("SSN", who.ssn[-4:])
    elif label == "USERNAME_STAFF":
        p = pen.chart.doctor
        user = "".join(c for c in (p.first[0] + p.last).lower() if c.isascii() and c.isalpha())
        pen.scribe.phi("USERNAME", user + digits(rng, "99"))
    elif label == "SSN" and pen.chance(0.3):
        pen.scribe.phi(
            "SSN", choose(rng, [who.ssn.replace("-", ""), who.ssn.replace("-", " "), "xxx-xx-" + who.ssn[-4:]])
        )
    else:
        pen.scribe.phi(label, str(getattr(who, label.lower())))


def accession(pen: Pen, _: str) -> None:
    form = choose(pen.scribe.rng, ["S99-99999", "SP-99-9999", "99999999", "A-99999999", "RAD99999999", "99:S9999"])
    pen.scribe.phi("ACCESSION", digits(pen.scribe.rng, form))


def address(pen: Pen, _: str) -> None:
    pen.write("{street}, {city}, [{state_code}|{state}] {zip}")


def _place(pen: Pen, label: str, text: str) -> None:
    pen.scribe.phi(label, text)


def hospital_two(pen: Pen, _: str) -> None:
    pen.scribe.phi("HOSPITAL", pen.chart.place.other)


def employer(pen: Pen, _: str) -> None:
    name = pen.chart.who.employer
    article = "the " if name.startswith("the ") else ""
    pen.scribe.put(article)
    pen.scribe.phi("EMPLOYER", name.removeprefix("the "))


def profession(pen: Pen, _: str) -> None:
    pen.scribe.phi("PROFESSION", pen.chart.who.profession)


def _initials(pen: Pen, _: str) -> None:
    locale = names().locales[0]
    name = choose(pen.scribe.rng, names().last[locale]), choose(pen.scribe.rng, names().first[(locale, "F")])
    pen.scribe.phi("STAFF", (name[1][0] + name[0][0]).lower())


def _from_who(label: str, field: Callable[[Pen], str]) -> Slot:
    return lambda pen, _: pen.scribe.phi(label, field(pen))


PERSON: dict[str, Slot] = {
    "pt": patient, "name": full_name, "name_short": short_name, "name_short_plain": plain_name,
    "he": _pronoun("he", "she"), "He": _pronoun("He", "She"), "him": _pronoun("him", "her"),
    "his": _pronoun("his", "her"), "His": _pronoun("His", "Her"),
    "relative": relative, "relative_cap": relative_capital, "relative_name": relative_name,
    "relative_word": lambda pen, _: pen.scribe.put(_relative(pen).word) and None,
    "relative_phone": lambda pen, _: pen.scribe.phi("PHONE", _relative(pen).phone),
    "staff": doctor, "staff_same": doctor, "staff2": colleague, "initials_typist": _initials,
    "date": write_date, "age": age([""]),
    "age_year": age(["-year-old", "-year-old", " year old", " y/o", "yo", " y.o."]),
    "age_year_cap": age(["-year-old", " year old", " y/o"]), "age_yo": age(["yo", " yo", "y", " y/o"]),
    "id": identifier, "accession": accession, "address": address, "address_line": lambda pen,
    _: pen.write("{city}, {state_code}"),
    "street": _from_who("STREET", lambda pen: pen.chart.who.street),
    "city": _from_who("CITY", lambda pen: pen.chart.who.city),
    "state": _from_who("STATE", lambda pen: pen.chart.who.state),
    "zip": _from_who("ZIP", lambda pen: pen.chart.who.zip),
    "state_code": _from_who("STATE", lambda pen: pen.chart.who.state_code),
    "hospital": _from_who("HOSPITAL", lambda pen: pen.chart.place.hospital), "hospital2": hospital_two,
    "ward": lambda pen, _: pen.scribe.put(pen.chart.place.ward) and None,
    "payer": lambda pen, _: pen.scribe.put(pen.chart.place.payer) and None,
    "employer": employer, "profession": profession,
    "clinic_phone": _from_who("PHONE", lambda pen: pen.chart.place.phone),
    "pager": _from_who("PHONE",
    lambda pen: digits(pen.scribe.rng, choose(pen.scribe.rng, ["9999", "99999", "999-9999"]))),
    "extension": _from_who("PHONE", lambda pen: digits(pen.scribe.rng, "9999")),
    "any_phone": _from_who("PHONE", lambda pen: phone(pen.scribe.rng)),
}  # fmt: skip
