"""Codes out of the lake, for coders and billing: as FHIR, HL7 v2 or CSV, checked against the edition of their date."""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, TextIO

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from contract.errors import ConfigError, InputError
from etl.fhir.tables import to_json
from nlp.icd.billing import edition, fhir, hl7, sheet
from nlp.icd.billing.decided import decided
from nlp.icd.billing.items import Item, items
from nlp.icd.billing.stay import Stay
from nlp.icd.catalogue.shelf import Shelf
from runner import audit
from runner.export import SHARDS, Files
from runner.progress import Progress, Silent
from runner.published import published
from store.snapshot import Snapshot

CODES, DECISIONS, WORKLIST = "phi/codes", "phi/decisions", "phi/worklist"
FORMS = ("fhir", "hl7", "csv")
DOCUMENTS = {"DocumentReference": "", "DiagnosticReport": "DiagnosticReport."}  # type -> what its notes' ids begin with
LEFT_OUT = "left out: person without Patient"
FAULTS = ("encounter_id", "code", "rule", "severity", "message")


@dataclass(frozen=True)
class Wanted:
    """`suggested`: also what nobody has accepted. `tables`: a site's folder of code tables, for earlier editions."""

    form: str = "csv"
    suggested: bool = False
    tables: Path | None = None
    country: str = "US"

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise ConfigError(f"--format is {self.form!r}; expected {', '.join(FORMS)}.")


def export_codes(lake: Path, out: Path, wanted: Wanted, progress: Progress | None = None) -> dict[str, Any]:
    """Writes files that only their owner can read, and last of all manifest.json, which it gives back."""
    snapshot = published(lake)
    shards = sorted({*snapshot.shards(CODES), *snapshot.shards(DECISIONS)})
    _require_codes(snapshot, wanted)
    shelf = Shelf(wanted.tables)
    if out.exists() and any(out.iterdir()):
        raise InputError(f"{out} is not empty; name a new folder, so that two exports do not mix.")
    audit.record(lake, f"export codes {wanted.form}", "suggested" if wanted.suggested else "accepted")
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    progress, counts = progress or Silent(), Counter[str]()
    with ExitStack() as stack:
        writer = Writer(wanted, Files(out, stack, 0o600), _finished(snapshot), stack)
        progress.start(CODES, len(shards), "shards")
        for start in range(0, len(shards), SHARDS):
            held = shards[start : start + SHARDS]
            for stay in _stays(snapshot, held, wanted.suggested):
                counts.update(item.status if stay.patient else LEFT_OUT for item in stay.items)
                if stay.patient:
                    writer.write(stay, edition.broken(stay, shelf, wanted.country))
            progress.advance(CODES, len(held))
        progress.finish(CODES)
        manifest = {**_manifest(snapshot, wanted, writer), "codes": dict(sorted(counts.items()))}
        writer.files.write_whole("manifest.json", json.dumps(manifest, indent=1).encode() + b"\n")
    return manifest


class Writer:
    """The files of one export, each begun with its first line."""

    def __init__(self, wanted: Wanted, files: Files, now: datetime, stack: ExitStack) -> None:
        self.wanted, self.files, self.now, self.stack = wanted, files, now, stack
        self.counts, self.faults = Counter[str](), Counter[str]()
        self._open: dict[str, TextIO] = {}

    def write(self, stay: Stay, messages: list[Any]) -> None:
        self.faults.update(message.rule for message in messages)
        getattr(self, f"_{self.wanted.form}")(stay, messages)

    def _fhir(self, stay: Stay, messages: list[Any]) -> None:
        recorded = self.now.isoformat(timespec="seconds").replace("+00:00", "Z")
        for made in fhir.resources(stay, recorded):
            self.files.add(made["resourceType"], [orjson.dumps(made)])
        for message in messages:
            self.files.add("OperationOutcome", [orjson.dumps(edition.outcome(stay, message))])

    def _hl7(self, stay: Stay, messages: list[Any]) -> None:
        self._add("codes.hl7", hl7.message(stay, self.now), "")
        self._faults(stay, messages)

    def _csv(self, stay: Stay, messages: list[Any]) -> None:
        said = sheet.lines(stay, edition.by_code(messages))
        if said:
            self._add("codes.csv", said, sheet.header())
        self._faults(stay, messages)

    def _faults(self, stay: Stay, messages: list[Any]) -> None:
        for m in messages:
            line = sheet.line((stay.items[0].encounter_id, m.code, m.rule, m.severity, m.text))
            self._add("errors.csv", line, sheet.line(FAULTS))

    def _add(self, name: str, text: str, head: str) -> None:
        if name not in self._open:
            handle = os.open(self.files.out / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self._open[name] = self.stack.enter_context(os.fdopen(handle, "w", encoding="utf-8", newline=""))
            self._open[name].write(head)
        self._open[name].write(text)
        self.counts[name] += 1


def _require_codes(snapshot: Snapshot, wanted: Wanted) -> None:
    if not snapshot.shards(CODES) and not snapshot.shards(DECISIONS):
        raise InputError(
            "the published night holds no codes. Name the steps icd and relink in pipelines.yaml (docs/icd.md), run a "
            "night, then export."
        )
    acts = snapshot.read_many(DECISIONS, snapshot.shards(DECISIONS)).to_pylist() if not wanted.suggested else []
    if not wanted.suggested and not decided(acts).codes:
        raise InputError(
            "no coder has accepted or added a code yet, and only accepted codes go to billing. "
            "`--suggested` also exports what nobody has confirmed, marked so."
        )


def _stays(snapshot: Snapshot, shards: list[str], suggested: bool) -> Iterator[Stay]:
    """Encounter by encounter; `patient` is empty where the person has no Patient any more."""
    codes, decisions = (snapshot.read_many(name, shards).to_pylist() for name in (CODES, DECISIONS))
    held = items(codes, decisions, suggested, _digests(snapshot, shards))
    if not held:
        return
    patients = _resources(snapshot, shards, "Patient", {item.subject_id for item in held})
    visits = _resources(snapshot, shards, "Encounter", {item.subject_id for item in held})
    documents = _documents(snapshot, shards)
    for (subject, name), group in groupby(held, key=lambda item: (item.subject_id, item.encounter_id)):
        encounter = next((one for one in visits.get(subject, ()) if one["id"] == name), {})
        mine = tuple(group)
        yield Stay(mine, _patient(patients.get(subject, []), encounter), encounter, _named(documents, mine))


def _digests(snapshot: Snapshot, shards: list[str]) -> dict[tuple[int, str], str]:
    """Of the notes of encounters as they are now; nothing where no step writes the worklist."""
    rows = snapshot.read_many(WORKLIST, shards).select(["subject_id", "encounter_id", "notes"]).to_pylist()
    return {(row["subject_id"], row["encounter_id"]): row["notes"] or "" for row in rows}


def _patient(found: list[dict[str, Any]], encounter: Mapping[str, Any]) -> dict[str, Any]:
    """Of several Patients of one person that of the encounter, else the first."""
    said = ((encounter.get("subject") or {}).get("reference") or "").rpartition("/")[2]
    return next((one for one in found if one["id"] == said), found[0] if found else {})


def _resources(snapshot: Snapshot, shards: list[str], kind: str, subjects: set[int]) -> dict[int, list[dict[str, Any]]]:
    rows = snapshot.read_many(f"phi/fhir/{kind}", shards)
    rows = rows.filter(pc.is_in(rows["subject_id"], pa.array(sorted(subjects), pa.int64())))
    found: dict[int, list[dict[str, Any]]] = {}
    for subject, text in zip(rows["subject_id"].to_pylist(), to_json(kind, rows) if len(rows) else [], strict=True):
        found.setdefault(subject, []).append(orjson.loads(text))
    return found


def _documents(snapshot: Snapshot, shards: list[str]) -> dict[str, str]:
    """What notes' ids begin with -> reference of the resource they were read from."""
    found: dict[str, str] = {}
    for kind, begins in DOCUMENTS.items():
        name = f"phi/fhir/{kind}"
        for shard in sorted(set(shards).intersection(snapshot.shards(name))):
            found |= {f"{begins}{one}": f"{kind}/{one}" for one in snapshot.ids(name, shard).to_pylist()}
    return found


def _named(documents: Mapping[str, str], held: Iterable[Item]) -> dict[str, str]:
    """Of a document with several attachments the note_id has one more part."""
    notes = {each["note_id"] for item in held for each in item.evidence}
    found = {note: documents.get(note) or documents.get(note.rpartition(".")[0]) for note in notes}
    return {note: reference for note, reference in found.items() if reference}


def _finished(snapshot: Snapshot) -> datetime:
    return datetime.fromisoformat(snapshot.manifest()["finished"])


def _manifest(snapshot: Snapshot, wanted: Wanted, writer: Writer) -> dict[str, Any]:
    """As the bulk data specification writes it, with the faults counted by rule."""
    made = {**{f"{kind}.ndjson": n for kind, n in writer.files.counts.items()}, **writer.counts}
    listed = [{"type": name.partition(".")[0], "url": name, "count": n} for name, n in sorted(made.items())]
    errors = ("OperationOutcome", "errors")
    return {
        "transactionTime": snapshot.manifest()["finished"],
        "request": f"chartloom export codes --format {wanted.form}" + (" --suggested" if wanted.suggested else ""),
        "requiresAccessToken": False,
        "output": [entry for entry in listed if entry["type"] not in errors],
        "deleted": [],
        "error": [entry for entry in listed if entry["type"] in errors],
        "faults": dict(sorted(writer.faults.items())),
    }
