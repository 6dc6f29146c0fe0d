"""A coder's acts on a chart as requests, and a hospital whose every text is hostile."""

from itertools import count
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from review.charts.chart import Chart, Suggestion
from review.coding.act import Thread
from review.state import decisions
from tests.review import lakes
from tests.review.web.coders import chart_of
from tests.review.web.visitor import Answer, Visitor

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&lt;"
SHOWN = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;&#34;&#39;&amp;lt;"
STAY = "stay-1"
_numbers = count()


def chart(app: FastAPI, encounter: str = STAY) -> Chart:
    return app.state.house.desk.chart(chart_of(app, encounter), "phi")  # type: ignore[no-any-return]


def first(app: FastAPI, encounter: str = STAY) -> Suggestion:
    return next(each for each in chart(app, encounter).suggestions if each.band != "hidden")


def said(app: FastAPI, action: str = "accept", encounter: str = STAY, **more: Any) -> dict[str, Any]:
    """The form of one act, as the page would send it now."""
    shown = chart(app, encounter)
    code = first(app, encounter)
    with app.state.house.database.read() as connection:
        version = len(decisions.of(connection, Thread(shown.id)))
    form = {"decision_id": f"abuse-{next(_numbers)}", "version": version, "digest": shown.digest, "action": action}
    return {**form, "system": code.system, "code": code.code, **more}


def act(visitor: Visitor, action: str = "accept", encounter: str = STAY, **more: Any) -> Answer:
    path = f"/charts/{chart_of(visitor.app, encounter)}/acts"
    return visitor.post(path, said(visitor.app, action, encounter, **more), fragment=True)


def hostile(root: Path) -> Path:
    """The made-up hospital, with script in every text that a person or a program wrote."""
    hospital = lakes.said()
    hospital["wards"] = dict.fromkeys(hospital["wards"], SCRIPT)
    for row in hospital["codes"]:
        row[3], row[7] = SCRIPT, [SCRIPT]
    for note in hospital["notes"]:
        if note["encounter"] == STAY:
            note["text"] += f"\n{SCRIPT}\n"
            note["kind"] = SCRIPT
    hospital["timeline_codes"] = dict.fromkeys(hospital["timeline_codes"], SCRIPT)
    for event in hospital["timeline"]:
        event |= {"unit": SCRIPT} if event.get("value") else {"text": SCRIPT}
    for found in hospital["findings"]:
        found |= {"drug": SCRIPT, "effect": SCRIPT}
    for found in hospital["pathology"]:
        found |= {"value": SCRIPT, "field": SCRIPT}
    for study in hospital["studies"]:
        study |= {"text": SCRIPT, "findings": [SCRIPT]}
    return lakes.publish(root, hospital)
