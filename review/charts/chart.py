"""One chart as a coder sees it: notes, suggestions, what else is known of the stay. Plain data, of one snapshot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

Side = Literal["phi", "open"]
"""phi: the original, relinked. open: de-identified, ids and dates as past the gate; offsets are of the open text."""


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets in characters of the note's text. `source`: as in codes.evidence, or `coder`."""

    note_id: str
    start: int
    end: int
    source: str = "coder"
    weight: float = 1.0
    quote: str = field(default="", repr=False)  # of a span that a person marked: the words, to find them again


@dataclass(frozen=True, slots=True)
class Section:
    """`name`: canonical (nlp.text.sections), empty before the first heading."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Note:
    note_id: str
    time: datetime | None
    kind: str
    author_role: str
    language: str
    text: str = field(repr=False)
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A row of codes. `planted`: ours, wrong on purpose; the page must not show that it is."""

    system: str
    code: str
    display: str
    rank: int
    score: float
    band: str  # pre-accept, review, hidden
    evidence: tuple[Span, ...] = ()
    flags: tuple[str, ...] = ()
    planted: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One thing of the timeline of the stay. `lane`: labs, drugs, procedures, vitals, other."""

    time: datetime | None
    lane: str
    name: str
    code: str
    value: str = ""  # with its unit
    unusual: bool = False


@dataclass(frozen=True)
class Chart:
    """`findings`, `pathology`, `reports`: rows of those tables, as dictionaries. `flags`: of codes_account."""

    id: str  # as in charts.id: what may stand in a URL
    side: Side
    snapshot: str
    subject_id: int
    encounter_id: str
    digest: str  # of the notes, as the worklist has it
    notes: tuple[Note, ...] = field(repr=False)
    suggestions: tuple[Suggestion, ...] = ()
    events: tuple[Event, ...] = field(default=(), repr=False)
    findings: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    pathology: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    reports: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    flags: tuple[str, ...] = ()
    sex: str = ""
    age: float | None = None
    setting: str = "unknown"
    ward: str = ""
    admitted: datetime | None = None
    discharged: datetime | None = None
    service: date | None = None  # of an outpatient
    blind: bool = False
