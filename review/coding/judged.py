"""What the coding rules say of the accepted codes, live: errors first, then warnings."""

from collections.abc import Iterator
from dataclasses import replace

from nlp.icd.rules.case import Coded, Message, Patient
from nlp.icd.rules.rules import DATED, check
from review.charts.chart import Chart
from review.coding.kind import DIAGNOSIS
from review.coding.line import Coding, Line
from review.coding.retired import replaced
from review.coding.tables import InForce, Tables, stay

INPATIENT = "inpatient"
ERROR, WARNING = "error", "warning"


def judged(coding: Coding, chart: Chart, tables: Tables) -> Coding:
    """The same with messages."""
    systems = dict.fromkeys(line.system for line in coding.accepted())
    found = [message for system in systems for message in _messages(coding, chart, tables, system)]
    return replace(coding, messages=tuple(sorted(found, key=lambda message: message.severity != ERROR)))


def errors(coding: Coding) -> tuple[Message, ...]:
    return tuple(message for message in coding.messages if message.severity == ERROR)


def _messages(coding: Coding, chart: Chart, tables: Tables, system: str) -> Iterator[Message]:
    """Of one system. Held against the table of a later day, it is a warning that a code does not exist."""
    held = tables.of(chart, system)
    codes = [_coded(line, chart) for line in coding.accepted() if line.system == system]
    patient = Patient(chart.sex, chart.age)
    for message in check(codes, patient, stay(chart, tables.country), held.table):
        if message.rule == "exists" and (line := coding.of(system, message.code)):
            message = replace(message, text=message.text + replaced(line, held, tables))
        yield replace(message, severity=WARNING) if held.older and message.rule in DATED else message
    if held.wanted and len(held.table):  # of a system without any table the page has nothing to say
        yield _unchecked(held)


def _unchecked(held: InForce) -> Message:
    text = f"{held.wanted} is in force on the day of this chart, but not at hand: held against {held.table.edition}"
    return Message("edition", WARNING, "", "", text, "")


def _coded(line: Line, chart: Chart) -> Coded:
    asked = chart.setting == INPATIENT and line.kind == DIAGNOSIS
    return Coded(line.code, line.principal, line.poa if asked or line.poa else None)
