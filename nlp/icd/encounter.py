"""An encounter as coding reads it: its chart, its notes as they were read, and who and where the person was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pyarrow as pa

from contract.work import Shard
from nlp.icd.chart import Chart, Evidence, Note
from nlp.icd.language import language
from nlp.icd.reading import Read, Reading, read

INPATIENT = ("IMP", "ACUTE", "NONAC")  # v3 ActEncounterCode; emergency and observation are coded as outpatient
OUTPATIENT = ("AMB", "EMER", "OBSENC", "SS", "HH", "VR", "FLD")
UNSUPPORTED, NO_TEXT, COPIED, CUT, TWICE = "language-unsupported", "no-text", "copied-text", "notes-cut", "note-twice"


@dataclass(frozen=True, slots=True)
class Visit:
    """What rules ask beside the notes; empty or None: not known. `age` in whole years at the start."""

    setting: str = ""  # inpatient, outpatient
    sex: str = ""
    age: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    most: int  # characters of an encounter's notes
    spoken: tuple[str, ...]  # languages of the artifact
    assumed: str  # of a note that shows none and declares none


@dataclass(frozen=True, slots=True)
class Encounter:
    subject_id: int
    chart: Chart
    notes: int
    readings: Mapping[str, Reading] = field(repr=False)
    visit: Visit = Visit()
    flags: tuple[str, ...] = ()

    def back(self, evidence: Evidence) -> Evidence:
        """With offsets of the note as it stands in its table."""
        start, end = self.readings[evidence.note_id].back(evidence.start, evidence.end)
        return replace(evidence, start=start, end=end)


def encounters(shard: Shard, limits: Limits) -> list[Encounter]:
    """In the order of the notes; a note without encounter is its own."""
    held: dict[tuple[int, str], list[dict[str, Any]]] = {}
    columns = ("subject_id", "note_id", "encounter_id", "text", "language", "kind", "author_role")
    for row in shard["notes"].select(columns).to_pylist():
        held.setdefault((row["subject_id"], row["encounter_id"] or row["note_id"]), []).append(row)
    visits = _visits(shard)
    return [_encounter(*who, rows, visits.get(who, Visit()), limits) for who, rows in held.items()]


def _encounter(subject: int, name: str, rows: Sequence[Mapping[str, Any]], visit: Visit, limits: Limits) -> Encounter:
    latest = {row["note_id"]: row for row in rows}
    spoken = {key: _spoken(row, limits) for key, row in latest.items() if (row["text"] or "").strip()}
    read_ = [latest[key] for key, said in spoken.items() if said]
    seen = read([row["text"] for row in read_], limits.most)
    notes = [
        Note(row["note_id"], reading.text, spoken[row["note_id"]], row["kind"] or "", row["author_role"] or "")
        for row, reading in zip(read_, seen.notes, strict=True)
        if reading.text.strip()
    ]
    readings = {row["note_id"]: reading for row, reading in zip(read_, seen.notes, strict=True)}
    flags = _flags(len(rows) > len(latest), list(spoken.values()), seen)
    return Encounter(subject, Chart(name, tuple(notes)), len(rows), readings, visit, flags)


def _spoken(row: Mapping[str, Any], limits: Limits) -> str:
    return language(row["text"], row["language"] or "", limits.spoken, limits.assumed)


def _flags(twice: bool, spoken: Sequence[str], seen: Read) -> tuple[str, ...]:
    said = {UNSUPPORTED: "" in spoken, NO_TEXT: not spoken, COPIED: seen.copied, CUT: seen.cut, TWICE: twice}
    return tuple(flag for flag, true in said.items() if true)


def _visits(shard: Shard) -> dict[tuple[int, str], Visit]:
    """By person and encounter; of tables that were not handed over nothing is known."""
    people = {row["subject_id"]: row for row in _rows(shard.get("fhir/Patient"), ("subject_id", "gender", "birthDate"))}
    found = {}
    for row in _rows(shard.get("fhir/Encounter"), ("subject_id", "id", "class", "period")):
        person = people.get(row["subject_id"], {})
        age = _age(person.get("birthDate"), (row["period"] or {}).get("start"))
        found[row["subject_id"], row["id"]] = Visit(_setting(row["class"]), person.get("gender") or "", age)
    return found


def _rows(table: pa.Table | None, columns: Sequence[str]) -> list[dict[str, Any]]:
    if table is None:
        return []
    held = table.select([name for name in columns if name in table.column_names]).to_pylist()
    return [{name: row.get(name) for name in columns} for row in held]


def _setting(said: Mapping[str, Any] | None) -> str:
    code = (said or {}).get("code")
    return "inpatient" if code in INPATIENT else "outpatient" if code in OUTPATIENT else ""


def _age(born: str | None, start: str | None) -> int | None:
    """Whole years; from partial dates as well as they can say."""
    begin, end = day(born), day(start)
    if begin is None or end is None or end < begin:
        return None
    return end.year - begin.year - ((end.month, end.day) < (begin.month, begin.day))


def day(said: str | None) -> date | None:
    parts = [int(part) for part in (said or "")[:10].split("-") if part.isdigit()]
    try:
        return date(*[*parts, 1, 1][:3]) if parts else None
    except ValueError:
        return None
