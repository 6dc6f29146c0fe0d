"""What an attempt may have left behind: everything that is recorded, to be compared before and after."""

from typing import Any

from fastapi import FastAPI
from sqlalchemy import func, select

from review.state import tables

RECORDED = ("users", "decisions", "locks", "charts", "rounds", "audit")


def recorded(app: FastAPI, *, audit: bool = False) -> dict[str, Any]:
    """All rows of users, decisions, locks, charts and rounds; with `audit` its number of lines too."""
    found: dict[str, Any] = {}
    with app.state.house.database.read() as connection:
        for name in RECORDED:
            table = tables.metadata.tables[name]
            if name == "audit":
                found[name] = connection.execute(select(func.count()).select_from(table)).scalar_one() if audit else 0
            else:
                rows = connection.execute(select(table).order_by(*table.primary_key.columns))
                found[name] = [tuple(row) for row in rows]
    return found
