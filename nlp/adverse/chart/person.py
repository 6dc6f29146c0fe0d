"""A person as adverse events are read: notes in the order of time, drugs given, signs of effects, admissions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa

from contract.work import Shard
from nlp.adverse.chart.exposures import Exposure, exposures
from nlp.adverse.chart.knowledge import Knowledge
from nlp.adverse.chart.orders import orders
from nlp.adverse.chart.signs import Sign, signs
from nlp.adverse.chart.timeline import Fact, facts
from nlp.text.language import guess

READ = ("en", "es")  # languages whose assertions and dates are known
COLUMNS = ("subject_id", "note_id", "encounter_id", "time", "language", "text")


@dataclass(frozen=True, slots=True)
class Note:
    """`language`: en, es, or nothing where it is another or not known."""

    note_id: str
    encounter_id: str
    time: datetime | None
    language: str
    text: str = field(repr=False)
    declared: str = ""  # as the table has it
    cut: bool = False

    @property
    def spoken(self) -> str:
        """The language by which miners are chosen: as it looks or is declared, en and es or not."""
        return self.language or self.declared

    def read_by(self, languages: Sequence[str]) -> bool:
        """A language that nobody could name is read as well as it can be."""
        return not self.spoken or self.spoken in languages


@dataclass(frozen=True)
class Person:
    """`timeline`: whether there is any event of the person to check against; `unread`: drugs given whose code or
    text nobody could read."""

    subject_id: int
    notes: Sequence[Note]
    timeline: bool = False
    exposures: Sequence[Exposure] = ()
    signs: Sequence[Sign] = ()
    admissions: Mapping[str, datetime] = field(default_factory=dict)
    unread: int = 0


def persons(shard: Shard, knowledge: Knowledge, most: int = 200_000) -> Iterator[Person]:
    """Everybody with notes, in their order in the notes. `most`: characters of a note that are read."""
    read = facts(shard.get("timeline"))
    ordered = orders(shard)
    for subject, notes in _notes(shard["notes"], most).items():
        mine = read.by_person.get(subject, ())
        given, unread = exposures(mine, ordered.get(subject, {}), knowledge)
        yield Person(subject, notes, subject in read.seen, given, signs(mine), _admissions(mine), unread)


def _notes(table: pa.Table, most: int) -> dict[int, list[Note]]:
    """By person; of versions of one note the last counts; notes without text are none, without time they come last."""
    held: dict[int, dict[str, Note]] = {}
    for row in table.select(COLUMNS).to_pylist():
        text = row["text"] or ""
        if text.strip():
            held.setdefault(row["subject_id"], {})[row["note_id"]] = _note(row, text, most)
    return {subject: sorted(notes.values(), key=_place) for subject, notes in held.items()}


def _place(note: Note) -> tuple[datetime, str]:
    return note.time or datetime.max, note.note_id


def _note(row: Mapping[str, Any], text: str, most: int) -> Note:
    """Its language as declared, else as it looks."""
    declared = (row["language"] or "").lower().replace("_", "-").partition("-")[0]
    said = declared or guess(text[:most])
    language = said if said in READ else ""
    return Note(
        row["note_id"], row["encounter_id"] or "", row["time"], language, text[:most], declared, len(text) > most
    )


def _admissions(mine: Sequence[Fact]) -> dict[str, datetime]:
    return {each.encounter_id: each.time for each in mine if each.kind == "admission" and each.encounter_id}
