"""A simulated hospital with notes as long as real ones: what bench.review_lake publishes a night of."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq

from bench.json_line import say
from contract.errors import CheckFailed
from simulate.config import HospitalConfig
from simulate.hospital import simulate

CHARTS_A_PERSON = 5
WORDS = {"discharge": 1300, "admission": 900, "emergency": 600, "progress": 550, "operative": 450, "visit": 450}
"""Median words of a note by kind; other kinds keep their own. All notes come to the length of bench.deid_speed's."""
CARRIED = "\n\n--- Carried forward from an earlier note ---\n"
STAYS = ("admission", "discharge", "progress", "operative")
FACTS, SPANS = "review_facts.parquet", "review_spans.parquet"
Row = dict[str, Any]


@dataclass(frozen=True)
class Note:
    """A note with what is true of its text: facts and identifiers, by offsets."""

    note_id: str
    person: str
    encounter: str
    kind: str
    time: str
    text: str = field(repr=False)
    facts: Sequence[Row] = ()
    spans: Sequence[Row] = ()


def build(folder: Path, charts: int, seed: int) -> None:
    """folder/csv and folder/truth: exactly `charts` encounters have notes, every stay first, then other visits."""
    people = max(charts // CHARTS_A_PERSON, 20)
    simulate(HospitalConfig(patients=people, seed=seed, embeddings=False), folder)
    say(f"simulated: {people:,} persons")
    notes = _notes(folder)
    kept = _chosen(notes, charts, seed)
    longer = [_lengthened(note, mine, seed) for mine in _by_person(notes) for note in mine if note.encounter in kept]
    _write(folder, longer)
    words = sum(len(note.text.split()) for note in longer) / len(longer)
    say(f"written: {len(longer):,} notes of {words:.0f} words on average, of {len(kept):,} encounters")


def _notes(folder: Path) -> list[Note]:
    facts = _by_note(pq.read_table(folder / "truth" / "note_facts.parquet"))
    spans = _by_note(pq.read_table(folder / "truth" / "note_spans.parquet"))
    names = ("Id", "PATIENT", "ENCOUNTER", "KIND", "DATE", "TEXT")
    every = zip(*(_raw(folder)[name].to_pylist() for name in names), strict=True)
    return [
        Note(key, person, encounter, kind, time, text, facts.get(key, ()), spans.get(key, ()))
        for key, person, encounter, kind, time, text in every
    ]


def _raw(folder: Path) -> pa.Table:
    every = {"column_types": dict.fromkeys(_header(folder), pa.string()), "strings_can_be_null": False}
    parsing = csv.ParseOptions(newlines_in_values=True)
    return csv.read_csv(folder / "csv" / "notes.csv", None, parsing, csv.ConvertOptions(**every))


def _header(folder: Path) -> list[str]:
    with (folder / "csv" / "notes.csv").open(encoding="utf-8") as lines:
        return [name.strip('"') for name in next(lines).strip().split(",")]


def _by_note(rows: pa.Table) -> Mapping[str, Sequence[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows.to_pylist():
        found[row["note_id"]].append(row)
    return found


def _by_person(notes: Sequence[Note]) -> Iterator[list[Note]]:
    found: dict[str, list[Note]] = defaultdict(list)
    for note in sorted(notes, key=lambda note: note.time):
        found[note.person].append(note)
    yield from found.values()


def _chosen(notes: Sequence[Note], charts: int, seed: int) -> set[str]:
    stays = sorted({note.encounter for note in notes if note.kind in STAYS})
    others = sorted({note.encounter for note in notes} - set(stays))
    rng = Random(seed)
    rng.shuffle(stays)
    rng.shuffle(others)
    if len(stays) + len(others) < charts:
        raise CheckFailed(f"{len(stays) + len(others)} encounters have notes, {charts} were asked for; ask for fewer.")
    return set((stays + others)[:charts])


def _lengthened(note: Note, mine: Sequence[Note], seed: int) -> Note:
    """With earlier notes of the person carried forward below its own text, as electronic records have it."""
    rng = Random(f"{seed}/{note.note_id}")
    wanted = WORDS.get(note.kind, 0) * rng.lognormvariate(0, 0.5)
    at = mine.index(note)
    others = [*reversed(mine[:at]), *reversed(mine[at + 1 :])]
    text, facts, spans = note.text, list(note.facts), list(note.spans)
    for other in others:
        if len(text.split()) >= wanted:
            break
        shift = len(text) + len(CARRIED)
        text += CARRIED + other.text
        facts += [_moved(row, shift) for row in other.facts]
        spans += [_moved(row, shift) for row in other.spans]
    return Note(note.note_id, note.person, note.encounter, note.kind, note.time, text, facts, spans)


def _moved(row: Row, shift: int) -> Row:
    return {**row, "start": row["start"] + shift, "end": row["end"] + shift}


def _write(folder: Path, notes: Sequence[Note]) -> None:
    raw, place = _raw(folder), {note.note_id: note.text for note in notes}
    raw = raw.filter(pa.array([name in place for name in raw["Id"].to_pylist()]))
    texts = pa.array([place[name] for name in raw["Id"].to_pylist()], pa.string())
    csv.write_csv(raw.set_column(raw.column_names.index("TEXT"), "TEXT", texts), folder / "csv" / "notes.csv")
    facts = ("start", "end", "kind", "code", "assertion")
    for file, columns, of in ((FACTS, facts, "facts"), (SPANS, ("start", "end", "label"), "spans")):
        held = [(note.note_id, row) for note in notes for row in getattr(note, of)]
        rows = [{"note_id": name, **{column: row[column] for column in columns}} for name, row in held]
        pq.write_table(pa.Table.from_pylist(rows), folder / "truth" / file)
