"""Codes held against the edition in force on the encounter's real day: discharge, or service for outpatients."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from nlp.icd.billing.items import WITHDRAWN
from nlp.icd.billing.stay import Stay
from nlp.icd.catalogue.shelf import Shelf
from nlp.icd.chart import DIAGNOSES
from nlp.icd.encounter import day
from nlp.icd.rules import case
from nlp.icd.rules.case import Coded, Message
from nlp.icd.rules.rules import check_edition

UNCHECKED = "edition"  # rule: the table in force is not at hand


def broken(stay: Stay, shelf: Shelf, country: str) -> list[Message]:
    """Nothing for an encounter without diagnoses; procedures have no table at hand."""
    codes = [Coded(item.code) for item in stay.items if item.system == DIAGNOSES and item.status != WITHDRAWN]
    return check_edition(codes, _dates(stay, country), shelf) if codes else []


def outcome(stay: Stay, message: Message) -> dict[str, Any]:
    """As FHIR's OperationOutcome; an encounter that is no resource is not pointed at."""
    issue: dict[str, Any] = {
        "severity": message.severity,
        "code": "not-supported" if message.rule == UNCHECKED else "code-invalid",
        "diagnostics": f"{message.rule}: {message.text} ({message.source})",
    }
    if stay.encounter:
        issue["expression"] = [f"Encounter/{stay.encounter['id']}"]
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def by_code(messages: list[Message]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for message in messages:
        found.setdefault(message.code, []).append(message.rule)
    return found


def _dates(stay: Stay, country: str) -> case.Stay:
    start, end = (_date(stay.period.get(name)) for name in ("start", "end"))
    return case.Stay(stay.kind, discharge=end, service=start, country=country)


def _date(said: str | None) -> date | None:
    return day(said) if said and len(said) >= 10 else None
