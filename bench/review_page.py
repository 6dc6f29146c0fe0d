"""What a program reads off the coders' page: the attributes that its own scripts go by, never its words."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

SECTION = re.compile(r'<section id="codes"([^>]*)>')
LINE = re.compile(r'<li class="line"([^>]*)>')
HIT = re.compile(r'<li role="option"([^>]*)>')
FOUND = re.compile(r'class="found"[^>]*data-count="(\d+)"')
REFUSED = re.compile(r'id="refused"[^>]*data-status="(\d+)"')
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"|([\w-]+)')
Attributes = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """`state`: suggested, accepted, rejected."""

    system: str
    code: str
    state: str
    band: str
    kind: str
    principal: bool
    rank: int


@dataclass(frozen=True)
class Panel:
    """The section of codes. `undoes`: the decision that stands last."""

    version: int
    digest: str
    csrf: str = field(repr=False)
    undoes: str
    finished: bool
    read_only: bool
    lines: tuple[Line, ...] = field(repr=False)

    @property
    def undecided(self) -> list[Line]:
        return [line for line in self.lines if line.state == "suggested" and line.band != "hidden"]

    def accepted(self, kind: str = "diagnosis") -> list[Line]:
        mine = [line for line in self.lines if line.state == "accepted" and line.kind == kind]
        return sorted(mine, key=lambda line: line.rank)

    def of(self, system: str, code: str) -> Line | None:
        return next((line for line in self.lines if (line.system, line.code) == (system, code)), None)


def panel(text: str) -> Panel | None:
    """None: the answer has no panel of codes."""
    found = SECTION.search(text)
    if found is None:
        return None
    said = _attributes(found[1])
    lines = tuple(_line(_attributes(each[1])) for each in LINE.finditer(text))
    return Panel(
        int(said["data-version"]), said["data-digest"], said["data-csrf"], said.get("data-undoes", ""),
        "data-finished" in said, "data-read-only" in said, lines,
    )  # fmt: skip


@dataclass(frozen=True)
class Hits:
    """`many` are shown; of those `free` may be added: (system, code)."""

    many: int
    free: tuple[tuple[str, str], ...]


def hits(text: str) -> Hits | None:
    """None: the answer is no list of hits."""
    found = FOUND.search(text)
    if found is None:
        return None
    every = (_attributes(each[1]) for each in HIT.finditer(text))
    free = tuple((said["data-system"], said["data-code"]) for said in every if "data-open" not in said)
    return Hits(int(found[1]), free)


def refused(text: str) -> int:
    """The status that a refusal names; 0: none."""
    found = REFUSED.search(text)
    return int(found[1]) if found else 0


def _line(said: Attributes) -> Line:
    return Line(
        said["data-system"], said["data-code"], said["data-state"], said.get("data-band", ""), said["data-kind"],
        "data-principal" in said, int(said.get("data-rank", 0)),
    )  # fmt: skip


def _attributes(tag: str) -> Attributes:
    return {name or bare: html.unescape(value) for name, value, bare in ATTRIBUTE.findall(tag)}
