"""Two patients in one note: which parts of a text speak of somebody else."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from nlp.text.data_files import load

LINE = r"(?:(?m:^)[ \t]*(?:[-*•#]+[ \t]*|\d{1,2}[.)][ \t]+)?(?:\*\*)?|(?<=[.;!?])[ \t]+)"
END = r"(?:\*\*)?[ \t]*(?:\([^()\n]{0,40}\)[ \t]*)?(?P<end>:|[ ][-–—][ ]|(?m:$))"
ANY = re.compile(
    r"(?i)twin|triplet|baby|infant|newborn|neonat|fetus|sibling|gemel|beb[eé]|feto|trilli|reci[eé]n|patient|\bpt\b|pacient"
    r"|cas[eo]\b|victim|v[ií]ctima|driver|bed\b|cama\b|donor|recipient|donante|receptor|mother|\bmom\b|madre|room ?mate"
    r"|neighb|habitaci|mrn|record|nhc|historia"
)
PARAGRAPH = re.compile(r"\n[ \t\r]*\n")
NEAR = 200  # characters within which a pasted name must have a record number


@dataclass(frozen=True, slots=True)
class Part:
    """Text that speaks of one person. `label`: where it says of whom. `own`: the note's own patient."""

    label: tuple[int, int]
    end: int
    own: bool


@dataclass(frozen=True, slots=True)
class Label:
    """`series` and `which` tell persons apart; `alone`: nothing stands behind it on its line."""

    start: int
    end: int
    series: str
    which: str
    alone: bool


def parts(text: str) -> list[Part]:
    """In order; empty where the note speaks of one patient alone, or does not say where the other begins."""
    if not ANY.search(text):
        return []
    found = _labelled(text) + _strangers(text) + _pasted(text)
    return sorted(found, key=lambda part: part.label)


def _labelled(text: str) -> list[Part]:
    """Of series with two persons and more. The note is of the one named before the first label, or of the first."""
    by_series: dict[str, list[Label]] = {}
    for label in _labels(text):
        by_series.setdefault(label.series, []).append(label)
    found: list[Part] = []
    for series, labels in by_series.items():
        persons = list(dict.fromkeys(label.which for label in labels))
        if len(persons) < 2:
            continue
        own = _own(text[: labels[0].start], series, persons)
        ends = [label.start for label in labels[1:]] + [len(text)]
        found += [
            Part((label.start, label.end), _until(text, label, end), label.which == own)
            for label, end in zip(labels, ends, strict=True)
        ]
    return found


def _labels(text: str) -> list[Label]:
    found = []
    for series, pattern in _known().items():
        for match in pattern.finditer(text):
            which = match["which"].lower() if "which" in pattern.groupindex else _couple(match)
            alone = not text[match.end() : _line_end(text, match.end())].strip()
            found.append(Label(match.start("words"), match.end(), series, which, alone))
    return sorted(found, key=lambda label: label.start)


def _couple(match: re.Match[str]) -> str:
    return "mother" if match["mother"] else "child"


def _own(head: str, series: str, persons: Sequence[str]) -> str:
    """Whose note it is."""
    if series == "couple":
        couples = load("people")["couples"]
        told = [who for who in persons if re.search(f"(?i){couples[who]['own']}", head)]
    else:
        pattern = re.compile(f"(?i)(?<!\\w)(?:{load('people')['series'][int(series)]})(?!\\w)")
        told = [match["which"].lower() for match in pattern.finditer(head)]
    told = list(dict.fromkeys(who for who in told if who in persons))
    return told[0] if len(told) == 1 else persons[0]


def _until(text: str, label: Label, end: int) -> int:
    """Up to the next label; where the label has its text on its own line, no farther than the paragraph."""
    if label.alone:
        return end
    blank = PARAGRAPH.search(text, label.end, end)
    return blank.start() if blank else end


def _strangers(text: str) -> list[Part]:
    """Such as a roommate's: to the end of the paragraph."""
    pattern = _pattern(load("people")["strangers"])
    found = []
    for match in pattern.finditer(text):
        blank = PARAGRAPH.search(text, match.end())
        found.append(Part((match.start("words"), match.end()), blank.start() if blank else len(text), own=False))
    return found


def _pasted(text: str) -> list[Part]:
    """Behind another patient's record number, up to where the note's own stands again."""
    numbers, names = _identity()
    heads = [(match.start(), match.end(), _plain(match["number"])) for match in numbers.finditer(text)]
    if len({number for _, _, number in heads}) < 2:
        return []
    own = heads[0][2]
    found = []
    for at, (start, end, number) in enumerate(heads):
        if number != own:
            until = next((head[0] for head in heads[at + 1 :]), len(text))
            found.append(Part((_headed(text, start, names), end), until, own=False))
    return found


def _headed(text: str, start: int, names: re.Pattern[str]) -> int:
    """Where the pasted head begins: at a name shortly before the number."""
    near = [match.start() for match in names.finditer(text, max(0, start - NEAR), start)]
    return near[-1] if near else start


def _plain(number: str) -> str:
    return number.replace("-", "").lstrip("0").upper()


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return end if end >= 0 else len(text)


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?i:{LINE}(?P<words>{words})(?!\w){END})")


@lru_cache(maxsize=1)
def _known() -> dict[str, re.Pattern[str]]:
    table: dict[str, Any] = load("people")
    known = {str(at): _pattern(words) for at, words in enumerate(table["series"])}
    mother, child = (table["couples"][who]["label"] for who in ("mother", "child"))
    return known | {"couple": _pattern(f"(?P<mother>{mother})|{child}")}


@lru_cache(maxsize=1)
def _identity() -> tuple[re.Pattern[str], re.Pattern[str]]:
    table = load("people")
    return re.compile(f"(?i)(?<!\\w){table['number']}"), re.compile(f"(?im)^[ \t]*{table['name']}")
