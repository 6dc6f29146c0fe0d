"""Steps, summaries and checks for tests of nights: each does one thing, so that what the runner does shows."""

import os
import signal
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from contract.work import Shard, Verdict
from schemas.registry import table


@dataclass
class Step:
    """What the tests' steps have in common: nothing to open, no release."""

    unit: ClassVar[str] = "note_id"
    version: str = "1"
    releases: ClassVar[bool] = False
    reads: ClassVar[tuple[str, ...]] = ("phi/notes",)
    writes: ClassVar[tuple[str, ...]] = ("phi/findings",)

    def open(self) -> None:
        pass

    def run(self, shard: Shard) -> Shard:
        raise NotImplementedError


def findings(name: str, notes: pa.Table, kind: str) -> pa.Table:
    """One finding a note, which says how long the note is."""
    rows = [
        {"subject_id": n["subject_id"], "note_id": n["note_id"], "kind": kind, "effect": str(len(n["text"]))}
        for n in notes.to_pylist()
    ]
    usual = {c.name: "" for c in table(name).columns if c.required and pa.types.is_string(c.type)}
    return pa.Table.from_pylist([{**usual, **row} for row in rows], schema=pa.schema(list(table(name).schema)))


@dataclass
class Measure(Step):
    """phi/notes -> phi/findings, note by note."""

    kind: str = "length"

    def run(self, shard: Shard) -> Shard:
        return {"phi/findings": findings("phi/findings", shard["phi/notes"], self.kind)}


@dataclass
class ByPerson(Measure):
    """The same with the person's resources as context."""

    reads: ClassVar[tuple[str, ...]] = ("phi/notes", "phi/fhir/Condition")

    def run(self, shard: Shard) -> Shard:
        made = findings("phi/findings", shard["phi/notes"], self.kind)
        many = Counter(shard["phi/fhir/Condition"]["subject_id"].to_pylist())
        kinds = [f"{self.kind} {many[subject]}" for subject in made["subject_id"].to_pylist()]
        return {"phi/findings": made.set_column(made.column_names.index("kind"), made.schema.field("kind"), [kinds])}


@dataclass
class Release(Step):
    """The gate: phi/notes -> notes, each person under the open id; shared rows pass too."""

    unit: ClassVar[str] = "subject_id"
    releases: ClassVar[bool] = True
    reads: ClassVar[tuple[str, ...]] = ("phi/notes", "phi/identities", "phi/fhir/Practitioner")
    writes: ClassVar[tuple[str, ...]] = ("notes", "fhir/Practitioner")

    def run(self, shard: Shard) -> Shard:
        made = {}
        if "phi/notes" in shard and "phi/identities" in shard and len(shard["phi/notes"]):
            people, notes = shard["phi/identities"], shard["phi/notes"]
            at = pc.index_in(notes["subject_id"], people["subject_id"])
            place = notes.column_names.index("subject_id")
            made["notes"] = notes.set_column(
                place, table("notes").schema.field("subject_id"), people["open_id"].take(at)
            )
        doctors = shard["phi/fhir/Practitioner"]
        if "subject_id" not in doctors.column_names and "source" in doctors.column_names:
            made["fhir/Practitioner"] = doctors.select([n for n in ("id", "gender") if n in doctors.column_names])
        return made


@dataclass
class Behind(Step):
    """notes -> findings, behind the gate; `effect` says how many Practitioners it was shown."""

    reads: ClassVar[tuple[str, ...]] = ("notes", "fhir/Practitioner")
    writes: ClassVar[tuple[str, ...]] = ("findings",)

    def run(self, shard: Shard) -> Shard:
        return {"findings": findings("findings", shard["notes"], f"doctors {len(shard['fhir/Practitioner'])}")}


@dataclass
class Leak(Step):
    """Writes an open table without releasing."""

    writes: ClassVar[tuple[str, ...]] = ("findings",)


@dataclass
class WritesFhir(Step):
    writes: ClassVar[tuple[str, ...]] = ("phi/fhir/Patient",)


@dataclass
class Misspelt(Step):
    reads: ClassVar[tuple[str, ...]] = ("phi/note",)


@dataclass
class Raises(Step):
    def run(self, shard: Shard) -> Shard:
        raise ValueError(shard["phi/notes"]["text"][0].as_py())


@dataclass
class Dies(Step):
    """As a worker does that the system stops for its memory."""

    def run(self, shard: Shard) -> Shard:
        os.kill(os.getpid(), signal.SIGKILL)
        return shard


@dataclass
class Undeclared(Step):
    def run(self, shard: Shard) -> Shard:
        return {"phi/notes": shard["phi/notes"]}


@dataclass
class NoteCount:
    """A Summary: how many notes, as one line of coverage; `month` names the line."""

    month: str = "2020-01"
    reads: ClassVar[tuple[str, ...]] = ("phi/notes",)
    writes: ClassVar[tuple[str, ...]] = ("phi/coverage",)
    version: ClassVar[str] = "1"

    def partial(self, shard: Shard) -> Shard:
        count = len(shard.get("phi/notes", ()))
        rows = {"month": [self.month], "events": [count], "persons": [1]} if count else {}
        return {"phi/coverage": pa.table(rows, schema=table("phi/coverage").schema)} if rows else {}

    def merge(self, partials: Iterable[Shard]) -> Shard:
        parts = [part["phi/coverage"] for part in partials if "phi/coverage" in part]
        every = pa.concat_tables([table("phi/coverage").empty(), *parts], promote_options="default")
        added = every.group_by("month").aggregate([("events", "sum"), ("persons", "sum")])
        return {"phi/coverage": added.rename_columns(["month", "events", "persons"]).cast(every.schema)}


@dataclass
class OpenCount(NoteCount):
    writes: ClassVar[tuple[str, ...]] = ("timeline_codes",)


@dataclass
class AtMost:
    """A Check: no more Conditions than so many among what changed."""

    rows: int = 2
    reads: ClassVar[tuple[str, ...]] = ("phi/fhir/Condition",)

    def partial(self, shard: Shard) -> Shard:
        return {"found": pa.table({"rows": [len(shard["phi/fhir/Condition"])]})}

    def verdict(self, partials: Iterable[Shard]) -> Verdict:
        found = sum(part["found"]["rows"][0].as_py() for part in partials)
        return Verdict(found <= self.rows, (f"{found} Conditions",))
