"""Rows of phi/decisions that count: not those that were taken back, wherever and whenever that is said.

`after` of undo is {"undone": decision_id}, that of redo {"redone": decision_id}, of an act of the same encounter. The
last word on an act counts. An undo of an undo lets the act stand again, and so does a redo of either.

`round` in `after`: 1 (where it says none) the first coder, 2 a second who did not see what the first decided, 3 whoever
settles what they did differently. The last two are heard once they have finished.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

Act = Mapping[str, Any]
Name = tuple[Any, Any, str]  # subject, encounter, decision_id
SAYS = {"undo": "undone", "redo": "redone"}
FIRST, SECOND, SETTLING = 1, 2, 3


def standing(rows: Iterable[Act]) -> list[Act]:
    """In the order of time, without undo and redo, and without those of a round that is not finished."""
    return parted(rows)[0]


def parted(rows: Iterable[Act]) -> tuple[list[Act], list[Act]]:
    """Acts that stand, and acts that are undone, each in the order of time."""
    ordered = sorted(rows, key=lambda row: (row["time"], row["decision_id"]))
    gone = _gone([row for row in ordered if row["action"] in SAYS])
    acts = [row for row in ordered if row["action"] not in SAYS]
    ended = {_list(row) for row in acts if row["action"] == "finish"}
    acts = [row for row in acts if round_of(row) == FIRST or _list(row) in ended]
    return [row for row in acts if _name(row) not in gone], [row for row in acts if _name(row) in gone]


def round_of(row: Act) -> int:
    number = state(row["after"]).get("round")
    return number if isinstance(number, int) else FIRST


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


def _list(row: Act) -> tuple[Any, Any, int]:
    return row.get("subject_id"), row.get("encounter_id"), round_of(row)


def _name(row: Act) -> Name:
    return row.get("subject_id"), row.get("encounter_id"), row["decision_id"]
