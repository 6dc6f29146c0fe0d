"""One act of a coder as the page sends it, and as the log gives it back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from review.charts.chart import Span

ON_CODES = ("accept", "reject", "add", "remove", "edit", "principal", "admitting", "poa", "evidence")
ON_CHARTS = ("order", "query", "note", "finish", "reopen", "undo", "redo")
ACTIONS = (*ON_CODES, *ON_CHARTS)


@dataclass(frozen=True, slots=True)
class Thread:
    """Acts that add up to one list of codes: those of one round, or of one trainee who practises."""

    chart_id: str
    round: int = 1
    trainee: int | None = None  # user_id

    @property
    def name(self) -> str:
        return str(self.round) if self.trainee is None else f"practice-{self.trainee}"


@dataclass(frozen=True)
class Act:
    """What is asked for. `after`: of edit {code}, of poa {poa}, of order {codes}, of query {question, options}.

    `version`: acts that the page had seen. `digest`: of the notes that it had shown.
    """

    decision_id: str
    action: str
    version: int
    system: str = ""
    code: str = ""
    after: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[Span, ...] = field(default=(), repr=False)
    reason: str = field(default="", repr=False)
    seconds: float | None = None
    digest: str = ""


@dataclass(frozen=True)
class Done:
    """An act that is in the log."""

    seq: int
    decision_id: str
    action: str
    system: str
    code: str
    after: Mapping[str, Any]
    evidence: tuple[Span, ...]
    reason: str
    actor: str
    time: datetime
    round: int
    planted: bool
