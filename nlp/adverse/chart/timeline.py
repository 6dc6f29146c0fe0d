"""The events of a timeline that bear on drugs and their effects: what each code is, decided once a code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nlp.adverse.chart.laboratory import tests

COLUMNS = ("subject_id", "time", "code", "numeric_value", "canonical_value", "canonical_unit", "text_value")
ENDS = {"ORDER": "start", "ORDER//START": "start", "ORDER//END": "stop", "GIVEN": "given", "GIVEN//END": "given"}
DIAGNOSES = ("ICD10CM", "ICD9CM", "SNOMED", "ICD10")
BESIDE = ("CAREPLAN", "BILLED", "REASON", "NOT_DONE", "ALLERGY", "END", "RATE", "CONCLUSION")


@dataclass(frozen=True, slots=True)
class Fact:
    """`kind`: start, stop and given of a drug; condition, test, admission. `code`: its first two parts."""

    kind: str
    code: str
    time: datetime
    fhir_id: str = ""
    encounter_id: str = ""
    value: float | None = None
    unit: str = ""
    words: str = ""


@dataclass(frozen=True)
class Facts:
    """`seen`: persons with any dated event at all."""

    by_person: Mapping[int, Sequence[Fact]]
    seen: frozenset[int]


def facts(table: pa.Table | None) -> Facts:
    if table is None or not len(table):
        return Facts({}, frozenset())
    table = table.filter(pc.is_valid(table["time"]))
    dictionary = table["code"].combine_chunks().dictionary_encode()
    kinds = [_kind(code) for code in dictionary.dictionary.to_pylist()]
    wanted = np.array([bool(kind) for kind in kinds] or [False])
    rows = table.filter(pa.array(wanted[dictionary.indices.to_numpy()])) if len(table) else table
    known = dict(zip(dictionary.dictionary.to_pylist(), kinds, strict=True))
    held: dict[int, list[Fact]] = {}
    for row in rows.select(
        [n for n in (*COLUMNS, "fhir_id", "encounter_id", "unit") if n in rows.column_names]
    ).to_pylist():
        held.setdefault(row["subject_id"], []).append(_fact(row, known[row["code"]]))
    return Facts(held, frozenset(pc.unique(table["subject_id"]).to_pylist()))


def _kind(code: str) -> str:
    system, _, rest = code.partition("//")
    own, _, beside = rest.partition("//")
    if system == "HOSPITAL_ADMISSION":
        return "admission"
    if beside in ENDS:
        return ENDS[beside]
    if beside.rpartition("//")[2] in BESIDE or beside in BESIDE:
        return ""
    if system in DIAGNOSES and not beside:
        return "condition"
    return "test" if f"{system}//{own}" in tests() and not beside else ""


def _fact(row: Mapping[str, object], kind: str) -> Fact:
    said = {name: row.get(name) for name in ("fhir_id", "encounter_id", "text_value")}
    canonical = row.get("canonical_value")
    value, unit = (
        (canonical, row.get("canonical_unit")) if canonical is not None else (row.get("numeric_value"), row.get("unit"))
    )
    code = "//".join(str(row["code"]).split("//")[:2])
    time = row["time"]
    assert isinstance(time, datetime)
    return Fact(
        kind,
        code,
        time,
        str(said["fhir_id"] or ""),
        str(said["encounter_id"] or ""),
        float(value) if isinstance(value, int | float) else None,
        str(unit or ""),
        str(said["text_value"] or ""),
    )
