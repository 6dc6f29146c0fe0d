"""The list of codes of a chart, as it stands after all acts: what the page shows and finish judges."""

from dataclasses import dataclass, field

from nlp.icd.rules.case import Message
from review.charts.chart import Span

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
class Coding:
    """`version`: acts so far. `undoes`, `redoes`: decision_id that undo, redo would touch; empty: nothing."""

    lines: tuple[Line, ...] = ()
    version: int = 0
    finished: bool = False
    undoes: str = ""
    redoes: str = ""
    messages: tuple[Message, ...] = field(default=())

    def of(self, system: str, code: str) -> Line | None:
        return next((line for line in self.lines if (line.system, line.code) == (system, code)), None)
