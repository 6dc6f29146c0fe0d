"""The stage that reads notes out of attachments: phi/notes, and in phi/notes_rejected what could not be read."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from contract.work import Shard
from etl.text.decode import EMPTY, Reader, Unreadable
from etl.text.kinds import Kinds
from etl.text.parts import DOCUMENTS, REPORTS, parts
from etl.timeline import order
from schemas.clinical import PHI_NOTES, PHI_NOTES_REJECTED

CODE_VERSION = "2"  # raise it when the same rows and mapping give other notes
ENCOUNTERS = "phi/fhir/Encounter"
ELSEWHERE = Unreadable(
    "attachment-elsewhere", "the attachment is a link to outside the delivery; export it with its data"
)
NO_CONTENT = Unreadable("no-content", "the attachment has neither data nor url")
NOTES = """
    WITH made AS (
        SELECT *, regexp_extract(encounter, '([^/]+)$', 1) AS encounter_id,
            make_timestamp(epoch_us(try_cast(CASE length(said) WHEN 4 THEN said || '-01-01'
                WHEN 7 THEN said || '-01' ELSE said END AS TIMESTAMPTZ))) AS time
        FROM texts)
    SELECT m.* EXCLUDE (encounter_id), nullif(encounter_id, '') AS encounter_id
    FROM made m JOIN people USING (subject_id)
    WHERE made_of = 'DocumentReference' OR NOT EXISTS (
        FROM made d WHERE d.subject_id = m.subject_id AND d.text = m.text
            AND d.encounter_id IS NOT DISTINCT FROM m.encounter_id AND d.made_of = 'DocumentReference')
        AND NOT EXISTS (FROM made o WHERE o.id = m.id AND o.subject_id = m.subject_id AND o.made_of = m.made_of
            AND contains(o.text, m.text) AND (length(o.text), m.note_id) > (length(m.text), o.note_id))
    ORDER BY people.place, time, note_id
"""


def _knowledge() -> bytes:
    return resources.files("fhir_mappings").joinpath("notes.yaml").read_bytes()


@dataclass
class ExtractNotes:
    """A report whose text stands in a document of its encounter, or in full in the same report, is no second note."""

    @property
    def reads(self) -> tuple[str, ...]:
        return (DOCUMENTS, REPORTS, ENCOUNTERS)

    @property
    def writes(self) -> tuple[str, ...]:
        return (PHI_NOTES.name, PHI_NOTES_REJECTED.name)

    @property
    def unit(self) -> str:
        return "subject_id"

    @property
    def version(self) -> str:
        return f"{CODE_VERSION}-{hashlib.sha256(_knowledge()).hexdigest()[:12]}"

    @property
    def releases(self) -> bool:
        return False

    def open(self) -> None:
        _ = self.reader, self.kinds

    @cached_property
    def _said(self) -> dict[str, Any]:
        return dict(yaml.safe_load(_knowledge()))

    @cached_property
    def reader(self) -> Reader:
        return Reader.of(self._said)

    @cached_property
    def kinds(self) -> Kinds:
        return Kinds.of(self._said)

    def run(self, shard: Shard) -> Shard:
        rows = parts(shard.get(DOCUMENTS), shard.get(REPORTS), self.reader.starts)
        texts, faults = self._read(rows)
        kinds = self._kind(rows, shard.get(ENCOUNTERS))
        rows = rows.drop_columns(["text", "data"]).append_column("text", texts).append_column("kind", kinds)
        readable = pc.is_valid(texts)
        owned = [
            shard[name] for name in (DOCUMENTS, REPORTS) if name in shard and "subject_id" in shard[name].column_names
        ]
        people = order.persons(owned)
        return {
            PHI_NOTES.name: PHI_NOTES.conform(_notes(rows.filter(readable), people)),
            PHI_NOTES_REJECTED.name: _rejected(rows.filter(pc.invert(readable)), faults),
        }

    def _read(self, rows: pa.Table) -> tuple[pa.Array, list[Unreadable]]:
        """The text of each row, null where there is none; and why, for the null ones in turn."""
        texts, faults = rows.column("text").to_pylist(), []
        columns = (rows.column(name).to_pylist() for name in ("data", "content_type", "url"))
        for place, (data, content_type, url) in enumerate(zip(*columns, strict=True)):
            found: str | Unreadable | None = texts[place]
            if found is None:
                found = self.reader.text(data, content_type) if data else ELSEWHERE if url else NO_CONTENT
            if isinstance(found, str) and not found.strip():
                found = EMPTY
            if isinstance(found, Unreadable):
                faults.append(found)
            texts[place] = found if isinstance(found, str) else None
        return pa.array(texts, pa.large_string()), faults

    def _kind(self, rows: pa.Table, encounters: pa.Table | None) -> pa.Array:
        concepts = rows.column("concepts").combine_chunks().dictionary_encode()
        kinds = [self.kinds.kind(said) for said in concepts.dictionary.to_pylist()]
        found = pa.array(kinds, pa.string()).take(concepts.indices)
        for kind, (inside, outside) in self.kinds.by_stay.items():
            if kind in kinds:
                stays = pc.is_in(_visit(rows["subject_id"], rows["encounter"]), self._stays(encounters))
                found = pc.if_else(pc.equal(found, kind), pc.if_else(stays, inside, outside), found)
        return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found

    def _stays(self, encounters: pa.Table | None) -> pa.Array:
        """Whose encounters are stays, each as subject and id."""
        if encounters is None or not {"subject_id", "class"} <= set(encounters.column_names):
            return pa.array([], pa.string())
        classes = pc.struct_field(encounters["class"], "code")
        stays = encounters.select(["subject_id", "id"]).filter(pc.is_in(classes, pa.array(sorted(self.kinds.classes))))
        return _visit(stays["subject_id"], stays["id"]).combine_chunks()


def _visit(subjects: pa.ChunkedArray, references: pa.ChunkedArray) -> pa.ChunkedArray:
    """Subject and id of an encounter."""
    ids = pc.replace_substring_regex(references, "^.*/", "")
    return pc.binary_join_element_wise(subjects.cast(pa.string()), ids, "/")


def _notes(rows: pa.Table, people: pa.Array) -> pa.Table:
    """Persons in order, each person's notes by time and note_id."""
    connection = duckdb.connect(config={"threads": 1})
    connection.register("texts", rows)
    connection.register("people", pa.table({"subject_id": people, "place": pa.array(range(len(people)), pa.int64())}))
    return connection.sql(NOTES).to_arrow_table()


def _rejected(rows: pa.Table, faults: list[Unreadable]) -> pa.Table:
    columns = [rows.column("note_id"), rows.column("subject_id")]
    told = [pa.array([fault.rule for fault in faults]), pa.array([fault.message for fault in faults])]
    return pa.table([*columns, *told], names=["note_id", "subject_id", "rule", "message"]).cast(
        PHI_NOTES_REJECTED.schema
    )
