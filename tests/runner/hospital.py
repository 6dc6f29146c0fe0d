"""A hospital out of a few lines: its exports as real files, its pipelines.yaml, its nights and what they left."""

import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import yaml

from runner import nightly
from runner.config import load
from store.lake import Lake
from store.snapshot import Snapshot

Row = Mapping[str, Any]
PERSON = {"BIRTHDATE": "1950-02-28", "GENDER": "F", "LAST": "Tulip"}
VISIT = {"ENCOUNTERCLASS": "inpatient", "CODE": "185347001", "DESCRIPTION": "Stay"}
WEIGHT = {"CATEGORY": "vital-signs", "CODE": "29463-7", "DESCRIPTION": "Weight", "UNITS": "kg", "TYPE": "numeric"}
MRN = {"type": {"coding": [{"code": "MR"}]}, "system": "urn:mrn"}
STEPS = {"notes": "etl.notes:ExtractNotes", "timeline": "etl.timeline.stage:BuildTimeline"}
SUMMARIES = {"codes": "etl.timeline.codes:CountCodes", "coverage": "etl.timeline.coverage:Coverage"}


def person(key: str, **said: str) -> Row:
    return {"table": "patients", "Id": key, **PERSON, **said}


def weight(key: str, day: str, value: object, **said: str) -> Row:
    return {"table": "observations", "PATIENT": key, "DATE": day, "VALUE": str(value), **WEIGHT, **said}


def visit(key: str, stay: str, day: str, **said: str) -> Row:
    return {"table": "encounters", "Id": stay, "PATIENT": key, "START": f"{day}T08:00:00Z",
            "STOP": f"{day}T18:00:00Z", **VISIT, **said}  # fmt: skip


def illness(key: str, day: str, code: str, **said: str) -> Row:
    return {"table": "conditions", "PATIENT": key, "START": day, "CODE": code, "DESCRIPTION": f"Illness {code}", **said}


def patient(key: str, *, mrn: str = "", links: Mapping[str, str] | None = None, **said: Any) -> Row:
    """`links`: key of the other Patient -> type."""
    found: dict[str, Any] = {"resourceType": "Patient", "id": key, "gender": "female", "birthDate": "1950-02-28"}
    if mrn:
        found["identifier"] = [{**MRN, "value": mrn}]
    if links:
        found["link"] = [{"type": kind, "other": {"reference": f"Patient/{key}"}} for key, kind in links.items()]
    return {**found, **said}


def meta(updated: str) -> Row:
    return {"lastUpdated": f"{updated}T12:00:00Z"}


def condition(key: str, whose: str, updated: str = "", *, code: str = "44054006", state: str = "confirmed") -> Row:
    found = {
        "resourceType": "Condition",
        "id": key,
        "subject": {"reference": f"Patient/{whose}"},
        "verificationStatus": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": state}]
        },
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": code, "display": f"Illness {code}"}]},
        "onsetDateTime": "2020-01-01",
    }
    return {**found, "meta": meta(updated)} if updated else found


def note(key: str, whose: str, text: str) -> Row:
    """A DiagnosticReport whose conclusion is the note."""
    return {"resourceType": "DiagnosticReport", "id": key, "status": "final", "code": {"text": "Film"},
            "subject": {"reference": f"Patient/{whose}"}, "effectiveDateTime": "2020-01-01",
            "conclusion": text}  # fmt: skip


def removed(*references: str) -> Row:
    """A transaction of deletions, as bulk exports put them into files of `deleted`."""
    entries = [{"request": {"method": "DELETE", "url": reference}} for reference in references]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


@dataclass
class Hospital:
    """One folder: inbox/<source>/<group>/, pipelines.yaml, lake. What a night does can be set before it."""

    root: Path
    delivery: str = "delta"
    seed: int | None = 7
    engine: dict[str, Any] = field(default_factory=lambda: {"kind": "serial"})
    steps: dict[str, Any] = field(default_factory=lambda: dict(STEPS))
    summaries: dict[str, Any] = field(default_factory=lambda: dict(SUMMARIES))
    checks: dict[str, Any] = field(default_factory=dict)
    review: dict[str, Any] = field(default_factory=dict)  # settings of the coders' page
    numbers: dict[str, Any] = field(default_factory=lambda: {"shard_subjects": 2, "max_loss": 1.0})

    def csv(self, group: str, *rows: Row, source: str = "csv") -> Path:
        """The rows as one delivery of Synthea tables; a delivery that stands there is replaced."""
        folder = self._folder(source, group)
        for table in sorted({str(row["table"]) for row in rows}):
            self._write(folder / f"{table}.csv", _lines([row for row in rows if row["table"] == table]))
        return folder

    def fhir(self, group: str, *resources: Row, source: str = "fhir", name: str = "all.ndjson") -> Path:
        folder = self._folder(source, group)
        self._write(folder / name, [json.dumps(resource) for resource in resources])
        return folder

    def _folder(self, source: str, group: str) -> Path:
        folder = self.root / "inbox" / source / group
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        return folder

    @staticmethod
    def _write(path: Path, lines: Sequence[str]) -> None:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        os.utime(path, (time.time() - 3600,) * 2)

    def configure(self, **more: Any) -> Path:
        """pipelines.yaml: a source for every folder of the inbox, steps and summaries as set."""
        inbox = self.root / "inbox"
        sources = {f.name: self._source(f.name) for f in sorted(inbox.iterdir())} if inbox.exists() else {}
        parts = {"sources": sources, "steps": self.steps, "summaries": self.summaries, "checks": self.checks}
        nightly_ = {"engine": self.engine, **self.numbers, **{k: _entries(v) for k, v in parts.items()}, **more}
        said = {"lake": "lake", "nightly": nightly_} | ({} if self.seed is None else {"identity_seed": self.seed})
        said |= {"review": self.review} if self.review else {}
        path = self.root / "pipelines.yaml"
        path.write_text(yaml.safe_dump(said, sort_keys=False), encoding="utf-8")
        return path

    def _source(self, name: str) -> dict[str, Any]:
        common = {"path": f"inbox/{name}", "delivery": self.delivery, "settle_s": 0}
        if name.startswith("csv"):
            return {"uses": "etl.sources.tables:Tables", "with": {"mapping": "synthea", **common}}
        if name == "decisions":
            return {"uses": "etl.decisions.source:Decisions", "with": {**common, "delivery": "delta"}}
        if name == "embeddings":
            return {"uses": "etl.embeddings.source:Embeddings", "with": {**common, "system": MRN["system"]}}
        return {"uses": "etl.sources.fhir:Fhir", "with": common}

    def night(self, *, replay: bool = False, **more: Any) -> dict[str, Any]:
        """The manifest of one more night."""
        return nightly.run(load(self.configure(**more)), "nightly", replay=replay)

    @property
    def lake(self) -> Lake:
        return Lake(self.root / "lake")

    @property
    def snapshot(self) -> Snapshot:
        found = self.lake.current()
        assert found is not None, "no night has been published"
        return found

    def table(self, name: str) -> pa.Table:
        return self.snapshot.read_many(name, self.snapshot.shards(name))

    def column(self, name: str, column: str) -> list[Any]:
        rows = self.table(name)
        return rows[column].to_pylist() if column in rows.column_names else [None] * len(rows)

    def ids(self, kind: str) -> list[str]:
        return sorted(self.column(f"phi/fhir/{kind}", "id"))

    def codes(self) -> list[str]:
        """Codes of illnesses and measurements on the timeline, without what every person has."""
        return sorted(code for code in self.column("phi/timeline", "code") if not code.startswith(("MEDS_", "GENDER")))

    def subject(self, key: str, source: str = "fhir") -> int:
        """The subject whose rows a key's rows are tonight."""
        people = self.table("phi/identities")
        mine = people.filter(pc.and_(pc.equal(people["source"], source), pc.equal(people["key"], key))).to_pylist()
        assert len(mine) == 1, f"{source} knows {len(mine)} persons {key}"
        found = mine[0]["merged_into"]
        return int(mine[0]["subject_id"] if found is None else found)

    def last_run(self) -> dict[str, Any]:
        """The manifest of the newest run, published or not."""
        newest = max((self.root / "lake" / "runs").iterdir())
        found: dict[str, Any] = json.loads((newest / "manifest.json").read_text(encoding="utf-8"))
        return found

    def digests(self) -> dict[tuple[str, str], str]:
        return {place: stat.digest for place, stat in self.snapshot.files.items() if place[0] not in TIMED}

    def contents(self) -> dict[str, list[str]]:
        """Rows of every table as text, sorted; without where and when they arrived."""
        names = [name for name in self.snapshot.tables() if name not in TIMED]
        return {name: sorted(map(_said, self.table(name).to_pylist())) for name in names}


TIMED = ("runs",)  # holds clock times: no two nights agree
WHERE = ("source_group", "source_file", "source_line", "arrival", "ordinal", "shard")


def _said(row: Row) -> str:
    return repr(sorted((k, v) for k, v in row.items() if v is not None and k not in WHERE))


def _entries(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: {"uses": one} if isinstance(one, str) else one for name, one in said.items()}


def _lines(rows: Sequence[Row]) -> list[str]:
    names = list(dict.fromkeys(name for row in rows for name in row if name != "table"))
    return [",".join(names), *(",".join(str(row.get(name, "")) for name in names) for row in rows)]
