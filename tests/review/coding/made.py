"""Charts and acts made up for tests of the list of codes."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from nlp.icd.catalogue.shelf import Shelf
from review.charts.chart import Chart, Note, Span, Suggestion
from review.coding.act import Act, Done
from review.coding.tables import Tables

CM, PCS = "ICD-10-CM", "ICD-10-PCS"
TEXT = "Pneumonia of the left lung. Hypertension. Type 2 diabetes. Stent placed. <b>Fell</b> at home."
SUGGESTED = (
    Suggestion(CM, "J18.9", "Pneumonia, unspecified organism", 1, 0.99, "pre-accept", (Span("n1", 0, 9, "index"),)),
    Suggestion(CM, "I10", "Essential (primary) hypertension", 2, 0.8, "review", (Span("n1", 28, 40, "index"),)),
    Suggestion(CM, "E11.9", "Type 2 diabetes mellitus without complications", 3, 0.4, "review"),
    Suggestion(CM, "R05.9", "Cough, unspecified", 4, 0.01, "hidden"),
    Suggestion(PCS, "027034Z", "Dilation of coronary artery", 1, 0.6, "review", (Span("n1", 58, 63, "index"),)),
)


def chart(**fields: Any) -> Chart:
    said: dict[str, Any] = {
        "id": "c1",
        "side": "phi",
        "snapshot": "s1",
        "subject_id": 901,
        "encounter_id": "e1",
        "digest": "00ff00ff00ff00ff",
        "notes": (Note("n1", datetime(2026, 5, 2), "discharge", "physician", "en", TEXT),),
        "suggestions": SUGGESTED,
        "sex": "female",
        "age": 67.0,
        "setting": "outpatient",
        "service": datetime(2026, 5, 2).date(),
    }
    return Chart(**{**said, **fields})


@cache
def tables() -> Tables:
    return Tables(Shelf())


def act(said: str, version: int, **fields: Any) -> Act:
    """`said`: an action and a code, such as `accept I10`; procedures have no dot and seven characters."""
    action, _, code = said.partition(" ")
    system = (PCS if len(code) == 7 and "." not in code else CM) if code else ""
    return Act(fields.pop("decision_id", f"d{version}"), action, version, **{"system": system, "code": code, **fields})


def done(number: int, action: str, code: str = "", after: dict[str, Any] | None = None, **fields: Any) -> Done:
    system = (PCS if len(code) == 7 and "." not in code else CM) if code else ""
    said = {"evidence": (), "reason": "", "actor": "anna", "round": 1, "planted": False, **fields}
    time = datetime(2026, 5, 3) + timedelta(seconds=number)
    return Done(number, f"d{number}", action, said.pop("system", system), code, after or {}, time=time, **said)
