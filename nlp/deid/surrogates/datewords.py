"""How dates are written: one regular expression of all forms, and what a match of it says.

Parts of a form are named form_part: y year, m month, d day, a and b numbers whose order the language decides, n the
name of a month, o the ending of an ordinal, e the last day of a range, h a holiday, s a season, q a quarter.
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache

from nlp.deid.surrogates.forbidden import fold
from nlp.deid.surrogates.moments import Moment, full_year
from nlp.deid.surrogates.pools import knowledge

HAN = "〇一二三四五六七八九"
HAN_NUMBER = r"[一二三四五六七八九十]{1,3}"
YEAR = r"(?:1[89]|20|21)\d\d"
SHORT = r"['’]\d\d"
ORDINAL = r"st|nd|rd|th|º|°"
MONTH = r"(?:0?[1-9]|1[0-2])"
START, END = r"(?<![^\W\d_])", r"(?![^\W\d_])"
TO = r"\s*(?:-|–|to|through|and|al?|y|&)\s*(?:the\s+|el\s+)?"
OF = r"\s*(?:,|del?\s+año|del?|of|in|-|/|\.)?\s*"

FORMS = {
    "time": r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:[+-]\d\d:?\d\d(?!\d))?(?:\s*[ap]\.?m\b\.?)?"
    r"|(?<!\d)\d{1,2}\s*[ap]\.?m\b\.?",
    "decade": r"(?<!\d)(?:\d{3}0|['’]?\d0)['’]?s\b",
    "zh": rf"(?:(?P<zh_y>\d{{4}}|\d\d|[{HAN}零]{{2,4}})\s*年\s*)?(?P<zh_m>\d{{1,2}}|{HAN_NUMBER})\s*月份?"
    rf"(?:\s*(?P<zh_d>\d{{1,2}}|{HAN_NUMBER})\s*[日号號])?",
    "hz": r"(?:(?P<hz_y>\d{4})\s*年\s*)?(?P<hz_h>HOLIDAYS_ZH)",
    "sz": r"(?:(?P<sz_y>\d{4})\s*年\s*)?(?P<sz_s>SEASONS_ZH)",
    "zhy": rf"(?P<zhy_y>\d{{4}}|[{HAN}零]{{4}})\s*年",
    "zhd": rf"(?<!\d)(?P<zhd_d>\d{{1,2}}|{HAN_NUMBER})\s*[日号號]",
    "iso": r"(?<!\d)(?P<iso_y>\d{4})(?P<iso_x>\s?[-/. ]\s?)(?P<iso_m>\d{1,2})(?P=iso_x)(?P<iso_d>\d{1,2})(?!\d)",
    "num": r"(?<!\d)(?P<num_a>\d{1,2})(?P<num_x>\s?[-/.]\s?|\s)(?P<num_b>\d{1,2})(?P=num_x)"
    r"(?P<num_y>['’]?(?:\d{4}|\d\d))(?!\d)",
    "hol": rf"\b(?P<hol_h>HOLIDAYS)\b(?:{OF}(?P<hol_y>{YEAR}|{SHORT}))?",
    "rm": rf"{START}(?P<rm_n>MONTHS)\.?\s*(?P<rm_d>\d{{1,2}})(?:{ORDINAL})?"
    rf"{TO}(?P<rm_e>\d{{1,2}})(?:{ORDINAL})?(?![\d:/-])"
    rf"(?:{OF}(?P<rm_y>{YEAR}|{SHORT}))?",
    "rd": rf"(?<![\d/])(?P<rd_d>\d{{1,2}})(?:{ORDINAL})?"
    rf"{TO}(?P<rd_e>\d{{1,2}})(?:{ORDINAL})?{OF}(?P<rd_n>MONTHS){END}\.?"
    rf"(?:{OF}(?P<rd_y>{YEAR}|{SHORT}))?",
    "dm": rf"(?<!\d)(?P<dm_d>\d{{1,2}})(?P<dm_o>{ORDINAL})?{OF}(?P<dm_n>MONTHS){END}\.?"
    rf"(?:{OF}(?P<dm_y>{YEAR}|['’]?\d\d)(?![\d:]))?",
    "md": rf"{START}(?P<md_n>MONTHS)\.?[\s/-]*(?:the\s+)?(?P<md_d>\d{{1,2}})(?P<md_o>{ORDINAL})?(?![\d:])"
    rf"(?:{OF}(?P<md_y>{YEAR}|{SHORT})(?!\d)|\s*[,/-]\s*(?P<md_z>\d\d)(?![\d:]))?",
    "my": rf"{START}(?P<my_n>MONTHS)\.?{OF}(?P<my_y>{YEAR}|{SHORT})(?!\d)",
    "ym": rf"(?<!\d)(?P<ym_y>{YEAR})[\s/-]*(?P<ym_n>MONTHS){END}\.?(?:[\s/-]*(?P<ym_d>\d{{1,2}})(?![\d:]))?",
    "mon": rf"{START}(?P<mon_n>MONTHS){END}",
    "sea": rf"\b(?P<sea_s>SEASONS)\b(?:{OF}(?P<sea_y>{YEAR}|{SHORT}))?",
    "qu": rf"\bQ(?P<qu_q>[1-4])(?:{OF}(?P<qu_y>{YEAR}|{SHORT}))?(?!\d)",
    "yn": rf"(?<!\d)(?P<yn_y>{YEAR})\s?[-/.]\s?(?P<yn_m>{MONTH})(?!\d)",
    "ny": rf"(?<!\d)(?P<ny_m>{MONTH})\s?[-/.]\s?(?P<ny_y>{YEAR})(?!\d)",
    "nn": r"(?<!\d)(?P<nn_a>\d{1,2})\s?[-/.]\s?(?P<nn_b>\d{1,2})(?!\d)",
    "cy": rf"(?<!\d)(?P<cy_y>{YEAR})(?P<cy_m>0[1-9]|1[0-2])(?P<cy_d>0[1-9]|[12]\d|3[01])(?:\d{{4}}(?:\d\d)?)?(?!\d)",
    "cm": rf"(?<!\d)(?P<cm_a>\d\d)(?P<cm_b>\d\d)(?P<cm_y>{YEAR})(?!\d)",
    "y": rf"(?<!\d)(?P<y_y>{YEAR}|{SHORT})(?!\d)",
    "o": rf"(?<!\d)(?P<o_d>\d{{1,2}})(?P<o_o>{ORDINAL})(?!\w)",
}


@cache
def pattern() -> re.Pattern[str]:
    filled = "|".join(f"(?P<{name}>{form})" for name, form in FORMS.items())
    latin = ("en", "es")
    for mark, said in {
        "HOLIDAYS_ZH": knowledge("dates")["holidays"]["zh"],
        "SEASONS_ZH": knowledge("dates")["seasons"]["zh"],
        "HOLIDAYS": [name for language in latin for name in knowledge("dates")["holidays"][language]],
        "SEASONS": [name for language in latin for name in knowledge("dates")["seasons"][language]],
        "MONTHS": months(),
    }.items():
        filled = filled.replace(mark, _either(said))
    return re.compile(filled, re.IGNORECASE)


def _either(said: Iterable[str]) -> str:
    found = "|".join(re.escape(word) for word in sorted(said, key=len, reverse=True))
    return found.replace("'", "['’]").replace(r"\ ", r"\s+")


@cache
def months() -> dict[str, int]:
    lists = knowledge("dates")["months"]
    return {word: number for forms in lists.values() for number, names in enumerate(forms, 1) for word in names}


@cache
def days_of_holidays() -> dict[str, tuple[int, int]]:
    said = {name: day for names in knowledge("dates")["holidays"].values() for name, day in names.items()}
    return {plain(name): (int(day[:2]), int(day[3:])) for name, day in said.items()}


@cache
def seasons() -> dict[str, int]:
    return {name: month for names in knowledge("dates")["seasons"].values() for name, month in names.items()}


def plain(text: str) -> str:
    return " ".join(text.lower().replace("’", "'").split())


@cache
def beside() -> Callable[[str], bool]:
    """Does a word that stands beside a date say nothing of it?"""
    words = frozenset(fold(word) for word in knowledge("dates")["beside"])
    chinese = re.compile(f"(?:{_either(knowledge('dates')['beside_zh'])})+")
    return lambda word: fold(word) in words or chinese.fullmatch(word) is not None


def unread(language: str) -> str:
    said: dict[str, str] = knowledge("dates")["unread"]
    return said.get(language, said["en"])


def before(language: str) -> str:
    said: dict[str, str] = knowledge("dates")["before"]
    return said.get(language, said["en"])


def parts(found: re.Match[str]) -> dict[str, str]:
    """Name of the part -> text, of the form that matched."""
    return {name: found[group] for name, group in _groups()[found.lastgroup or ""] if found[group]}


@cache
def _groups() -> dict[str, list[tuple[str, int]]]:
    """Of each form its parts and the groups that they are."""
    groups: dict[str, list[tuple[str, int]]] = {form: [] for form in FORMS}
    for name, group in pattern().groupindex.items():
        form, _, part = name.partition("_")
        groups[form] += [(part, group)] if part else []
    return groups


def order(one: int, other: int, language: str) -> str:
    """Which of two numbers is the month: a or b; nothing where neither can be."""
    if one > 12 or (language != "en" and other <= 12):
        return "b" if other <= 12 else ""
    return "a"


def read(found: re.Match[str], language: str, time: datetime | None) -> Moment | None:
    """What the match says; None where it cannot be a date."""
    part = parts(found)
    said = part.get("y") or part.get("z")
    year = full_year(number(said.strip("'’")), time) if said else None
    month, day = (int(number(part[name])) if name in part else None for name in ("m", "d"))
    if "n" in part:
        month = months()[part["n"].lower()]
    elif "h" in part:
        month, day = days_of_holidays()[plain(part["h"])]
    elif "s" in part:
        month = seasons()[part["s"].lower()]
    elif "q" in part:
        month = 3 * int(part["q"]) - 1
    elif "a" in part:
        return _numbers(int(part["a"]), int(part["b"]), year, order(int(part["a"]), int(part["b"]), language), time)
    return Moment(year, month, day)


def _numbers(one: int, other: int, year: int | None, first: str, time: datetime | None) -> Moment | None:
    if year is None and first == "a" and other > 31:
        return Moment(full_year(f"{other:02}", time), one)
    if not first:
        return None
    return Moment(year, one, other) if first == "a" else Moment(year, other, one)


def number(text: str) -> str:
    """Chinese numerals as digits: 二〇一九 is 2019, 十二 is 12."""
    if text.isdecimal():
        return text
    if "十" in text:
        tens, _, ones = text.partition("十")
        return str(10 * (HAN.index(tens) if tens else 1) + (HAN.index(ones) if ones else 0))
    return "".join(str(HAN.index(char.replace("零", "〇"))) for char in text)
