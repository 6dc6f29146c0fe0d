"""Some charts of the night beside their rows in the database: what is to be inserted, and what to be changed."""

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from review.charts.tonight import Listed
from review.state import audit
from review.state.tables import charts, decisions

SEALED = ("done", "second", "differs")
ACTOR = "chartloom"
FILLED = ("priority", "gain", "minutes", "blind", "notes", "ward", "setting", "admitted", "discharged", "suggestions")
"""Columns that are the night's alone."""

Said = tuple[str, str]
"""The last finish or reopen of a coder on a chart: the action, and the digest of the notes that she saw."""


@dataclass(frozen=True)
class Batch:
    """Within one transaction."""

    connection: Connection
    key: bytes
    snapshot: str

    def bring(self, some: Sequence[Listed]) -> Counter[str]:
        known = self._known(some)
        said = self._said([row.id for row in known.values() if row.state != "open"])
        counts: Counter[str] = Counter()
        new, changed, same = [], [], []
        for listed in some:
            row = known.get(listed.key)
            if row is None:
                new.append(self._new(listed))
                continue
            state = standing(row.state, listed, said.get(row.id))
            filled = {name: getattr(listed, name) for name in FILLED} | {"state": state, "gone": False}
            if any(getattr(row, name) != value for name, value in filled.items()):
                changed.append({"key": row.id, **filled, "snapshot": self.snapshot})
                counts.update(self._told(row, state))
            else:
                same.append(row.id)
        self._write(new, changed, same)
        return counts + Counter(new=len(new), changed=len(changed))

    def _known(self, some: Sequence[Listed]) -> dict[tuple[int, str], Row[Any]]:
        """Of their persons, a few rows more than asked for."""
        subjects = {listed.subject_id for listed in some}
        rows = self.connection.execute(select(charts).where(charts.c.subject_id.in_(subjects)))
        return {(row.subject_id, row.encounter_id): row for row in rows}

    def _said(self, ids: Iterable[str]) -> Mapping[str, Said]:
        """What trainees did is practice, and counts for nothing here."""
        sealing = (decisions.c.action.in_(("finish", "reopen")), decisions.c.practice.is_(False))
        last = (
            select(func.max(decisions.c.seq))
            .where(decisions.c.chart_id.in_(list(ids)), *sealing)
            .group_by(decisions.c.chart_id)
        )
        asked = select(decisions.c.chart_id, decisions.c.action, decisions.c.note_digest)
        rows = self.connection.execute(asked.where(decisions.c.seq.in_(last)))
        return {row.chart_id: (row.action, row.note_digest or "") for row in rows}

    def _new(self, listed: Listed) -> dict[str, Any]:
        return {"id": secrets.token_hex(12), "snapshot": self.snapshot, "gone": False, **asdict(listed)}

    def _told(self, row: Row[Any], state: str) -> Iterable[str]:
        if row.gone:
            yield "back"
        if state == "reopened" and row.state in SEALED:
            audit.record(self.key, self.connection, ACTOR, "reopened", row.id, {"why": "notes changed"})
            yield "reopened"

    def _write(self, new: list[dict[str, Any]], changed: list[dict[str, Any]], same: list[str]) -> None:
        if new:
            self.connection.execute(insert(charts), new)
        if changed:
            values: dict[str, Any] = {name: bindparam(name) for name in changed[0] if name != "key"}
            self.connection.execute(update(charts).where(charts.c.id == bindparam("key")).values(values), changed)
        if same:
            self.connection.execute(update(charts).where(charts.c.id.in_(same)).values(snapshot=self.snapshot))


def standing(state: str, listed: Listed, said: Said | None) -> str:
    """The state that a chart has now: what was done here counts more than what the night has heard of it.

    A chart finished here stays so until the night has read it, and opens again where its notes are not those that
    were coded.
    """
    if state in SEALED and said is not None:
        _, digest = said
        return "reopened" if digest and digest != listed.notes else state
    if said is not None or state in ("working", "second", "differs"):
        return state
    return listed.state
