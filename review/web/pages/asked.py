"""What a form asks for, as acts. Buttons say it in one field, scripts and forms in several."""

import hashlib
from dataclasses import replace
from typing import Any

import orjson

from review.charts.chart import Chart, Span
from review.coding.act import ACTIONS, Act
from review.coding.line import SUGGESTED, Coding
from review.coding.refused import Refused
from review.state import decisions
from review.web.guard import Visit
from review.web.pages.opened import Opened

TEXT = 20_000  # characters of a field
SURE = "pre-accept"
SPANS = 50


def asked(visit: Visit, seen: Opened) -> list[Act]:
    """Raises Refused. More than one only where all that is sure is accepted."""
    action, system, code = named(visit)
    plain = Act(
        number(visit),
        action,
        _version(visit),
        system,
        code,
        reason=visit.said("reason", TEXT),
        seconds=_seconds(visit),
        digest=visit.said("digest", 128),
    )
    if action == "accept-all":
        return _all(seen.coding, plain)
    act = _meant(visit, seen, plain)
    if act.action not in ACTIONS:
        raise Refused("The page asked for something that is not known here. Reload it.")
    return [act if act.evidence else replace(act, evidence=marked(visit, seen.chart))]


def _meant(visit: Visit, seen: Opened, act: Act) -> Act:
    """What buttons say for short."""
    if act.action == "accept" and (hidden := _unlikely(seen, act.system, act.code)):
        return replace(act, action="add", evidence=hidden)
    if act.action.startswith("poa-"):
        return replace(act, action="poa", after={"poa": act.action.removeprefix("poa-")})
    if act.action in ("earlier", "later"):
        codes = _moved(seen.coding, act.system, act.code, -1 if act.action == "earlier" else 1)
        return replace(act, action="order", after={"codes": codes})
    if act.action == "finish-leave":
        return replace(act, action="finish", after={"leave": True})
    return replace(act, after=_after(visit, act.action))


def _version(visit: Visit) -> int:
    said = visit.said("version", 16)
    if not said.isascii() or not said.isdigit():
        raise Refused("The form does not say which list of codes it was made from. Reload the page.")
    return int(said)


def named(visit: Visit) -> tuple[str, str, str]:
    """`on`: action|system|code, of buttons that stand alone; `do`: of buttons of a form that says the code."""
    on = visit.said("on", 128)
    if on:
        action, _, rest = on.partition("|")
        system, _, code = rest.partition("|")
        return action, system, code
    return visit.said("do", 32) or visit.said("action", 32), visit.said("system", 32), visit.said("code", 32)


def number(visit: Visit) -> str:
    """What a script drew; else the same form sent twice is the same decision, and another button of it another one."""
    if drawn := visit.said("decision_id", 64):
        return drawn
    action, system, code = named(visit)
    form = visit.said("form_id", 64)
    if not form:
        raise Refused("The form has no number, so it could count twice. Reload the page and send it again.")
    rest = [visit.form.get(name, "") for name in ("to", "poa", "reason", "question", "options", "quote", "evidence")]
    said = "\n".join([str(visit.user.id), form, action, system, code, *rest])
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:32]


def _all(coding: Coding, plain: Act) -> list[Act]:
    """Each is a decision of its own."""
    sure = [line for line in coding.lines if line.state == SUGGESTED and line.band == SURE]
    if not sure:
        raise Refused("No code is left that is marked as sure.")
    return [
        replace(
            plain,
            decision_id=decisions.part(plain.decision_id, at),
            action="accept",
            version=plain.version + at,
            system=line.system,
            code=line.code,
        )
        for at, line in enumerate(sure)
    ]


def _unlikely(seen: Opened, system: str, code: str) -> tuple[Span, ...]:
    """Evidence of a suggestion that is less likely and was not offered: accepting it adds it."""
    if seen.chart.blind or seen.coding.of(system, code):
        return ()
    found = (each for each in seen.chart.suggestions if (each.system, each.code) == (system, code))
    return next((each.evidence for each in found), ())


def _moved(coding: Coding, system: str, code: str, by: int) -> list[str]:
    line = coding.of(system, code)
    held = [each.code for each in coding.accepted(line.kind if line else "") if each.system == system]
    if code not in held:
        raise Refused(f"{code or 'The code'} is not accepted, so it has no place in the sequence. Accept it first.")
    at = held.index(code)
    to = min(max(at + by, 0), len(held) - 1)
    if at == to:
        raise Refused(f"{code} is {'first' if by < 0 else 'last'} already.")
    held.insert(to, held.pop(at))
    return held


def _after(visit: Visit, action: str) -> dict[str, Any]:
    match action:
        case "edit":
            return {"code": visit.said("to", 32)}
        case "poa":
            return {"poa": visit.said("poa", 2)}
        case "order":
            return {"codes": _list(visit.said("codes", TEXT))}
        case "query":
            return {"question": visit.said("question", TEXT), "options": options(visit.said("options", TEXT))}
        case "finish":
            return {"leave": True} if visit.said("leave", 8) else {}
    return {}


def _list(said: str) -> list[Any]:
    try:
        found = orjson.loads(said or "[]")
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, list):
        raise Refused("A list in the form cannot be read. Reload the page and try again.")
    return found


def options(said: str) -> list[Any]:
    """A list of the script, or one a line as typed."""
    return _list(said) if said.startswith("[") else [line.strip() for line in said.splitlines() if line.strip()]


def _seconds(visit: Visit) -> float | None:
    try:
        found = float(visit.said("seconds", 32))
    except ValueError:
        return None
    return found if 0 <= found < 86_400 else None


def marked(visit: Visit, chart: Chart) -> tuple[Span, ...]:
    """Words that a script sends with their places, or that were copied into a form."""
    quote = visit.said("quote", TEXT)
    if quote:
        return (_found(quote, chart),)
    said = _list(visit.said("evidence", 200_000))
    if len(said) > SPANS:
        raise Refused(f"More than {SPANS} places at once. Mark fewer.")
    return tuple(_span(each) for each in said)


def _span(said: Any) -> Span:
    match said:
        case {"note_id": str(note), "start": int(start), "end": int(end), **rest} if 0 <= start < end < 2**31:
            quote = rest.get("quote")
            return Span(note, start, end, quote=quote if isinstance(quote, str) else "")
    raise Refused("A place in the notes cannot be read. Mark the words once more.")


def _found(quote: str, chart: Chart) -> Span:
    """Typed words are looked for in the notes, the first place counts."""
    for note in chart.notes:
        start = note.text.find(quote)
        if start >= 0:
            return Span(note.note_id, start, start + len(quote), quote=quote)
    raise Refused("These words are in no note as they are typed. Copy them from the note.")
