"""What a rule asks of a value beyond its shape: checksums (python-stdnum) and ranges of dates and numbers."""

import re
from collections.abc import Callable
from datetime import date
from importlib import import_module

DIGITS = re.compile(r"\d+")
VIN_VALUE = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", map(int, "123456781234579234567890123456789"), strict=True))
VIN_WEIGHT = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def stdnum(module: str) -> Callable[[str], bool]:
    """The check of a module of python-stdnum, which is imported at its first use."""
    return lambda text: bool(import_module(f"stdnum.{module}").is_valid(text))


def vin(text: str) -> bool:
    """ISO 3779 with the check digit that North America asks for."""
    text = text.upper()
    if len(text) != 17 or any(c not in VIN_VALUE for c in text):
        return False
    rest = sum(VIN_VALUE[c] * w for c, w in zip(text, VIN_WEIGHT, strict=True)) % 11
    return text[8] == "0123456789X"[rest]


def npi(text: str) -> bool:
    return bool(import_module("stdnum.luhn").is_valid("80840" + "".join(DIGITS.findall(text))))


def dea(text: str) -> bool:
    digits = [int(c) for c in text[-7:]]
    return (sum(digits[0:6:2]) + 2 * sum(digits[1:6:2])) % 10 == digits[6]


def ssn(text: str) -> bool:
    """Shape only: area numbers are random since 2011 and test numbers begin with 9."""
    digits = "".join(DIGITS.findall(text))
    return len(digits) == 9 and digits[:3] != "000" and digits[3:5] != "00" and digits[5:] != "0000"


def day(text: str) -> bool:
    """Numbers that can be a date: a day and a month in either order, with or without a year, or a year first."""
    numbers = [int(n) for n in DIGITS.findall(text)[:3]]
    if len(numbers) == 3 and numbers[0] > 1000:
        return 1 <= numbers[1] <= 12 and 1 <= numbers[2] <= 31 and 1850 <= numbers[0] <= 2100
    if len(numbers) == 3 and numbers[2] > 99 and not 1850 <= numbers[2] <= 2100:
        return False
    low, high = sorted(numbers[:2])
    return 1 <= low <= 12 and 1 <= high <= 31


def compact_day(text: str) -> bool:
    """YYYYMMDD, and with a time behind it."""
    try:
        return 1880 <= date(int(text[:4]), int(text[4:6]), int(text[6:8])).year <= 2099
    except ValueError:
        return False


def us_day(text: str) -> bool:
    """A bare month/day that no score or ratio looks like."""
    month, second = (int(n) for n in DIGITS.findall(text)[:2])
    return 1 <= month <= 12 and 13 <= second <= 31 and second not in (15, 20, 24, 25, 30)


def ip(text: str) -> bool:
    return all(int(n) < 256 for n in DIGITS.findall(text)[:4])


def phone(text: str) -> bool:
    """7 to 15 digits that are not all the same."""
    digits = "".join(DIGITS.findall(text))
    return 7 <= len(digits) <= 15 and len(set(digits)) > 1


def vanity(text: str) -> bool:
    return 10 <= sum(c.isalnum() for c in text) <= 12 and any(c.isalpha() for c in text)


def has_digit(text: str) -> bool:
    return any(c.isdigit() for c in text)


def many_digits(text: str) -> bool:
    return sum(c.isdigit() for c in text) >= 3


def five_digits(text: str) -> bool:
    return sum(c.isdigit() for c in text) >= 5


def over89(text: str) -> bool:
    number = DIGITS.search(text)
    return bool(number) and int(number[0]) >= 90 if number else False


def age(text: str) -> bool:
    number = DIGITS.search(text)
    return number is None or int(number[0]) <= 125


def user(text: str) -> bool:
    """A name that a person would not be called by: it holds a digit, dot or underscore, or is no word."""
    from nlp.text.words import commonness

    return not text.isalpha() or commonness("en").get(text.lower(), 0.0) < 2.5


def has_word(text: str) -> bool:
    return any(c.isalpha() for c in text)


def street_es(text: str) -> bool:
    """A short form such as av. or pl. is a street only with a number behind it."""
    kind = text.split()[0].rstrip(".").lower()
    return len(kind) > 4 or kind.startswith("c/") or has_digit(text) or text.lower().endswith("s/n")


def year_zh(text: str) -> bool:
    """A year, not a number of years: four figures that can be one, or two with a month behind them."""
    figures = DIGITS.match(text)
    return "月" in text or not figures or (len(figures[0]) == 4 and 1880 <= int(figures[0]) <= 2099)


def name_zh(text: str) -> bool:
    """A surname followed by characters that only a name has there."""
    return not re.search("[的了于因在有无不为是及与或后前时其自诉现者经科院主任医师签名术]", text[1:])


def hospital_zh(text: str) -> bool:
    return text not in (
        "本医院",
        "该医院",
        "外医院",
        "当地医院",
        "其他医院",
        "上级医院",
        "外院医院",
        "综合医院",
        "某医院",
    )


CHECKS: dict[str, Callable[[str], bool]] = {
    "vin": vin, "npi": npi, "dea": dea, "ssn": ssn, "day": day, "compact_day": compact_day, "us_day": us_day, "ip": ip,
    "phone": phone, "vanity": vanity, "has_digit": has_digit, "many_digits": many_digits, "five_digits": five_digits,
    "has_word": has_word, "street_es": street_es, "over89": over89, "year_zh": year_zh, "name_zh": name_zh,
    "hospital_zh": hospital_zh, "age": age, "user": user,
    "dni": stdnum("es.dni"), "nie": stdnum("es.nie"), "iban": stdnum("iban"), "luhn": stdnum("luhn"),
    "imei": stdnum("imei"), "ric": stdnum("cn.ric"), "mac": stdnum("mac"), "curp": stdnum("mx.curp"),
}  # fmt: skip
