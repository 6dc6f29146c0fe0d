"""Nights without the persons who were forgotten: they get no ids, and their raw rows go nowhere, but are counted."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from contract.work import PEOPLE, Spooled
from etl.identities import Sighting
from etl.mentions import said
from runner.forgetting.ledger import BARRED, OPT_OUTS, Ledger
from schemas.people import IDENTITIES

PATIENT = re.compile(r"Patient/([A-Za-z0-9\-.]{1,64})")


@dataclass
class Bars:
    """The persons barred from one lake."""

    ledger: Ledger

    @classmethod
    def of(cls, lake: Path) -> "Bars":
        return cls(Ledger(lake, BARRED))

    def without(self, sighting: Sighting, known: pa.Table) -> Sighting:
        """What a source says of all others. A key under which somebody barred came anew is barred too from now on.

        Who is known to the lake already stays; of them only the link to who was forgotten goes.
        """
        if not self.ledger.marks:
            return sighting
        rows = [{**row, "source": sighting.source} for row in sighting.people.to_pylist()]
        mine = known.filter(pc.equal(known["source"], sighting.source))["key"].to_pylist()
        barred = self._barred(rows)
        gone = barred - set(mine)
        self._learn([row for row in rows if row["key"] in gone])
        kept = [self._unlinked(row, barred) for row in rows if row["key"] not in gone]
        return replace(sighting, people=pa.Table.from_pylist(kept, schema=PEOPLE))

    def _barred(self, rows: list[dict[str, Any]]) -> set[str]:
        """Keys of whom the bars name, and of whom they are said to be one person with."""
        found = {row["key"] for row in rows if self._named(row)}
        marked = {row["replaced_by"] for row in rows if row["replaced_by"] and self._key(row, row["replaced_by"])}
        while True:
            into = {row["replaced_by"] for row in rows if row["key"] in found} - {None}
            more = {row["key"] for row in rows if row["replaced_by"] in found | marked} | into
            if more <= found:
                return found
            found |= more

    def _named(self, row: dict[str, Any]) -> bool:
        return self._key(row, row["key"]) or not self.ledger.identifiers([row]).isdisjoint(self.ledger.marks)

    def _key(self, row: dict[str, Any], key: str) -> bool:
        return self.ledger.mark("key", row["source"], key) in self.ledger.marks

    def _learn(self, rows: list[dict[str, Any]]) -> None:
        marks = self.ledger.keys(rows) - self.ledger.marks
        if marks:
            self.ledger = self.ledger.add(marks, learned=True)

    def _unlinked(self, row: dict[str, Any], barred: set[str]) -> dict[str, Any]:
        known = {name: row[name] for name in PEOPLE.names}
        other = row["replaced_by"]
        return {**known, "replaced_by": None if other and (other in barred or self._key(row, other)) else other}

    def spooled(self, found: Spooled, source: str, system: str = "") -> Spooled:
        """Without rejected rows that name somebody barred: they name nobody whom the source knows.

        `system`: of the identifiers by which the source names persons whom others bring.
        """
        if not self.ledger.marks or not len(found.quarantine):
            return found
        lines = list(zip(found.quarantine["file"].to_pylist(), found.quarantine["line"].to_pylist(), strict=True))
        raw = found.quarantine["raw"].to_pylist()
        gone = {line for line, text in zip(lines, raw, strict=True) if self._mentioned(source, system, text or "")}
        stay = pa.array([line not in gone for line in lines], pa.bool_())
        return replace(found, quarantine=found.quarantine.filter(stay), barred=len(gone))

    def shared(self, rows: pa.Table) -> pa.Table:
        """Of phi/fhir/Other, rows of no patient without those that name somebody barred, and without their Binaries."""
        if not self.ledger.marks:
            return rows
        stay = [row.get("subject_id") is not None or not self._shown(row) for row in rows.to_pylist()]
        return rows.filter(pa.array(stay, pa.bool_()))

    def _shown(self, row: dict[str, Any]) -> bool:
        if row["resourceType"] == "Binary":
            return self.ledger.mark("binary", row["source"], row["id"]) in self.ledger.marks
        return any(self._key(row, key) for key in PATIENT.findall(json.dumps(row, default=str)))

    def _mentioned(self, source: str, system: str, raw: str) -> bool:
        return any(mark in self.ledger.marks for word in set(said(raw)) for mark in self._marks(source, system, word))

    def _marks(self, source: str, system: str, word: str) -> Iterator[str]:
        yield self.ledger.mark("identifier", system, word) if system else self.ledger.mark("key", source, word)
        yield self.ledger.mark("value", word)


@dataclass(frozen=True)
class OptOuts:
    """Of one lake."""

    lake: Path

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self.lake, OPT_OUTS)

    def applied(self, people: pa.Table) -> pa.Table:
        """phi/identities in which it stands who opted out: all keys of a person of whom one did."""
        if not self.ledger.lines:
            return people
        rows = people.select(["source", "key", "identifiers"]).to_pylist()
        subjects = pc.coalesce(people["merged_into"], people["subject_id"]).to_pylist()
        out = {subject for row, subject in zip(rows, subjects, strict=True) if self._opted(row)}
        column = pa.array([subject in out for subject in subjects], pa.bool_())
        return people.set_column(people.column_names.index("opt_out"), IDENTITIES.schema.field("opt_out"), column)

    def _opted(self, row: dict[str, Any]) -> bool:
        return not (self.ledger.keys([row]) | self.ledger.identifiers([row])).isdisjoint(self.ledger.marks)


def differing(before: pa.Table, after: pa.Table) -> list[int]:
    """Ordinals of the persons of whom the opt-out is another one."""
    old = dict(zip(before["subject_id"].to_pylist(), before["opt_out"].to_pylist(), strict=True))
    rows = zip(*(after[name].to_pylist() for name in ("subject_id", "ordinal", "opt_out")), strict=True)
    return [ordinal for subject, ordinal, out in rows if subject in old and bool(old[subject]) != bool(out)]


def persons_of_ledgers(lake: Path) -> list[int]:
    """Changes with every act of a person on who is barred or opted out; a resumed night must know of it."""
    ledgers = (Ledger(lake, BARRED), Ledger(lake, OPT_OUTS))
    return [sum(not line.get("learned") for line in ledger.lines) for ledger in ledgers]
