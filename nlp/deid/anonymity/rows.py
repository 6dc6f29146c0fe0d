"""The generalisation that was chosen, applied to the rows of a release: what tells birth, home, sex and death."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nlp.deid.anonymity.lattice import LEVELS
from nlp.deid.policy import knowledge
from nlp.deid.policy.facts import age_rows

AGES = ("onsetAge", "abatementAge", "performedAge")
DROPPED = {
    "Patient": ("contact", "multipleBirthBoolean", "multipleBirthInteger", "link"),
    "RelatedPerson": ("birthDate",),
}
BIRTHSEX = "birthsex"
DISCHARGE = "HOSPITAL_DISCHARGE//"
ADDRESS = ("text", "line", "city", "district", "period", "extension")
"""Of an address no more is told than its ZIP3 tells; the state where that is whole."""


@dataclass(frozen=True)
class Generalise:
    """`levels` of nlp.deid.anonymity.lattice; what it does not name is told as finely as a release tells anything."""

    levels: Mapping[str, int]

    def rows(self, name: str, rows: pa.Table) -> pa.Table:
        """Open rows of one table of the release."""
        if name == "timeline":
            return self._timeline(rows)
        if not name.startswith("fhir/") or not len(rows):
            return rows
        kind = name.removeprefix("fhir/")
        rows = rows.drop_columns([c for c in DROPPED.get(kind, ()) if c in rows.column_names])
        if kind in ("Patient", "RelatedPerson"):
            told = [self._person(row) for row in rows.to_pylist()]
            return pa.Table.from_pylist(told, schema=_with(rows.schema, kind))
        if self._level("birth_year"):
            rows = rows.drop_columns([c for c in AGES if c in rows.column_names])
            rows = rows.filter(pa.array(~age_rows(rows))) if kind == "Observation" else rows
        if kind == "Encounter" and self._level("death") and "hospitalization" in rows.column_names:
            rows = _each(rows, "hospitalization", lambda said: said and {**said, "dischargeDisposition": None})
        return rows

    def _level(self, name: str) -> int:
        return self.levels.get(name, 0)

    def _told(self, name: str, value: str) -> str:
        return LEVELS[name][self._level(name)][1](value)

    def _person(self, row: dict[str, Any]) -> dict[str, Any]:
        changes: dict[str, Any] = {
            "birthDate": self._told("birth_year", (row.get("birthDate") or "")[:4]) or None,
            "address": [self._address(each) for each in row.get("address") or () if each] or None,
        }
        if self._level("sex"):
            extensions = [e for e in row.get("extension") or () if not (e["url"] or "").endswith(BIRTHSEX)]
            changes |= {"gender": None, "name": None, "extension": extensions or None}
        if self._level("death"):
            dead = bool(row.get("deceasedDateTime") or row.get("deceasedBoolean"))
            changes |= {
                "deceasedDateTime": None,
                "deceasedBoolean": dead if self._level("death") == 1 else None,
            }
        return {**row, **changes}

    def _address(self, said: dict[str, Any]) -> dict[str, Any]:
        code = self._told("zip3", (said.get("postalCode") or "")[:3])
        state = said.get("state") if not self._level("zip3") else None
        return {**said, **dict.fromkeys(ADDRESS), "postalCode": code or None, "state": state}

    def _timeline(self, rows: pa.Table) -> pa.Table:
        codes = rows["code"].combine_chunks()
        gone = np.zeros(len(rows), dtype=bool)
        if self._level("sex"):
            gone |= np.asarray(pc.starts_with(codes, "GENDER//"))
        if self._level("death"):
            gone |= np.asarray(pc.equal(codes, "MEDS_DEATH"))
            codes = pc.if_else(pc.starts_with(codes, DISCHARGE), f"{DISCHARGE}UNKNOWN", codes)
            rows = rows.set_column(rows.column_names.index("code"), rows.schema.field("code"), codes)
        if self._level("birth_year"):
            ages = [f"LOINC//{code}" for code in sorted(knowledge.words("age_codes"))]
            gone |= np.asarray(pc.is_in(codes, pa.array(ages, pa.string())))
        return self._births(rows.filter(pa.array(~gone)))

    def _births(self, rows: pa.Table) -> pa.Table:
        born = np.asarray(pc.equal(rows["code"], "MEDS_BIRTH"))
        if not born.any():
            return rows
        told = [self._birth(row) for row in rows.filter(pa.array(born)).to_pylist()]
        again = pa.Table.from_pylist([row for row in told if row["time"]], schema=rows.schema)
        return pa.concat_tables([rows.filter(pa.array(~born)), again])

    def _birth(self, row: dict[str, Any]) -> dict[str, Any]:
        year = self._told("birth_year", str(row["time"].year)) if row["time"] else ""
        time = datetime(int(year), 1, 1) if year else None
        return {**row, "time": time, "recorded_time": None, "precision": "year"}


def _with(schema: pa.Schema, kind: str) -> pa.Schema:
    """A sparse table has no column that is null throughout; whoever died may be told by another column now."""
    if kind == "Patient" and "deceasedDateTime" in schema.names and "deceasedBoolean" not in schema.names:
        return schema.append(pa.field("deceasedBoolean", pa.bool_()))
    return schema


def _each(rows: pa.Table, column: str, change: Callable[[Any], Any]) -> pa.Table:
    kind = rows.schema.field(column)
    made = pa.array([change(said) for said in rows[column].to_pylist()], kind.type)
    return rows.set_column(rows.column_names.index(column), kind, made)
