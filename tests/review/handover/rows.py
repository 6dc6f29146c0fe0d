"""Rows as the page writes them, in a few words."""

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from review.state.database import Database
from review.state.tables import charts, decisions, outbox

BEGAN = datetime(2026, 11, 20, 14, 3)


def chart(database: Database, chart_id: str = "c1", subject: int = 901, encounter: str = "e1", **said: Any) -> None:
    row = {"id": chart_id, "subject_id": subject, "encounter_id": encounter}
    with database.write() as connection:
        connection.execute(insert(charts), row | said)


def decide(database: Database, number: int, action: str = "accept", code: str | None = "I10", **said: Any) -> None:
    """One decision, and its place in the outbox. `after`, `before`, `evidence` are given as what they are."""
    row: dict[str, Any] = {
        "decision_id": f"d{number}", "chart_id": "c1", "user_id": 1, "actor": "anna", "role": "coder", "round": 1,
        "thread": "1", "time": BEGAN + timedelta(minutes=number), "action": action, "version": number,
        "system": "ICD-10-CM" if code else None, "code": code,
    }  # fmt: skip
    told = {name: json.dumps(value) for name, value in said.items() if name in ("before", "after", "evidence")}
    with database.write() as connection:
        made = connection.execute(insert(decisions).values(**row | said | told))
        connection.execute(insert(outbox), {"seq": made.inserted_primary_key[0]})
