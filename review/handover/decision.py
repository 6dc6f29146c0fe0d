"""A decision of the log as one line of the inbox, as etl/decisions/line.py takes it."""

import json
from collections.abc import Mapping
from typing import Any

import orjson

from etl.decisions.line import parsed
from review.coding.live import HOME

TEXTS = ("decision_id", "actor", "action", "system", "code", "reason", "note_digest")


def line(row: Mapping[str, Any]) -> bytes:
    """With its end of line; raises etl.decisions.line.Broken where the night would refuse it."""
    said = {name: row[name] for name in TEXTS if row[name] not in (None, "")}
    said |= {"time": row["time"].isoformat(timespec="microseconds") + "Z"}
    if row["encounter_id"] is not None:
        said |= {"subject_id": str(row["subject_id"]), "encounter_id": row["encounter_id"]}
    said |= {name: found for name in ("before", "after") if (found := _told(row[name]))}
    if row["seconds"] is not None:
        said["seconds"] = row["seconds"]
    spans = [_span(each) for each in _json(row["evidence"]) or ()]
    said |= {"evidence": spans} if spans else {}
    more = {"round": row["round"]} if row["round"] != 1 else {}
    more |= {"waits": True} if row.get("waits") else {}
    raw = orjson.dumps(_adding(_planted(said) if row["planted"] else said, more)) + b"\n"
    parsed(raw)
    return raw


def _planted(said: dict[str, Any]) -> dict[str, Any]:
    """Of an edit of a suggestion that we planted the night learns what the coder put in its place."""
    after = said.pop("after", None) or {}
    said.pop("before", None)
    return {**said, "action": "add", "system": after.get("system") or said.get("system"), "code": after.get("code")}


def _adding(said: dict[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """What the night must know of the act stands in `after` too (docs/icd.md)."""
    return {**said, "after": {**said.get("after", {}), **more}} if more else said


def _told(text: str | None) -> dict[str, Any]:
    """Without what stays here."""
    return {name: value for name, value in (_json(text) or {}).items() if not name.startswith(HOME)}


def _span(said: Mapping[str, Any]) -> dict[str, Any]:
    """Without the quote: the night has the text."""
    return {name: said[name] for name in ("note_id", "start", "end", "source", "weight") if said.get(name) is not None}


def _json(text: str | None) -> Any:
    return json.loads(text) if text else None
