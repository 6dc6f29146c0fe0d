"""The chart as HTML: the whole page, the panel of codes, or what one tab holds."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import HTMLResponse

from review.charts.chart import Chart
from review.coding.finishing import disclosed
from review.coding.line import Coding
from review.judging import rounds
from review.roles import Right
from review.web import render
from review.web.guard import Visit
from review.web.pages.opened import Opened
from review.web.shown import found as discovered
from review.web.shown.entry import entry
from review.web.shown.noted import sheets
from review.web.shown.panel import Panel, panel
from review.web.shown.stay import stay
from review.web.shown.words import words

SYSTEM = "ICD-10-CM"  # looked through first
HOLDS = 3  # signs of life while a lock lasts


@dataclass(frozen=True)
class Told:
    """What the panel says beside the codes: that an act was refused, with which status, and what may be done instead.

    `instead`: codes and their titles, for the same action, with the same evidence.
    """

    text: str = ""
    status: int = 200
    action: str = ""
    system: str = ""
    code: str = ""
    evidence: str = ""
    instead: tuple[tuple[str, str], ...] = ()


NOTHING = Told()


def whole(
    visit: Visit, seen: Opened, tab: str, line: int | None, told: Told = NOTHING, more: Mapping[str, Any] | None = None
) -> HTMLResponse:
    """`more`: what a search or a look at the hierarchy found, for pages without a script."""
    tab = tab if tab in words().tabs else "notes"
    shown = panel(seen.chart, seen.coding, line, quotes=True)
    said = _panel(visit, seen, shown, told) | _beside(seen.chart, tab) | dict(more or {})
    said |= {
        "sheets": sheets(seen.chart, seen.coding.lines),
        "notices": _notices(seen),
        "counts": _counts(seen.chart),
        "quotes": True,
        "practice": seen.practice,
        "settles": seen.thread.round == rounds.SETTLING and all(act.action != "finish" for act in seen.acts),
        "hold": "" if seen.read_only or seen.practice else int(visit.house.settings.lock_minutes * 60 / HOLDS),
    }
    return render.page(visit, "chart.html", status=told.status, **said)


def codes(visit: Visit, seen: Opened, line: int | None, told: Told = NOTHING, *, quotes: bool = False) -> HTMLResponse:
    """The panel. `quotes`: with words of the notes, where the view of them is audited."""
    shown = panel(seen.chart, seen.coding, line, quotes=quotes)
    said = {**_panel(visit, seen, shown, told), "quotes": quotes}
    return render.page(visit, "chart_codes.html", status=told.status, **said)


def beside(visit: Visit, seen: Opened, tab: str) -> HTMLResponse:
    said: dict[str, Any] = {"chart": seen.chart, "words": words(), **_beside(seen.chart, tab)}
    return render.page(visit, "chart_beside.html", **said)


def _panel(visit: Visit, seen: Opened, shown: Panel, told: Told) -> dict[str, Any]:
    systems = visit.house.finder.tables.systems
    decides = visit.may(Right.DECIDE) or visit.may(Right.PRACTISE)
    return {
        "chart": seen.chart,
        "coding": seen.coding,
        "panel": shown,
        "told": disclosed(seen.acts),
        "words": words(),
        "entry": entry,
        "read_only": seen.read_only,
        "why_not": seen.why_not,
        "decides": visit.may(Right.DECIDE),
        "may_reopen": seen.coding.finished and decides and not seen.why_not,
        "finished_by": seen.finished_by,
        "first_round": seen.thread.round == rounds.FIRST and not seen.practice and _hers(visit, seen),
        "second": seen.second,
        "refused": told if told.text else None,
        "systems": systems,
        "system": SYSTEM if SYSTEM in systems else next(iter(systems), SYSTEM),
        "form_id": secrets.token_hex(8),
    }


def _hers(visit: Visit, seen: Opened) -> bool:
    """Who read another's list is not the one to ask for a second: she could become it."""
    return not seen.acts or visit.may(Right.JUDGE) or any(act.actor == visit.user.name for act in seen.acts)


def _beside(chart: Chart, tab: str) -> dict[str, Any]:
    said: dict[str, Any] = {"tab": tab}
    match tab:
        case "timeline":
            said["stay"] = stay(chart)
        case "imaging":
            said["reports"] = discovered.drafts(chart)
        case "events":
            said["findings"] = discovered.events(chart)
        case "pathology":
            said["pathology"] = discovered.specimens(chart)
    return said


def _counts(chart: Chart) -> dict[str, int]:
    return {
        "notes": len(chart.notes),
        "timeline": len(chart.events),
        "imaging": len(chart.reports),
        "events": len(chart.findings),
        "pathology": len({(row.get("note_id"), row.get("specimen")) for row in chart.pathology}),
    }


def _notices(seen: Opened) -> list[tuple[str, str]]:
    if seen.chart.blind:
        return []  # what was suggested is not to be guessed from its flags
    return [("", words().chart_flags.get(flag, flag)) for flag in seen.chart.flags if _telling(flag, seen.coding)]


def _telling(flag: str, coding: Coding) -> bool:
    """That nothing was suggested is of no interest once there are codes."""
    return flag not in ("nothing-found", "no-artifact") or not coding.lines
