"""Shapes of what identifies: numbers, telephones, dates, typing slips. Drawn, never looked up."""

import string
from datetime import date
from random import Random

from stdnum import luhn
from stdnum.es import dni

MONTHS = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
    "es": ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
           "noviembre", "diciembre"),
}  # fmt: skip
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")  # fmt: skip


def pattern(rng: Random, shape: str) -> str:
    """`#` becomes a digit, `@` a capital letter, `%` a digit but 0; all else stands."""
    made = {"#": lambda: rng.choice(string.digits), "@": lambda: rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ"),
            "%": lambda: rng.choice("123456789")}  # fmt: skip
    return "".join(made[c]() if c in made else c for c in shape)


def one_of(rng: Random, *shapes: str) -> str:
    return pattern(rng, rng.choice(shapes))


def ssn(rng: Random) -> str:
    return f"{rng.randint(101, 665):03}{rng.randint(10, 99):02}{rng.randint(1001, 9999):04}"


def npi(rng: Random) -> str:
    """Ten digits whose check digit is that of 80840 and the number."""
    body = pattern(rng, "1########")
    return body + str(luhn.calc_check_digit("80840" + body))


def dea(rng: Random, initial: str) -> str:
    digits = [rng.randint(0, 9) for _ in range(6)]
    check = digits[0] + digits[2] + digits[4] + 2 * (digits[1] + digits[3] + digits[5])
    return rng.choice("ABFM") + initial.upper() + "".join(map(str, digits)) + str(check % 10)


def national(rng: Random) -> str:
    body = pattern(rng, "########")
    return body + str(dni.calc_check_digit(body))


def vin(rng: Random) -> str:
    return pattern(rng, "1@#@@##@#@@######").replace("O", "P").replace("Q", "R").replace("I", "J")


def slip(rng: Random, word: str) -> str:
    """One typing slip inside a word: two letters swapped, one doubled, dropped or struck beside."""
    if len(word) < 5:
        return word + word[-1]
    at = rng.randint(1, len(word) - 3)
    a, b = word[at], word[at + 1]
    swapped = word[:at] + (b + a if a != b else a) + word[at + 2 :]
    ways = [
        swapped,
        word[:at] + a + word[at:],
        word[:at] + word[at + 1 :],
        word[:at] + rng.choice("eioanr") + word[at + 1 :],
    ]
    slips = [way for way in ways if way != word]
    return rng.choice(slips)


def phone(rng: Random, digits: str, style: str) -> str:
    """Ten digits in one of the ways in which people write them."""
    a, b, c = digits[:3], digits[3:6], digits[6:]
    ways = {
        "p": f"({a}) {b}-{c}", "pc": f"({a}){b}-{c}", "d": f"{a}-{b}-{c}", "dot": f"{a}.{b}.{c}",
        "sp": f"{a} {b} {c}",
        "raw": digits, "plus": f"+1 {a}-{b}-{c}", "one": f"1-{a}-{b}-{c}", "sl": f"{a}/{b}-{c}", "loc": f"{b}-{c}",
        "l4": c,
    }  # fmt: skip
    return ways[style or rng.choice(["p", "pc", "d", "dot", "sp", "raw", "plus", "one", "sl", "p", "d", "p", "d"])]


def phone_es(rng: Random, digits: str, style: str) -> str:
    nine = digits[:9]
    ways = {
        "p": f"{nine[:3]} {nine[3:6]} {nine[6:]}", "d": f"{nine[:3]}-{nine[3:]}", "raw": nine,
        "dot": f"{nine[:3]}.{nine[3:6]}.{nine[6:]}",
        "plus": f"+34 {nine[:3]} {nine[3:5]} {nine[5:7]} {nine[7:]}",
    }  # fmt: skip
    return ways.get(style) or ways[rng.choice(list(ways))]


def age_in_words(years: int) -> str:
    if years < 20:
        return ONES[years]
    if years >= 100:
        return "one hundred" + (f" and {ONES[years - 100]}" if years > 100 else "")
    return TENS[years // 10] + (f"-{ONES[years % 10]}" if years % 10 else "")


def day(rng: Random, when: date, style: str, language: str = "en") -> str:
    """A date as written; without a style a common whole one."""
    y, m, d = when.year, when.month, when.day
    name = MONTHS[language][m - 1]
    if language == "es":
        ways = {
            "long": f"{d} de {name} de {y}", "us": f"{d:02}/{m:02}/{y}", "us2": f"{d}/{m}/{y % 100:02}",
            "md": f"{d}/{m}", "ml": f"{d} de {name}", "my": f"{name} de {y}", "m": name, "dash": f"{d:02}-{m:02}-{y}",
            "dot": f"{d:02}.{m:02}.{y}", "iso": f"{y}-{m:02}-{d:02}",
        }  # fmt: skip
        return ways.get(style) or ways[rng.choice(["long", "us", "us2", "dash", "dot"])]
    suffix = "th" if 10 < d < 14 else {1: "st", 2: "nd", 3: "rd"}.get(d % 10, "th")
    ways = {
        "us": f"{m:02}/{d:02}/{y}", "us2": f"{m}/{d}/{y % 100:02}", "md": f"{m}/{d}", "iso": f"{y}-{m:02}-{d:02}",
        "long": f"{name} {d}, {y}", "mon": f"{name[:3]} {d}, {y}", "ml": f"{name} {d}", "mdm": f"{name[:3]} {d}",
        "dmy": f"{d} {name[:3]} {y}", "dash": f"{d:02}-{name[:3].upper()}-{y}", "my": f"{name} {y}",
        "my2": f"{m:02}/{y}",
        "m": name, "ord": f"{d}{suffix}", "mord": f"{name} {d}{suffix}", "compact": f"{y}{m:02}{d:02}",
        "dot": f"{m:02}.{d:02}.{y % 100:02}", "glued": f"{d:02}{name[:3].upper()}{y % 100:02}",
        "hy": f"{m}-{d}-{y % 100:02}",
    }  # fmt: skip
    return ways.get(style) or ways[rng.choice(["us", "us", "us2", "long", "mon", "iso", "dmy", "dash"])]
