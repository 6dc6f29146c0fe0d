"""Codes as HL7 v2.5.1: one BAR^P12 (update diagnosis and procedure) for each encounter.

P12 speaks of diagnoses and procedures and of nothing else: A08 would overwrite the visit, P01 open an account. DG1-20
and PR1-19 stay the same from export to export and DG1-21 and PR1-20 say what to do, so that a receiver knows again
what it has. DG1-26 (present on admission) is of v2.6: receivers of 2.5.1 that do not know it pass over it.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from nlp.icd.billing.items import UNFINISHED, UNSETTLED, WITHDRAWN, Item
from nlp.icd.billing.stay import Stay

SYSTEMS = {"ICD-10-CM": "I10C", "ICD-9-CM": "I9C", "ICD-10-PCS": "I10P"}  # table 0396
CLASSES = {"IMP": "I", "ACUTE": "I", "NONAC": "I", "EMER": "E", "AMB": "O", "OBSENC": "O", "SS": "O"}  # table 0004
SEX = {"male": "M", "female": "F", "other": "O"}
FINAL, WORKING, ADMITTING = "F", "W", "A"  # table 0052
OPEN = frozenset((UNFINISHED, UNSETTLED))  # flags of what is not final
ADD, DELETE = "A", "D"  # table 0206
ESCAPES = str.maketrans({"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\", "\r": " ", "\n": " "})
Field = str | Sequence[str]


def message(stay: Stay, now: datetime) -> str:
    """Segments end with a carriage return."""
    diagnoses = [item for item in stay.items if not item.procedure]
    admitting = [item for item in diagnoses if item.admitting]
    procedures = [item for item in stay.items if item.procedure]
    segments = [
        _header(stay, now),
        _segment("EVN", {1: "P12", 2: _time(now)}),
        _person(stay),
        _visit(stay),
        *(_diagnosis(item, at) for at, item in enumerate(diagnoses, 1)),
        *(_admitting(item, at) for at, item in enumerate(admitting, len(diagnoses) + 1)),
        *(_procedure(stay, item, at) for at, item in enumerate(procedures, 1)),
    ]
    return "".join(segment + "\r" for segment in segments)


def _header(stay: Stay, now: datetime) -> str:
    fields = {3: "CHARTLOOM", 7: _time(now), 9: ["BAR", "P12", "BAR_P12"], 10: stay.items[0].id[:20], 11: "P",
              12: "2.5.1", 18: "UNICODE UTF-8"}  # fmt: skip
    return "MSH|^~\\&" + _segment("", {at - 1: said for at, said in fields.items()})[1:]


def _person(stay: Stay) -> str:
    patient = stay.patient
    ids = [_identifier(one) for one in patient.get("identifier") or () if one.get("value")]
    names = [one for one in patient.get("name") or () if one.get("family") or one.get("given")]
    given = names[0].get("given") or [] if names else []
    name = [names[0].get("family") or "", *given[:1], " ".join(given[1:])] if names else [""]
    joined = "~".join(_joined(one) for one in ids or [[str(patient["id"]), "", "", "CHARTLOOM", "PI"]])
    return _segment(
        "PID",
        {1: "1", 5: name, 7: _time(patient.get("birthDate")), 8: SEX.get(patient.get("gender") or "", "U")},
        {3: joined},
    )


def _identifier(one: Mapping[str, Any]) -> list[str]:
    codes = [coding.get("code") or "" for coding in (one.get("type") or {}).get("coding") or ()]
    return [str(one["value"]), "", "", str(one.get("system") or ""), *codes[:1]]


def _visit(stay: Stay) -> str:
    return _segment(
        "PV1",
        {
            1: "1",
            2: CLASSES.get(stay.kind, "U"),
            19: stay.visit,
            44: _time(stay.period.get("start")),
            45: _time(stay.period.get("end")),
        },
    )


def _diagnosis(item: Item, at: int) -> str:
    return _segment(
        "DG1",
        {
            1: str(at),
            3: [item.code, item.display, SYSTEMS.get(item.system, item.system)],
            4: item.display,
            6: FINAL if item.decided and not OPEN.intersection(item.flags) else WORKING,
            15: str(item.sequence),
            19: _time(item.decided),
            20: [item.id, "CHARTLOOM"],
            21: DELETE if item.status == WITHDRAWN else ADD,
            26: item.poa,
        },
    )


def _admitting(item: Item, at: int) -> str:
    """The same code once more, as what the patient was admitted for; it has no place in the order."""
    name = [item.code, item.display, SYSTEMS.get(item.system, item.system)]
    return _segment(
        "DG1",
        {1: str(at), 3: name, 4: item.display, 6: ADMITTING, 15: "0", 20: [f"{item.id}-a", "CHARTLOOM"], 21: ADD},
    )


def _procedure(stay: Stay, item: Item, at: int) -> str:
    """PR1-5 must be there, and notes rarely say when: it is the encounter's first day."""
    return _segment(
        "PR1",
        {
            1: str(at),
            3: [item.code, item.display, SYSTEMS.get(item.system, item.system)],
            4: item.display,
            5: _time((stay.period.get("start") or "")[:10]),
            14: str(item.sequence),
            19: [item.id, "CHARTLOOM"],
            20: DELETE if item.status == WITHDRAWN else ADD,
        },
    )


def _segment(name: str, fields: Mapping[int, Field], made: Mapping[int, str] | None = None) -> str:
    """`made`: fields that are escaped and joined already."""
    said = {at: _joined([value] if isinstance(value, str) else value) for at, value in fields.items()} | dict(
        made or {}
    )
    last = max((at for at, text in said.items() if text), default=0)
    return "|".join([name, *(said.get(at, "") for at in range(1, last + 1))])


def _joined(components: Sequence[str]) -> str:
    return "^".join(text.translate(ESCAPES) for text in components).rstrip("^")


def _time(said: str | datetime | None) -> str:
    """FHIR's date, time or instant as HL7 writes it, to the second, with its zone where it has one."""
    if isinstance(said, datetime):
        said = said.replace(tzinfo=said.tzinfo or UTC).isoformat(timespec="seconds")
    plain = re.sub(r"\.\d+", "", said or "")
    moment, zone = re.fullmatch(r"(.*?)(Z|[+-]\d\d:\d\d)?", plain).groups()  # type: ignore[union-attr]
    offset = "+0000" if zone == "Z" else (zone or "").replace(":", "")
    digits = re.sub(r"\D", "", moment)
    return digits + offset if len(digits) > 8 else digits
