"""One line of the inbox of decisions: a JSON object that is one act of a coder, judged before it counts."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

REQUIRED = ("decision_id", "time", "actor", "action", "subject_id", "encounter_id")
DIGITS = 19  # of the largest subject_id
ON_CODES = ("accept", "reject", "add", "remove", "edit", "evidence")
TAKING_BACK = {"undo": "undone", "redo": "redone"}  # action -> what its `after` names
OTHERS = ("order", "finish", "reopen", "principal", "admitting", "poa", "query", "assign", "note")
ACTIONS = (*ON_CODES, *OTHERS, *TAKING_BACK)
MESSAGES = {
    "not-json": "a JSON object on one line was expected; a line cut short is delivered again whole",
    "required": "the field may not be absent or empty",
    "text": "a text was expected",
    "action": f"one of {', '.join(ACTIONS)} was expected",
    "time-format": "a time with its zone was expected, such as 2026-11-20T14:03:00Z",
    "number": "a number that is not negative was expected",
    "subject": "the subject_id of the lake was expected, as a number or its digits",
    "evidence": "a list of {note_id, start, end} was expected, with start before end",
    "code": f"{', '.join(ON_CODES)} name `system` and `code`",
    "undone": "`after` of undo names a decision_id as `undone`, that of redo as `redone`",
    "decision-repeated": "the decision_id stands in this file before, with other words; what was said once stands",
    "unknown-patient": "nobody in the lake has this subject_id; decisions follow the persons they are of",
}


class Broken(Exception):
    """Which rule, and of which field."""

    def __init__(self, rule: str, field: str = "") -> None:
        super().__init__(rule)
        self.rule, self.field = rule, field


def parsed(raw: bytes) -> dict[str, Any]:
    """The line as columns of phi/decisions; raises Broken."""
    try:
        said = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise Broken("not-json") from None
    if not isinstance(said, dict):
        raise Broken("not-json")
    for name in REQUIRED:
        if said.get(name) in (None, ""):
            raise Broken("required", name)
    if said["action"] not in ACTIONS:
        raise Broken("action", "action")
    texts = ("decision_id", "actor", "action", "encounter_id", "system", "code", "reason", "note_digest")
    found = {name: _text(said, name) for name in texts}
    if found["action"] in ON_CODES and not (found["system"] and found["code"]):
        raise Broken("code", "code" if found["system"] else "system")
    more = {"subject_id": _subject(said["subject_id"]), "time": _time(said["time"]), "seconds": _seconds(said)}
    states = {name: _state(said.get(name)) for name in ("before", "after")}
    if said["action"] in TAKING_BACK:
        _names_another(said)
    return {**found, **more, **states, "evidence": _evidence(said.get("evidence"))}


def _text(said: Mapping[str, Any], name: str) -> str | None:
    value = said.get(name)
    if value is not None and not isinstance(value, str):
        raise Broken("text", name)
    return value or None


def _subject(value: Any) -> int:
    """JavaScript has no whole numbers of 64 bits, so digits are taken too."""
    digits = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= DIGITS
    number = int(value) if digits else value
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 1 << 63:
        raise Broken("subject", "subject_id")
    return number


def _time(value: Any) -> datetime:
    try:
        time = datetime.fromisoformat(value)
        if time.tzinfo is not None:
            return time.astimezone(UTC).replace(tzinfo=None)
    except (TypeError, ValueError, OverflowError):  # the last: year 1 or 9999, and in UTC none
        pass
    raise Broken("time-format", "time")


def _seconds(said: Mapping[str, Any]) -> float | None:
    value = said.get("seconds")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise Broken("number", "seconds")
    return float(value)


def _state(value: Any) -> str | None:
    """JSON, whether it came as such or in a text."""
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()


def _names_another(said: Mapping[str, Any]) -> None:
    after = said.get("after")
    try:
        after = orjson.loads(after) if isinstance(after, str) else after
    except orjson.JSONDecodeError:
        after = None
    named = after.get(TAKING_BACK[said["action"]]) if isinstance(after, dict) else None
    if not named or not isinstance(named, str):
        raise Broken("undone", "after")


def _evidence(value: Any) -> list[dict[str, Any]] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise Broken("evidence", "evidence")
    return [_span(each) for each in value]


def _span(said: Any) -> dict[str, Any]:
    if not isinstance(said, dict) or not isinstance(said.get("note_id"), str):
        raise Broken("evidence", "evidence")
    start, end = said.get("start"), said.get("end")
    whole = all(isinstance(at, int) and not isinstance(at, bool) for at in (start, end))
    weight = said.get("weight", 1.0)
    if not whole or not 0 <= start < end or not isinstance(weight, int | float):  # type: ignore[operator]
        raise Broken("evidence", "evidence")
    return {"note_id": said["note_id"], "start": start, "end": end, "source": str(said.get("source") or "coder"),
            "weight": float(weight)}  # fmt: skip
