"""A report taken apart: which lines are history, gross, diagnosis, markers, addendum; and of which specimen."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from nlp.pathology.breast.knowledge import load

KINDS = ("", "clinical", "gross", "diagnosis", "microscopic", "synoptic", "markers", "addendum")
LABELLED = re.compile(r"[ \t]*[A-Z][\w /%#.()-]{1,40}?(?:[ ]{3,}|\t|[ ]*[:|=])")
ASIDE = ("clinical", "gross")  # not of what was found
UNKNOWN = re.compile(r"(?m)(?<=\n\n)(?:[A-Z][A-Z /&-]{3,40}:?|[A-Z][\w /&-]{2,40}:)[ ]*$")  # a heading of anything else
HEADER = 110  # characters after a label that say what the specimen is


@dataclass(frozen=True, slots=True)
class Part:
    """`label`: of the specimen it is of; nothing: of the whole report, or of the only one."""

    start: int
    end: int
    kind: str
    label: str = ""


@dataclass(frozen=True)
class Taken:
    """`labels`: of breast specimens, in order, each with its side where it is told; empty: one without label."""

    parts: Sequence[Part]
    labels: dict[str, str]
    foreign: frozenset[str] = frozenset()  # labels of specimens of something else

    def at(self, place: int) -> Part:
        starts = self._starts
        return self.parts[max(0, bisect_right(starts, place) - 1)]

    @property
    def _starts(self) -> list[int]:
        return [part.start for part in self.parts]


def take_apart(text: str) -> Taken:
    sections = _sections(text)
    marks = _marks(text)
    homes, labels, foreign = _homes(text, marks)
    cuts = sorted({start for start, _ in sections} | {start for start, _, _ in marks} | {0})
    parts, label, kind = [], "", ""
    opened, named = dict(sections), {start: name for start, _, name in marks}
    for at, start in enumerate(cuts):
        if start in opened:
            kind, label = (
                opened[start],
                label if at and _is_label(text[cuts[at - 1] : start], cuts[at - 1] in named) else "",
            )
        if start in named:
            label = homes.get(named[start], named[start]) if labels or foreign else ""
        end = cuts[at + 1] if at + 1 < len(cuts) else len(text)
        parts.append(Part(start, end, kind, label))
    return Taken(parts, labels if len(labels) > 1 else {}, foreign)


def _is_label(words: str, marked: bool) -> bool:
    """A specimen's label with a heading right behind it, which is then of that specimen."""
    return marked and len(words) < HEADER and "\n" not in words.strip()


def _sections(text: str) -> list[tuple[int, str]]:
    """(start, kind) of each; a heading with words beside it ends where the next line names something itself."""
    found = []
    heading, inline = _patterns()
    for match in heading.finditer(text):
        kind = next(name for name, said in match.groupdict().items() if said)
        found.append((match.start(), kind))
        line = text.find("\n", match.end())
        beside = text[match.end() : line if line >= 0 else len(text)].strip()
        if kind in ASIDE and beside and line >= 0 and LABELLED.match(text, line + 1):
            found.append((line + 1, ""))
    found += [(match.start(), "") for match in UNKNOWN.finditer(text)]
    found += [(match.start(), "addendum") for match in inline.finditer(text)]
    opened: dict[int, str] = {}
    for start, kind in found:
        opened[start] = kind or opened.get(start, "")
    return sorted(opened.items())


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    said = load("parts")
    kinds = "|".join(f"(?P<{kind}>{'|'.join(words)})" for kind, words in said["headings"].items())
    end = r"(?:\*\*|__)?[ \t]*(?:[:|]|--|[ ]-[ ]|\t|[ ]{3,}|(?=\r?\n)|$)"
    heading = re.compile(rf"(?m)^[ \t*#_=]*(?:{kinds}){end}", re.I)
    inline = re.compile(rf"(?<=[.!?\n])[ ]*(?:{'|'.join(said['inline'])})\b", re.I)
    return heading, inline


def _marks(text: str) -> list[tuple[int, int, str]]:
    """(start, end of its words, label) of every place that turns to a specimen."""
    label, letter, organ = _labels()
    found = {match.start(): (match.start(), match.end(), match[1].upper()) for match in label.finditer(text)}
    for match in letter.finditer(text):
        if organ.search(text[match.end() : match.end() + HEADER].split("\n")[0]):
            found.setdefault(match.start(), (match.start(), match.end(), match[1].upper()))
    marks = sorted(found.values())
    letters = {name for _, _, name in marks if name.isalpha()}
    return [mark for mark in marks if mark[2].isalpha()] if len(letters) > 1 else marks


@lru_cache(maxsize=1)
def _labels() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    said = load("parts")
    before = r"(?:(?m:^)[ \t]*(?:\w{1,8}[ ]?\|[ ]?)?|(?<=[.!?][ ])|(?<=regard to ))"
    organs = said["organs"]
    named = "|".join(organs[name] for name in ("breast", "node", "other", "side"))
    label = re.compile(rf"{before}(?:\w+ ?to )?(?:{said['label']})(?!\w)", re.I)
    return label, re.compile(rf"(?m:^)[ \t]*(?:{said['letter']})"), re.compile(named, re.I)


def _homes(text: str, marks: Sequence[tuple[int, int, str]]) -> tuple[dict[str, str], dict[str, str], frozenset[str]]:
    """Label -> the breast specimen it belongs to; sides of the breast specimens; labels of anything else."""
    organs = {name: re.compile(said, re.I) for name, said in load("parts")["organs"].items()}
    said: dict[str, str] = {}
    for place, (_, end, label) in enumerate(marks):
        stop = min(end + HEADER, marks[place + 1][0] if place + 1 < len(marks) else len(text))
        said[label] = f"{said.get(label, '')} {_head(text[end:stop])}"
    sides = {label: _side(words, organs["side"]) for label, words in said.items()}
    breasts = {label for label, words in said.items() if _of_breast(words, organs)}
    homes, foreign = {}, set()
    for label, words in said.items():
        if label in breasts:
            homes[label] = label
            continue
        near = [name for name in said if name in breasts and sides[name] == sides[label]] or sorted(breasts)
        if organs["other"].search(words) or not (near and (organs["node"].search(words) or "margin" in words.lower())):
            foreign.add(label)
        homes[label] = near[0] if near and label not in foreign else label
    return homes, {label: sides[label] for label in said if label in breasts}, frozenset(foreign)


def _of_breast(words: str, organs: dict[str, re.Pattern[str]]) -> bool:
    lower = words.lower()
    if organs["breast"].search(words):
        return not ("margin" in lower and ("new" in lower or "additional" in lower))
    return bool(organs["side"].search(words)) and not organs["other"].search(words) and not organs["node"].search(words)


def _head(words: str) -> str:
    """The line that follows a label, or the one after it where that is empty."""
    return words.lstrip(" \t\n:-").split("\n")[0]


def _side(words: str, pattern: re.Pattern[str]) -> str:
    found = pattern.search(words)
    return {"l": "left", "r": "right"}[found[1][0].lower()] if found else ""
