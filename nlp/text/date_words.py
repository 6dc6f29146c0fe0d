"""The patterns of nlp/text/dates.py, made of the words in data/dates.yaml, by language."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nlp.text.data_files import load, trie

NUMBER = r"\d{1,3}"
LAST = r"(?:past|last|previous|preceding|últimos|últimas)"
ABOUT = r"(?:about\s|approximately\s|approx\.?\s|around\s|nearly\s|~)?"
Pattern = re.Pattern[str]


@dataclass(frozen=True)
class Words:
    """`spans`: what they are counted from, in which direction, and their pattern; group `lasting` marks durations."""

    day_first: bool
    months: Mapping[str, int]
    units: Mapping[str, int]
    numbers: Mapping[str, int]
    days_named: Mapping[str, int]
    weekday_numbers: Mapping[str, int]
    named_dates: Sequence[Pattern]
    years: Pattern
    short: Pattern
    named: Pattern
    weekdays: Pattern
    spans: Sequence[tuple[str, int, Pattern]]
    ordinals: Sequence[tuple[str, Pattern]]

    fractions: tuple[Pattern, Pattern]  # words before, words behind

    def is_fraction(self, text: str, match: re.Match[str]) -> bool:
        """Of a dose, a score or strength: "cut by 1/2", "pain down from 8/10", "since 1/2 tablet"."""
        before, behind = self.fractions
        above, below = int(match["a"]), int(match["b"])
        if behind.match(text, match.end()) or (match["of"] in ("by", "from") and above < below <= 4):
            return True
        scored = below in (5, 10) and above <= below and not match["of"].startswith(("since", "desde"))
        return scored and before.search(text, max(0, match.start() - 30), match.start()) is not None

    def number(self, said: str) -> int:
        return int(said) if said.isdigit() else self.numbers[" ".join(said.split())]


@lru_cache(maxsize=3)
def words(language: str) -> Words:
    """Of English (en) or Spanish (es); any other language: of both."""
    chosen = [language] if language in ("en", "es") else ["en", "es"]
    said = load("dates")
    months = {
        form: number
        for each in chosen
        for number, month in enumerate(said["months"][each], 1)
        for form in (month, month[:3])
    }
    months |= {form: number for each in chosen for form, number in said["short_months"][each].items()}
    weekdays = {day: number for each in chosen for number, day in enumerate(said["weekdays"][each])}
    named, units, numbers = (_merged(said[name], chosen) for name in ("named", "units", "numbers"))
    events = {name: [w for each in chosen for w in said["events"][each][name]] for name in ("admission", "start")}
    return Words(
        "en" not in chosen,
        months,
        units,
        numbers,
        named,
        weekdays,
        _named_dates(trie(list(months))),
        re.compile(r"\b(?:in|since|during|en|desde|durante)\s(?:early\s|late\s)?(?P<y>(?:19|20)\d\d)\b(?![-/])"),
        re.compile(
            r"\b(?P<of>on|since|from|by|until|(?:desde )?el|del)\s(?P<a>\d{1,2})[/-](?P<b>\d{1,2})(?![\d/%-]|\.\d)"
        ),
        re.compile(rf"\b(?P<w>{trie(list(named))})\b"),
        re.compile(rf"\b(?:(?P<last>last)|this|on|since|el|desde el|este)\s(?P<w>{trie(list(weekdays))})\b"),
        _spans(rf"(?P<n>{NUMBER}|{trie(list(numbers))})[\s-]?(?P<u>{trie(list(units))})\b", events),
        (
            ("admission", re.compile(r"\b(?:hospital day|hd|día de ingreso)\s?#?(?P<n>\d{1,3})\b")),
            ("start", re.compile(r"\b(?:day|día)\s(?P<n>\d{1,3})\s(?:of|del?)\s(?:treatment|therapy|tratamiento)")),
        ),
        (
            re.compile(rf"\b{trie(said['fractions']['before'])}"),
            re.compile(rf"\s(?:of\s|a\s|de\s)?(?:the\s|la\s|el\s)?{trie(said['fractions']['behind'])}"),
        ),
    )  # fmt: skip


def _merged(said: Mapping[str, Mapping[str, int]], chosen: Sequence[str]) -> dict[str, int]:
    return {word: value for each in chosen for word, value in said[each].items()}


def _named_dates(month: str) -> list[Pattern]:
    """As in: March 3rd, 2024; 3 March 2024; 3 de marzo de 2024; March 2024. Only the last must have a year."""
    year, ordinal = r"(?P<y>(?:19|20)\d\d)", "(?:st|nd|rd|th|º)?"
    return [
        re.compile(rf"\b(?P<m>{month})\.?\s(?P<d>\d{{1,2}}){ordinal}(?:,?\s{year})?(?![\d:/]|\s?(?:mg|mcg|g|ml|units)\b)"),
        re.compile(rf"(?<![\w/.])(?P<d>\d{{1,2}}){ordinal}[\s-](?:of\s|de\s)?(?P<m>{month})\b\.?(?:[\s,-]{{1,2}}(?:del?\s)?{year}\b)?"),
        re.compile(rf"\b(?P<m>{month})\.?,?\s(?:of\s|del?\s)?{year}\b"),
    ]  # fmt: skip


def _spans(span: str, events: Mapping[str, Sequence[str]]) -> list[tuple[str, int, Pattern]]:
    """Longer forms first: "3 days before admission" is not "3 days before"."""
    found = []
    for anchor, names in events.items():
        event = rf"\s(?:to\s|the\s|de\s|del\s|a\s|su\s|her\s|his\s)*(?:{trie(list(names))})\b"
        found.append((anchor, -1, rf"\b{span}\s(?:before|prior|previous|antes|previos?|previas?){event}"))
        found.append((anchor, 1, rf"\b{span}\s(?:after|following|into|post|después|tras|posterior){event}"))
        found.append((anchor, 1, rf"\b(?:a las?|a los|tras|within)\s{span}\s(?:of|de|del){event}"))
    found += [
        ("later", 1, rf"\b{span}\s(?:later|afterwards?|thereafter|después(?!\s+de)|más tarde)\b"),
        ("after", 1, rf"\b{span}\s(?:after|following|into|post|on|después de|tras)\b(?!\s(?:the past|last))"),
        ("note", -1, rf"\b{span}\s(?:ago|earlier|back|prior|previously|before|antes|atrás)\b"),
        ("note", -1, rf"\b(?:desde\s)?hace\s(?:unos\s|unas\s)?{span}"),
        ("note", -1, rf"\b(?P<lasting>for|over|during|in|within|durante|en)\s(?:the\s|l[oa]s\s)?{LAST}\s{span}"),
        ("note", -1, rf"\b(?P<lasting>for|times|x|×|durante)\s?{ABOUT}{span}"),
        ("note", -1, rf"\b{span}\s(?P<lasting>history of|h/o|hx of|of|de evolución|con)\b"),
    ]  # fmt: skip
    return [(anchor, sign, re.compile(pattern)) for anchor, sign, pattern in found]
