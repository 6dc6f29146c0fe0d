"""A date written in the form of another: part by part, in the language, case and width of what stood there."""

import re
from datetime import date, timedelta

from nlp.deid.surrogates import datewords as words
from nlp.deid.surrogates.pools import knowledge

ENDINGS = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}


def write(found: re.Match[str], day: date, language: str) -> str:
    """The text of the match with `day` in place of its date."""
    part = words.parts(found)
    if "h" in part:
        return _third(part, day, language)
    made, last, form = [], found.start(), found.lastgroup
    for name in sorted(part, key=lambda name: found.start(f"{form}_{name}")):
        if name == "x":
            continue
        start, end = found.span(f"{form}_{name}")
        made += [found.string[last:start], _part(name, part, day, language)]
        last = end
    return "".join(made) + found.string[last : found.end()]


def _part(name: str, part: dict[str, str], day: date, language: str) -> str:
    text = part[name]
    if name in ("y", "z"):
        return _year(text, day)
    if name in "ab":
        return _ordered(name, part, day, language)
    if name == "n":
        return _named(text, day, language)
    if name == "s":
        return _season(text, day)
    if name == "o":
        return text if text in "º°" else _cased(ENDINGS.get(day.day, "th"), text)
    if name == "e":
        return _numeral((day + timedelta(int(text) - int(part["d"]))).day, text, part["d"])
    number = {"m": day.month, "d": day.day, "q": (day.month + 2) // 3}[name]
    return _numeral(number, text, part.get("d" if name == "m" else "m", ""))


def _year(text: str, day: date) -> str:
    if text[0] in "'’":
        return text[0] + _year(text[1:], day)
    digits = f"{day.year:04}"[-len(text) :]
    return digits if text.isdecimal() else "".join(words.HAN[int(digit)] for digit in digits)


def _ordered(name: str, part: dict[str, str], day: date, language: str) -> str:
    one, other = int(part["a"]), int(part["b"])
    month = words.order(one, other, language)
    if "y" not in part and month == "a" and other > 31:  # 3/92
        number = day.month if name == "a" else day.year % 100
        return f"{number:02}" if name == "b" else _numeral(number, part[name], "")
    return _numeral(day.month if name == month else day.day, part[name], part["b" if name == "a" else "a"])


def _numeral(number: int, text: str, beside: str) -> str:
    """As wide as it was: 03 stays two digits, 3 does not become 03; 12 is either, and what stands beside it decides."""
    if not text.isdecimal():
        tens, ones = divmod(number, 10)
        front = ("" if tens == 1 else words.HAN[tens]) + "十" if tens else ""
        return front + (words.HAN[ones] if ones else "")
    wide = text.startswith("0") or (len(text) == 2 and len(beside) == 2)
    return f"{number:02}" if wide else str(number)


def _named(text: str, day: date, language: str) -> str:
    months = knowledge("dates")["months"]
    for tongue in sorted(months, key=lambda tongue: tongue != language):
        forms = months[tongue]
        place = next((names.index(text.lower()) for names in forms if text.lower() in names), None)
        if place is not None:
            names = forms[day.month - 1]
            return _cased(names[min(place, len(names) - 1)], text)
    return text


def _season(text: str, day: date) -> str:
    names = next(n for n in knowledge("dates")["seasons"].values() if text.lower() in n)
    middle = (day.month // 3 % 4) * 3 + 1  # December to February are 1
    alike = [name for name, month in names.items() if month == middle]
    return text if text.lower() in alike else _cased(alike[0], text)


def _third(part: dict[str, str], day: date, language: str) -> str:
    """A holiday would give the day away: early March 2021."""
    holidays = knowledge("dates")["holidays"]
    said = words.plain(part["h"])
    tongue = next(t for t in sorted(holidays, key=lambda t: t != language) if said in holidays[t])
    third = knowledge("dates")["thirds"][tongue][min(2, (day.day - 1) // 10)]
    year = _year(part["y"], day) if "y" in part else ""
    if tongue == "zh":
        return (f"{year}年" if year else "") + f"{day.month}月{third}"
    month = knowledge("dates")["months"][tongue][day.month - 1][0]
    if tongue == "es":
        return f"{third} {month}" + (f" de {year}" if year else "")
    return f"{third} {month.title()}" + (f" {year}" if year else "")


def _cased(word: str, text: str) -> str:
    if text.isupper() and len(text) > 1:
        return word.upper()
    return word.title() if text[0].isupper() else word
