"""The list of codes of a chart, as it stands after all acts: what the page shows and finish judges."""

import re
from dataclasses import dataclass, field

from nlp.icd.rules.case import Message
from review.charts.chart import Span

QUOTE = re.compile(r"“.*?(?:”|$)")
INDICATOR = re.compile(r"\s*(- |From the record)")
SUGGESTED, ACCEPTED, REJECTED = "suggested", "accepted", "rejected"


@dataclass(frozen=True)
class Line:
    """`added`: by a coder, not suggested. `rank` from 1 among accepted codes of its kind, 0: not accepted."""

    system: str
    code: str
    display: str
    state: str  # suggested, accepted, rejected
    kind: str  # diagnosis, procedure
    band: str = ""
    score: float | None = None
    evidence: tuple[Span, ...] = ()
    flags: tuple[str, ...] = ()
    added: bool = False
    rank: int = 0
    principal: bool = False
    admitting: bool = False
    poa: str = ""
    reason: str = ""
    actor: str = ""
    planted: bool = False


@dataclass(frozen=True)
class Query:
    """A question to the physician, as a draft: nothing is sent."""

    system: str
    code: str
    question: str = field(repr=False)
    options: tuple[str, ...] = field(repr=False)
    actor: str = ""

    @property
    def brief(self) -> str:
        """Without words of the notes: its indicators left out, and what it quotes."""
        asked = [line for line in self.question.splitlines() if not INDICATOR.match(line)]
        return QUOTE.sub("“…”", " ".join(asked)).strip()


@dataclass(frozen=True)
class Coding:
    """`version`: acts so far. `undoes`, `redoes`: decision_id that undo, redo would touch; empty: nothing.

    `lines`: diagnoses, then procedures; in the order of suggestion, then as they were added. An accepted line keeps its
    place; `rank` says where it stands on the claim.
    """

    lines: tuple[Line, ...] = ()
    version: int = 0
    finished: bool = False
    undoes: str = ""
    redoes: str = ""
    messages: tuple[Message, ...] = field(default=())
    queries: tuple[Query, ...] = field(default=(), repr=False)

    def of(self, system: str, code: str) -> Line | None:
        return next((line for line in self.lines if (line.system, line.code) == (system, code)), None)

    def accepted(self, kind: str = "") -> tuple[Line, ...]:
        """As they stand on the claim; of one kind, or diagnoses before procedures."""
        found = (line for line in self.lines if line.state == ACCEPTED and kind in ("", line.kind))
        return tuple(sorted(found, key=lambda line: (line.kind, line.rank)))

    @property
    def undecided(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.state == SUGGESTED)
