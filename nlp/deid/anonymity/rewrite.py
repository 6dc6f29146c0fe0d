"""Rare codes out of the rows of a release: events of the timeline, codings and texts of FHIR resources."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nlp.deid.anonymity.codes import PREFIX, Naming, coded

MAIN = ("code", "vaccineCode", "medicationCodeableConcept", "medicationReference")
"""Without it a resource says nothing: it goes with its code."""


@dataclass
class Codes:
    """`told`: of each rare code what stands for it, None where nothing does."""

    told: Mapping[str, str | None]
    name: Naming
    removed: int = 0
    generalised: int = 0
    _rare: pa.Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._rare = pa.array(sorted(self.told), pa.string())

    def events(self, rows: pa.Table) -> pa.Table:
        """The timeline: rare events under their broader code, or not."""
        column = rows["code"].combine_chunks().dictionary_encode()
        said = column.dictionary.to_pylist()
        names = pa.array([self.told.get(code, code) for code in said], pa.string()).take(column.indices)
        changed = pc.is_in(rows["code"], self._rare)
        self._count(np.asarray(changed), names)
        rows = rows.set_column(rows.column_names.index("code"), rows.schema.field("code"), names.fill_null(""))
        return rows.filter(names.is_valid())

    def resources(self, rows: pa.Table) -> pa.Table:
        """FHIR rows; only those that hold a rare code are looked at one by one."""
        found = np.zeros(len(rows), dtype=bool)
        for column in rows.column_names:
            for at, codes in coded(rows[column], self.name):
                found[at[np.asarray(pc.is_in(codes, self._rare))]] = True
        if not found.any():
            return rows
        kept = [row for row in map(self._resource, rows.filter(pa.array(found)).to_pylist()) if row is not None]
        again = pa.Table.from_pylist(kept, schema=rows.schema)
        return pa.concat_tables([rows.filter(pa.array(~found)), again])

    def _count(self, changed: np.ndarray, names: pa.Array) -> None:
        gone = int(np.sum(changed & np.asarray(names.is_null())))
        self.removed += gone
        self.generalised += int(changed.sum()) - gone

    def _resource(self, row: dict[str, Any]) -> dict[str, Any] | None:
        had = {name for name in MAIN if row.get(name)}
        row = {name: self._cleared(value)[0] for name, value in row.items()}
        return None if any(not row[name] for name in had) else row

    def _cleared(self, value: Any) -> tuple[Any, bool]:
        """The value without rare codes, and whether one was in it: the words beside a rare code tell it, too."""
        if isinstance(value, list):
            each = [self._cleared(one) for one in value]
            return [one for one, _ in each if one is not None], any(rare for _, rare in each)
        if not isinstance(value, dict):
            return value, False
        if {"system", "code", "display"} <= value.keys():
            return self._coding(value)
        if str(value.get("reference") or "").startswith(PREFIX):
            rare = value["reference"] in self.told
            return (None if rare else value), rare
        parts = {name: self._cleared(inner) for name, inner in value.items()}
        rare = any(found for _, found in parts.values())
        kept = {name: inner for name, (inner, _) in parts.items()}
        if rare:
            kept |= {name: None for name in ("text", "valueString") if name in kept}
        empty = not any(inner for name, inner in kept.items() if name != "url")
        return (None if rare and empty else kept), rare

    def _coding(self, coding: dict[str, Any]) -> tuple[dict[str, Any] | None, bool]:
        code = f"{self.name(coding['system'] or '')}//{coding['code']}"
        if coding["code"] is None or code not in self.told:
            return coding, False
        stands = self.told[code]
        self.removed += stands is None
        self.generalised += stands is not None
        return ({**coding, "code": stands.partition("//")[2], "display": None} if stands else None), True
