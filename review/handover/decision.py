"""A decision of the log as one line of the inbox, as etl/decisions/line.py takes it."""

import json
from collections.abc import Mapping
from typing import Any

import orjson

from etl.decisions.line import parsed

TEXTS = ("decision_id", "actor", "action", "system", "code", "reason", "note_digest")


def line(row: Mapping[str, Any]) -> bytes:
    """With its end of line; raises etl.decisions.line.Broken where the night would refuse it."""
    said = {name: row[name] for name in TEXTS if row[name] not in (None, "")}
    said |= {"time": row["time"].isoformat(timespec="microseconds") + "Z"}
    if row["encounter_id"] is not None:
        said |= {"subject_id": str(row["subject_id"]), "encounter_id": row["encounter_id"]}
    said |= {name: found for name in ("before", "after") if (found := _json(row[name])) is not None}
    if row["seconds"] is not None:
        said["seconds"] = row["seconds"]
    spans = [_span(each) for each in _json(row["evidence"]) or ()]
    said |= {"evidence": spans} if spans else {}
    raw = orjson.dumps(_planted(said) if row["planted"] else _round(said, row["round"])) + b"\n"
    parsed(raw)
    return raw


def _planted(said: dict[str, Any]) -> dict[str, Any]:
    """Of an edit of a suggestion that we planted the night learns what the coder put in its place."""
    after = said.pop("after", None) or {}
    said.pop("before", None)
    return {**said, "action": "add", "system": after.get("system") or said.get("system"), "code": after.get("code")}


def _round(said: dict[str, Any], number: int) -> dict[str, Any]:
    """Who was not the first coder says so in `after`, where readers look for it (schemas/standing.py)."""
    if number == 1:
        return said
    after = said.get("after")
    held = after if isinstance(after, dict) else {} if after is None else {"said": after}
    return {**said, "after": {**held, "round": number}}


def _span(said: Mapping[str, Any]) -> dict[str, Any]:
    """Without the quote: the night has the text."""
    return {name: said[name] for name in ("note_id", "start", "end", "source", "weight") if said.get(name) is not None}


def _json(text: str | None) -> Any:
    return json.loads(text) if text else None
