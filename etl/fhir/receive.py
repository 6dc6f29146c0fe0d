"""The judgement on each resource of a group before it is spooled: whose it is, or why it is rejected."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from contract.work import Group, Spooled
from etl.fhir.attachments import KINDS, attachments, file_of, inline
from etl.fhir.binaries import Shelf
from etl.fhir.entry import Deleted, Entry, Fault, Item, good_id, text_of
from etl.fhir.files import folder_of, is_fhir, items
from etl.fhir.links import Links
from etl.fhir.manifest import promised
from etl.fhir.owner import SHARED, owner
from etl.fhir.people import by_identifier
from etl.fhir.spool import Homes, Writer
from etl.fhir.tables import MESSAGES
from etl.fhir.versions import other_version, refuse
from schemas.night import QUARANTINE

LINKS, BINARIES, ABOUT = "links.json", "binaries", "group.json"
REJECTED = pa.schema([field for field in QUARANTINE.schema if field.name != "source"])
DELETED = pa.schema([("type", pa.string()), ("id", pa.string())])
UNKNOWN = "names a patient that no Patient of this source has delivered; deliver the Patient with it or before it"
SERVER_SAYS = "the exporting server reports a problem here, in the row itself; ask its operators"


@dataclass
class Reception:
    """State of one pass. Memory grows with the shared resources and the rejected ones, not with the rest."""

    group: Group
    homes: Homes
    folder: Path
    rows_in: Counter[str] = field(default_factory=Counter)
    rejected: list[dict[str, Any]] = field(default_factory=list)
    deleted: list[Deleted] = field(default_factory=list)
    links: Links = field(default_factory=Links)
    versions: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    _seen: set[int] = field(default_factory=set)
    _places: set[tuple[str, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.root = folder_of(self.group)
        self.writer = Writer(self.folder, self.homes)
        self.shelf = Shelf(self.folder / BINARIES)

    @cached_property
    def _patients(self) -> Mapping[tuple[str, str], str]:
        return by_identifier(self.group.files)

    @cached_property
    def _promised(self) -> Mapping[str, int | None]:
        return promised(self.group.files)

    def run(self) -> Spooled:
        for file in filter(is_fhir, self.group.files):
            name = file.relative_to(self.root).as_posix()
            read = 0
            for item in items(file):
                self._take(item, name)
                read += 1
            self._compare(name, file.name.removesuffix(".gz"), read)
        refuse(self.versions, "", "in all its files")
        self.writer.flush()
        self.shelf.flush()
        self._leave_notes()
        return Spooled(
            rows_in=dict(self.rows_in),
            rows_spooled=dict(self.writer.rows),
            batches=sorted(self.writer.batches),
            quarantine=pa.Table.from_pylist(self.rejected, schema=REJECTED),
            deleted=pa.Table.from_pylist([{"type": d.kind, "id": d.id} for d in self.deleted], schema=DELETED),
            notes=self._notes(),
        )

    def _compare(self, name: str, listed: str, read: int) -> None:
        expected = self._promised.get(listed)
        if expected is not None and read < expected:
            message = f"the manifest promises {expected} resources, {read} are there; deliver the file again"
            self._reject(Fault(0, "truncated-file", message, b""), name)

    def _take(self, item: Item, file: str) -> None:
        if isinstance(item, Deleted):
            self.deleted.append(item)
            return
        fault = item if isinstance(item, Fault) else self._receive(item, file)
        if fault:
            self._reject(fault, file)

    def _receive(self, entry: Entry, file: str) -> Fault | None:
        kind, resource = entry.kind, entry.resource
        if kind == "OperationOutcome":
            return Fault(entry.line, "operation-outcome", SERVER_SAYS, entry.raw, kind)
        version = other_version(kind, resource)
        self.versions[version] += 1
        if version:
            message = f"a {kind} in the shape of FHIR {version}; R4 was expected. Ask for an export in R4"
            return Fault(entry.line, "fhir-version", message, entry.raw, kind)
        if not good_id(resource.get("id")):
            return Fault(entry.line, "id-format", MESSAGES["id-format"], entry.raw, kind, "id")
        key = owner(kind, resource, entry.urls, lambda system, value: self._patients.get((system, value)))
        place = self.homes.place(key)
        if place is None:
            return Fault(entry.line, "unknown-patient", UNKNOWN, entry.raw, kind, "id" if kind == "Patient" else "")
        if key == SHARED and self._again(entry):
            return None
        self.rows_in[kind] += 1
        self.links.ask(entry.raw)
        self.writer.add(kind, self._with_attachments(entry), place, file, entry.line)
        return None

    def _again(self, entry: Entry) -> bool:
        """The same shared resource in the same words: it arrives once."""
        seen = hash((entry.kind, entry.raw))
        if seen in self._seen:
            self.repeated += 1
            return True
        self._seen.add(seen)
        self.links.offer(entry.kind, entry.resource)
        return False

    def _with_attachments(self, entry: Entry) -> bytes:
        if entry.kind == "Binary":
            self.shelf.add(entry.resource)
        if entry.kind not in KINDS or not any("url" in a for a in attachments(entry.kind, entry.resource)):
            return entry.raw
        made = inline(entry.kind, orjson.loads(entry.raw), lambda url: file_of(self.root, url))
        return made or entry.raw

    def _reject(self, fault: Fault, file: str) -> None:
        kind, element = _clean(fault.kind) or "unknown", _clean(fault.element) or None
        if (file, fault.line) not in self._places:  # several faults of one line are one rejected row
            self._places.add((file, fault.line))
            self.rows_in[kind] += 1
        row = {"source_group": self.group.name, "file": file, "line": fault.line, "target": kind}
        row |= {"column": element, "rule": fault.rule, "message": fault.message}
        self.rejected.append(row | {"raw": text_of(fault.raw)})

    def _notes(self) -> tuple[str, ...]:
        found = {
            "conditional reference(s) that no resource of the group answers": self.links.unanswered(),
            "resource(s) of no patient that came again in the same words": self.repeated,
        }
        return tuple(f"{count} {what}" for what, count in found.items() if count)

    def _leave_notes(self) -> None:
        """What reading needs to know beside the rows."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / LINKS).write_bytes(orjson.dumps(self.links.answers()))
        (self.folder / ABOUT).write_bytes(orjson.dumps({"group": self.group.name}))


def _clean(name: str) -> str:
    """A name out of broken text, as text."""
    return name.encode("utf-8", "backslashreplace").decode()
