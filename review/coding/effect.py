"""An act as it is recorded: cleaned, with the line it leaves behind, and the words that spoke for the code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from review.charts.chart import Chart, Span
from review.coding import limits
from review.coding.act import Act
from review.coding.allowed import Ground, written
from review.coding.line import Coding, Line
from review.coding.live import HOME, REDONE, UNDONE


@dataclass(frozen=True)
class Effect:
    """`planted`: the act is on a suggestion that we planted."""

    action: str
    system: str
    code: str
    after: Mapping[str, Any]
    evidence: tuple[Span, ...] = field(default=(), repr=False)
    planted: bool = False


def cleaned(act: Act, chart: Chart) -> Act:
    """With what the page may say of this action and nothing else; raises Refused."""
    act = limits.within_limits(act)
    said = act.after
    after: dict[str, Any] = {}
    match act.action:
        case "add":
            act = replace(act, code=written(act.code, act.system))
        case "edit":
            after = {"code": written(str(said.get("code") or "")[: limits.CODE], act.system)}
        case "poa":
            after = {"poa": said.get("poa")}
        case "order":
            after = {"codes": said.get("codes")}
        case "query":
            after = _query(said)
        case "finish":
            after = {"leave": bool(said.get("leave"))}
    return replace(act, after=after, evidence=limits.marked(act.evidence, chart))


def _query(said: Mapping[str, Any]) -> dict[str, Any]:
    given = said.get("options")
    listed = given if isinstance(given, list | tuple) else ()
    options = [limits.text(each, limits.OPTION, "option") for each in listed]
    question = limits.text(said.get("question"), limits.QUESTION, "question")
    return {"question": question, "options": [each for each in options if each][: limits.OPTIONS]}


def effect(act: Act, ground: Ground) -> Effect:
    """Of an act that is allowed; `after` does not yet say the whole line."""
    coding = ground.coding
    line = coding.of(act.system, act.code)
    planted = line is not None and line.planted  # a question about it, or a note, names it too
    evidence = _evidence(act, line, ground.chart)
    action, after = act.action, dict(act.after)
    if action in ("add", "edit"):
        code = str(after.get("code") or act.code)
        other = coding.of(act.system, code)
        after["display"] = other.display if other else ground.tables.of(ground.chart, act.system).table.title(code)
    if action == "edit" and not planted and (other := coding.of(act.system, after["code"])) and other.planted:
        action, after = "reject", {HOME + "code": after["code"], HOME + "display": after["display"]}
    if action == "order":
        after = _order(act.system, after["codes"], coding)
    if action in ("undo", "redo"):
        after = {UNDONE: coding.undoes} if action == "undo" else {REDONE: coding.redoes}
        return Effect(action, "", "", after)
    return Effect(action, act.system, act.code, after, evidence, planted)


def _order(system: str, codes: Sequence[str], coding: Coding) -> dict[str, Any]:
    """All accepted codes of the system, in the new order; with the planted ones among them only for ourselves."""
    held = [line for line in coding.accepted() if line.system == system]
    every = [*codes, *(line.code for line in held if line.code not in codes)]
    planted = {line.code for line in held if line.planted}
    after: dict[str, Any] = {"codes": [code for code in every if code not in planted]}
    return {**after, HOME + "codes": every} if planted else after


def _evidence(act: Act, line: Line | None, chart: Chart) -> tuple[Span, ...]:
    """What the suggestion showed, then what the coder marked. What a planted one showed speaks for nothing else."""
    if act.action == "edit" and (act.evidence or (line and line.planted)):
        return act.evidence
    if line is None:
        return _unlikely(act, chart)
    if act.action not in ("accept", "add", "reject", "remove", "edit"):
        return act.evidence
    held = {(span.note_id, span.start, span.end) for span in line.evidence}
    new = [span for span in act.evidence if (span.note_id, span.start, span.end) not in held]
    return (*quoted(line.evidence, chart), *new)


def _unlikely(act: Act, chart: Chart) -> tuple[Span, ...]:
    """Of a suggestion that was hidden and is added after all: spans that it showed keep their source."""
    shown: dict[tuple[str, int, int], Span] = {}
    if act.action == "add" and not chart.blind:
        for each in chart.suggestions:
            if (each.system, each.code) == (act.system, act.code):
                shown = {(span.note_id, span.start, span.end): span for span in quoted(each.evidence, chart)}
    return tuple(shown.get((span.note_id, span.start, span.end), span) for span in act.evidence)


def quoted(spans: Sequence[Span], chart: Chart) -> tuple[Span, ...]:
    texts = {note.note_id: note.text for note in chart.notes}
    return tuple(
        replace(span, quote=texts[span.note_id][span.start : span.end][: limits.MARKED])
        for span in spans
        if span.note_id in texts
    )


def recorded(line: Line | None) -> dict[str, Any]:
    """A line as `before` and `after` say it. A rank is said of the principal alone: others follow at finish."""
    if line is None:
        return {}
    said: dict[str, Any] = {"state": line.state, "display": line.display}
    said |= {"band": line.band, "score": line.score and round(line.score, 6)} if line.band else {}
    said |= {"principal": True, "rank": 1} if line.principal else {}
    said |= {"admitting": True} if line.admitting else {}
    return said | ({"poa": line.poa} if line.poa else {})
