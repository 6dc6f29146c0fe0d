"""Who is to be forgotten: every key that is one human being, with all that names them in rows and files."""

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from contract.errors import InputError
from contract.work import Leaving
from runner.forgetting.ledger import pairs, placeholders
from schemas.people import IDENTITIES
from store.snapshot import Snapshot

PATIENT = "phi/fhir/Patient"
POINTING = ("phi/fhir/DocumentReference", "phi/fhir/DiagnosticReport")
BINARY = re.compile(r"\bBinary/([A-Za-z0-9\-.]{1,64})")


@dataclass(frozen=True)
class Asked:
    """How somebody names a person: a key or identifier, or the subject. PHI."""

    name: str = field(default="", repr=False)
    source: str = ""
    subject: int | None = None


@dataclass
class Person:
    """PHI, all of it."""

    subjects: list[int] = field(repr=False)
    open_ids: list[int] = field(repr=False)
    ordinals: list[int] = field(repr=False)
    keys: list[tuple[str, str]] = field(repr=False)  # source, key
    identifiers: list[tuple[str, str]] = field(repr=False)  # system, value; placeholders are none
    ids: list[tuple[str, str]] = field(default_factory=list, repr=False)  # source, Type/id
    binaries: list[tuple[str, str]] = field(default_factory=list, repr=False)  # source, id: what documents point to
    files: list[tuple[str, str]] = field(default_factory=list, repr=False)  # source, file, where they are alone in it
    notes: list[str] = field(default_factory=list, repr=False)  # ids of notes, of both roots

    def leaving(self, source: str) -> Leaving:
        """As one source knows them."""
        keys = frozenset(key for named, key in self.keys if named == source)
        ids = frozenset(id_ for named, id_ in self.ids if named == source)
        return Leaving(keys, ids, frozenset(value for _, value in self.identifiers))

    def rows(self) -> list[dict[str, Any]]:
        """As the ledgers want them: source, key, identifiers."""
        said = [{"system": system, "value": value} for system, value in self.identifiers]
        return [{"source": source, "key": key, "identifiers": said} for source, key in self.keys]

    def document(self) -> str:
        return json.dumps(asdict(self))

    @staticmethod
    def read(text: str) -> "Person":
        said: dict[str, Any] = json.loads(text)
        pairs_ = {
            name: [tuple(each) for each in said[name]] for name in ("keys", "identifiers", "ids", "binaries", "files")
        }
        return Person(**{**said, **pairs_})


def find(snapshot: Snapshot, asked: Asked) -> Person:
    """The one person who is named so; refused where it is nobody, or several."""
    people = snapshot.read(IDENTITIES.name, "all")
    rows = people.to_pylist()
    subjects = {_subject(row) for row in rows if _is(row, asked)}
    if len(subjects) != 1:
        raise InputError(
            f"{len(subjects)} persons of the lake are named so; expected one. "
            + ("Say which with --source or --subject." if subjects else "Look the key up in phi.identities.")
        )
    mine = [row for row in rows if _subject(row) in subjects]
    common = placeholders(rows)
    identifiers = sorted({pair for row in mine for pair in pairs(row)} - common)
    return Person(
        sorted({row["subject_id"] for row in mine}),
        sorted({row["open_id"] for row in mine}),
        sorted({row["ordinal"] for row in mine}),
        sorted((row["source"], row["key"]) for row in mine),
        identifiers,
    )


def known(snapshot: Snapshot, person: Person, shards: Iterable[str]) -> None:
    """Ids of their resources and notes, of the shards that are theirs."""
    held = list(shards)
    for name in snapshot.tables():
        if name.startswith("phi/fhir/"):
            rows = theirs(snapshot.read_many(name, held), person.subjects)
            kinds = (
                rows["resourceType"].to_pylist()
                if "resourceType" in rows.column_names
                else [name.rpartition("/")[2]] * len(rows)
            )
            if len(rows):
                of = zip(rows["source"].to_pylist(), kinds, rows["id"].to_pylist(), strict=True)
                if name in POINTING:
                    person.binaries += _binaries(rows)
                person.ids += [(source, f"{kind}/{id_}") for source, kind, id_ in of]
    person.files = _alone(snapshot, person)
    for name, ids in (("phi/notes", person.subjects), ("notes", person.open_ids)):
        if name in snapshot.tables():
            person.notes += theirs(snapshot.read_many(name, held), ids)["note_id"].to_pylist()


def _alone(snapshot: Snapshot, person: Person) -> list[tuple[str, str]]:
    """Files with no other Patient in them: they may be called after the person."""
    rows = snapshot.read_many(PATIENT, snapshot.shards(PATIENT))
    if not {"subject_id", "source", "source_file"} <= set(rows.column_names):
        return []
    files = list(zip(rows["source"].to_pylist(), rows["source_file"].to_pylist(), strict=True))
    hers = pc.is_in(rows["subject_id"], pa.array(person.subjects, pa.int64())).to_pylist()
    others = {file for file, mine in zip(files, hers, strict=True) if not mine}
    return sorted({file for file, mine in zip(files, hers, strict=True) if mine and file[1]} - others)


def _binaries(rows: pa.Table) -> list[tuple[str, str]]:
    return [(row["source"], id_) for row in rows.to_pylist() for id_ in BINARY.findall(repr(row))]


def theirs(rows: pa.Table, ids: list[int]) -> pa.Table:
    if not len(rows) or "subject_id" not in rows.column_names:
        return rows.slice(0, 0)
    return rows.filter(pc.is_in(rows["subject_id"], pa.array(ids, pa.int64())))


def asked_in(file: Path) -> list[str]:
    """One identifier a line."""
    try:
        said = [line.strip() for line in file.read_text(encoding="utf-8-sig").splitlines()]
    except UnicodeDecodeError as error:
        raise InputError(f"{os.fspath(file)} is not UTF-8; expected one identifier a line.") from error
    return [line for line in said if line]


def _subject(row: Mapping[str, Any]) -> int:
    own: int = row["subject_id"]
    return own if row["merged_into"] is None else int(row["merged_into"])


def _is(row: Mapping[str, Any], asked: Asked) -> bool:
    if asked.source and row["source"] != asked.source:
        return False
    if asked.subject is not None:
        return asked.subject in (row["subject_id"], row["merged_into"])
    return asked.name == row["key"] or any(asked.name == value for _, value in pairs(row))
