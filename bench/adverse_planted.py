"""Planted traps of adverse events, bench/adverse_cases.yaml: how many come out as a careful reader would have it."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from contract.errors import ConfigError
from contract.work import Shard, Stage
from nlp.adverse.chart.knowledge import Knowledge
from schemas.clinical import OPEN_NOTES, OPEN_TIMELINE

FILE = Path(__file__).with_name("adverse_cases.yaml")
FROZEN = "4018fc8306e100e163ac262f4c8cd7cafecaedabc0300585fd32eeb31951608d"
DAY0 = datetime(2022, 6, 15, 10)
DAY = re.compile(r"\{(-?\d+)\}")
DOUBTS = ("several-patients", "drug-never-given")


@dataclass(frozen=True)
class Judged:
    trap: str
    right: bool
    why: str


def cases() -> list[dict[str, Any]]:
    """As frozen; refused when the file is another."""
    found = hashlib.sha256(FILE.read_bytes()).hexdigest()
    if found != FROZEN:
        raise ConfigError(
            f"{FILE.name} is not as frozen: its sha256 is {found[:12]}..., expected {FROZEN[:12]}... Restore it."
        )
    return list(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def judge(stage: Stage, terms: Knowledge) -> list[Judged]:
    """Each case is a person of its own, run alone."""
    return [_judged(case, stage, terms) for case in cases()]


def _judged(case: Mapping[str, Any], stage: Stage, terms: Knowledge) -> Judged:
    made = stage.run(_shard(case))
    rows = [row for row in made["findings"].to_pylist() if row["kind"] == "adverse_event"] if "findings" in made else []
    left = [row for row in rows if row["assertion"] == "present"]
    for expected in case["expected"]:
        of_pair = [row for row in rows if _same(row, expected, terms)]
        if expected.get("doubt"):
            if any(row in left and not set(row["flags"]) & set(DOUBTS) for row in of_pair):
                return Judged(case["trap"], False, "not doubted")
            left = [row for row in left if row not in of_pair]
            continue
        fitting = [row for row in of_pair if _fits(row, expected) and (row in left or row["assertion"] != "present")]
        if not fitting:
            return Judged(case["trap"], False, _why(of_pair, expected))
        left = [row for row in left if row is not fitting[0]]
    return Judged(case["trap"], not left, f"{len(left)} more found as present" if left else "")


def _same(row: Mapping[str, Any], expected: Mapping[str, Any], terms: Knowledge) -> bool:
    """The drug's ingredients and the effect's group, whatever the words."""
    drugs = [terms.drug(said) for said in (row["drug"], expected["drug"])]
    effects = [terms.effect(said) for said in (row["effect"], expected["effect"])]
    drug = {
        frozenset(each.ingredients) if each else said
        for each, said in zip(drugs, (row["drug"], expected["drug"]), strict=True)
    }
    effect = {
        each.group or each.concept if each else said
        for each, said in zip(effects, (row["effect"], expected["effect"]), strict=True)
    }
    return len(drug) == 1 and len(effect) == 1


def _fits(row: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    return (
        row["assertion"] == expected["assertion"]
        and set(expected.get("flags", ())) <= set(row["flags"])
        and expected.get("notes", row["notes"]) == row["notes"]
        and _on_day(row["onset"], expected)
    )


def _on_day(onset: datetime | None, expected: Mapping[str, Any]) -> bool:
    if "onset" not in expected:
        return True
    return onset is not None and onset.date() == _time(expected["onset"]).date()


def _why(rows: Sequence[Mapping[str, Any]], expected: Mapping[str, Any]) -> str:
    if not rows:
        return "pair not found"
    said = "; ".join(
        f"{row['assertion']} {row['onset'] and (row['onset'] - DAY0).days} {row['flags']} {row['notes']}"
        for row in rows
    )
    return f"expected {dict(expected)}, found {said}"


def _shard(case: Mapping[str, Any]) -> Shard:
    notes = pa.Table.from_pylist(list(_notes(case)), schema=OPEN_NOTES.schema)
    if not case.get("timeline", True):
        return {"notes": notes}
    events = sorted(_events(case), key=lambda event: event["time"])
    return {"notes": notes, "timeline": pa.Table.from_pylist(events, schema=OPEN_TIMELINE.schema)}


def _notes(case: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for at, note in enumerate(case["notes"]):
        filler = "stable and comfortable in the ward today " * (note.get("repeat", 0) // 7)
        text = DAY.sub(lambda found: f"{_time(int(found[1])):%m/%d/%Y}", note["text"])
        time = None if note["day"] is None else _time(note["day"])
        language = case.get("language", "en")
        yield {"note_id": f"n{at}", "subject_id": 1, "time": time, "language": language, "text": filler + text}


def _events(case: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A visit long ago, so that a timeline is there; drugs by their names, as an uncoded order has."""
    yield {"subject_id": 1, "time": _time(-2000), "code": "VISIT_START//AMB"}
    for at, drug in enumerate(case.get("given", ())):
        order = {"subject_id": 1, "fhir_id": f"MedicationRequest/m{at}", "text_value": drug["drug"]}
        yield {**order, "time": _time(drug["from"]), "code": "UNCODED//MedicationRequest//ORDER"}
        if "to" in drug:
            yield {**order, "time": _time(drug["to"]), "code": "UNCODED//MedicationRequest//ORDER//END"}
    for at, lab in enumerate(case.get("labs", ())):
        value = {"numeric_value": lab["value"], "canonical_value": lab["value"], "unit": lab["unit"]}
        yield {**value, "subject_id": 1, "time": _time(lab["day"]), "code": lab["code"], "canonical_unit": lab["unit"],
               "fhir_id": f"Observation/o{at}"}  # fmt: skip


def _time(day: int) -> datetime:
    return DAY0 + timedelta(days=day)
