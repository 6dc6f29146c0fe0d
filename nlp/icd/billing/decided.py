"""What coders decided of an encounter's codes: of all acts on one code the last one stands."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

ACCEPTED, REJECTED = "accepted", "rejected"
ACTS = {"accept": ACCEPTED, "add": ACCEPTED, "reject": REJECTED, "remove": REJECTED}
MACHINES = ("chartloom", "artifact")  # beginnings of actors that are no persons
Key = tuple[int, str, str, str]  # subject, encounter, code system, code


@dataclass(frozen=True, slots=True)
class Decision:
    """`before`: it was accepted at some time. `disputed`: another coder had decided otherwise."""

    state: str
    actor: str
    time: datetime
    rank: int | None = None
    poa: str | None = None
    before: bool = False
    disputed: bool = False


def decided(rows: Iterable[Mapping[str, Any]]) -> dict[Key, Decision]:
    """Rows of phi/decisions; acts of machines decide nothing. `after` may say code, rank and poa."""
    found: dict[Key, Decision] = {}
    for row in sorted(rows, key=lambda row: (row["time"], row["decision_id"])):
        if person(row["actor"]) and row["code"] and row["subject_id"] is not None:
            for key, state, after in _acts(row):
                found[key] = _next(found.get(key), state, after, row)
    return {key: each for key, each in found.items() if each.state}


def person(actor: str | None) -> bool:
    said = (actor or "").strip().lower()
    return bool(said) and not said.startswith(MACHINES)


def _acts(row: Mapping[str, Any]) -> list[tuple[Key, str, Mapping[str, Any]]]:
    """An edit to another code rejects the one and accepts the other; any other edit, and an order, keep the state."""
    after = _said(row["after"])
    key = (row["subject_id"], row["encounter_id"], row["system"], row["code"])
    other = after.get("code") or row["code"]
    if row["action"] == "edit" and other != row["code"]:
        return [(key, REJECTED, {}), ((*key[:3], str(other)), ACCEPTED, after)]
    return [(key, ACTS.get(row["action"], ""), after)]


def _next(last: Decision | None, state: str, after: Mapping[str, Any], row: Mapping[str, Any]) -> Decision:
    if last is None:
        last = Decision("", row["actor"], row["time"])
    rank, poa = after.get("rank"), after.get("poa")
    told = replace(
        last,
        rank=rank if isinstance(rank, int) and rank > 0 else last.rank,
        poa=poa if isinstance(poa, str) else last.poa,
    )
    if not state:
        return told
    disputed = last.disputed or (last.state not in ("", state) and last.actor != row["actor"])
    before = last.before or state == ACCEPTED
    return replace(told, state=state, actor=row["actor"], time=row["time"], before=before, disputed=disputed)


def _said(text: str | None) -> Mapping[str, Any]:
    """JSON of a decision; what is no object says nothing."""
    try:
        found = json.loads(text) if text else {}
    except json.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
