"""Rows of phi/decisions that count: not those that were taken back, wherever and whenever that is said.

`after` of undo is {"undone": decision_id}, that of redo {"redone": decision_id}, of an act of the same encounter. The
last word on an act counts. An undo of an undo lets the act stand again, and so does a redo of either.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

Act = Mapping[str, Any]
Name = tuple[Any, Any, str]  # subject, encounter, decision_id
SAYS = {"undo": "undone", "redo": "redone"}


def standing(rows: Iterable[Act]) -> list[Act]:
    """In the order of time, without undo and redo."""
    return parted(rows)[0]


def parted(rows: Iterable[Act]) -> tuple[list[Act], list[Act]]:
    """Acts that stand, and acts that are undone, each in the order of time."""
    ordered = sorted(rows, key=lambda row: (row["time"], row["decision_id"]))
    gone = _gone([row for row in ordered if row["action"] in SAYS])
    acts = [row for row in ordered if row["action"] not in SAYS]
    return [row for row in acts if _name(row) not in gone], [row for row in acts if _name(row) in gone]


def state(text: str | None) -> dict[str, Any]:
    """A state in words of its own, or nested without end, says nothing."""
    try:
        said = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _gone(words: Iterable[Act]) -> set[Name]:
    """`words`: undo and redo, in the order of time."""
    about: dict[Name, tuple[Name, bool]] = {}  # an undo or redo -> the act it is about, and whether that is undone
    undone: dict[Name, bool] = {}
    for row in words:
        named = state(row["after"]).get(SAYS[row["action"]])
        target = (*_name(row)[:2], named if isinstance(named, str) else "")
        act, was = about.get(target, (target, False))
        undone[act] = row["action"] == "undo" and not was
        about[_name(row)] = act, undone[act]
    return {act for act, is_so in undone.items() if is_so}


def _name(row: Act) -> Name:
    return row.get("subject_id"), row.get("encounter_id"), row["decision_id"]
