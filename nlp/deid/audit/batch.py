"""The open tables of one batch of persons, read string by string against what is known of these persons."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from contract.work import Shard
from nlp.deid.audit.fold import glued
from nlp.deid.audit.household import households, ordinary
from nlp.deid.audit.patterns import household, own
from nlp.deid.audit.places import Found, Place
from nlp.deid.audit.rows import Rows, sought
from nlp.deid.audit.scan import Scanner
from nlp.deid.audit.sightings import sightings
from nlp.deid.audit.views import views
from nlp.deid.keys import rekey
from nlp.deid.person import NOBODY, Person

INFANT = 4 * 366  # days of life in which a moved date may by chance be that of birth


@dataclass
class Batch:
    """`shard`: open tables, and phi/identities, phi/notes, phi/spans of the same persons."""

    shard: Shard
    people: Mapping[int, Person]
    canaries: Scanner
    tables: tuple[str, ...]
    found: Found = field(default_factory=Found)

    def read(self) -> Found:
        for name in self.tables:
            rows = self.shard.get(name)
            if rows is not None and len(rows):
                self.found.rows[name] += len(rows)
                if name == "notes":
                    self._notes(rows)
                    rows = rows.drop_columns(["text"])
                Rows(name, rows, self).read()
        return self.found

    @cached_property
    def _subjects(self) -> dict[int, int]:
        """subject_id of open tables -> that of phi/."""
        known = self.shard["phi/identities"]
        people = pc.coalesce(known["merged_into"], known["subject_id"]).to_pylist()
        return dict(zip(known["open_id"].to_pylist(), people, strict=True))

    @cached_property
    def _originals(self) -> dict[str, str]:
        """note_id of open notes -> that of phi/."""
        notes, known = self.shard.get("phi/notes"), self.shard["phi/identities"]
        salts = dict(zip(known["subject_id"].to_pylist(), known["salt"].to_pylist(), strict=True))
        if notes is None:
            return {}
        pairs = zip(notes["note_id"].to_pylist(), notes["subject_id"].to_pylist(), strict=True)
        return {rekey(salts[subject], "note", note): note for note, subject in pairs if subject in salts}

    @cached_property
    def _ordinary(self) -> frozenset[str]:
        names = {s: frozenset(p.text for p in own(person) if p.rule == "word") for s, person in self.people.items()}
        notes = self.shard.get("notes")
        if notes is None or not len(notes):
            return frozenset()
        said = zip(notes["subject_id"].to_pylist(), notes["text"].to_pylist(), strict=True)
        return frozenset(ordinary(((self._subjects.get(s, 0), text) for s, text in said if text), names))

    @cached_property
    def _households(self) -> dict[int, list[Person]]:
        return households(self.people)

    def subject(self, open_id: int | None) -> int:
        return self._subjects.get(open_id, 0) if open_id is not None else 0

    def scanner(self, subject: int, kind: str = "text") -> Scanner:
        """Of the person, and of those who live there; in codes and dates only what cannot stand there by chance."""
        made = own(self.people.get(subject, NOBODY))
        made += [pattern for other in self._households.get(subject, ()) for pattern in household(other)]
        return Scanner([pattern for pattern in dict.fromkeys(made) if sought(pattern, kind)], self._ordinary)

    def _notes(self, notes: pa.Table) -> None:
        scanners: dict[int, Scanner] = {}
        told = self._surrogates()
        for row in notes.select(["note_id", "subject_id", "time", "text"]).to_pylist():
            subject = self._subjects.get(row["subject_id"], 0)
            if subject not in scanners:
                scanners = {subject: self.scanner(subject)}  # rows of one person stand together
            self._note(row, subject, scanners[subject], told.get(row["note_id"], ()))

    def _note(self, row: Mapping[str, Any], subject: int, scanner: Scanner, told: Collection[tuple[int, int]]) -> None:
        text = row["text"] or ""
        place = Place(
            "notes", "note_id", row["note_id"], row["subject_id"], self._originals.get(row["note_id"], ""), subject
        )
        seen = views(text)
        hits = {hit for hit in scanner.find_in(seen) if hit.rule != "date" or not self._infant(subject, row["time"])}
        if hits:
            self.found.hit(place, "own")
        if self.canaries.find_in(seen):
            self.found.hit(place, "canary")
        drawn = {sign + glued(text[start:end]) for start, end in told for sign in "#~@"}
        self.found.see(place, sightings(seen) - drawn)

    def _infant(self, subject: int, time: datetime | None) -> bool:
        birth = self.people.get(subject, NOBODY).birth
        return bool(birth and time and (time.date() - birth).days < INFANT)

    def _surrogates(self) -> dict[str, list[tuple[int, int]]]:
        """note_id of open notes -> where surrogates stand: drawn by chance, they may be somebody's number by chance."""
        found: dict[str, list[tuple[int, int]]] = defaultdict(list)
        spans = self.shard.get("phi/spans")
        if spans is not None and len(spans):
            columns = (spans[name].to_pylist() for name in ("open_note_id", "open_start", "open_end"))
            for note, start, end in zip(*columns, strict=True):
                if note and start is not None:
                    found[note].append((start, end))
        return found
