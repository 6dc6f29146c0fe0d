"""A file of notes to a file of those to label next, with an empty column for the label."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from contract.errors import InputError
from nlp.adverse.events import artifact
from nlp.adverse.events.event import load
from nlp.adverse.events.labelled import event_note, table
from nlp.adverse.events.next_notes import Chosen, choose, first
from nlp.adverse.events.systems.windowed import Windowed

COLUMNS = ("note_id", "kind", "language", "text", "label", "guess", "doubt")


def to_label(event: str, notes: Path, out: Path, count: int, labelled: Path | None = None) -> int:
    """How many were written. `event`: an artifact, an event's file, or the name of a shipped event."""
    if out.suffix not in (".csv", ".jsonl"):
        raise InputError(f"--out ends in {out.suffix!r}; expected .csv or .jsonl.")
    trained = Path(event).is_dir()
    system = artifact.load(Path(event)) if trained else Windowed(load(event))
    old = [event_note(row) for row in table(labelled)] if labelled else []
    seen = {note.text for note in old}
    found = {note.text: note for note in map(event_note, table(notes)) if note.text.strip() and note.text not in seen}
    asked = [note for note in found.values() if system.event.asks(note.kind, note.language)]
    if not asked:
        raise InputError(
            f"{notes.name} holds no note with text to label for {system.event.name}, of kinds "
            f"{', '.join(system.event.kinds) or 'all'} and languages {', '.join(system.event.languages) or 'all'}"
            + (" that has no label yet." if old else ".")
        )
    chosen = (
        choose(system, asked, count, old) if trained else [Chosen(at, 1.0, "") for at in first(system, asked, count)]
    )
    rows = [
        {
            **{name: getattr(asked[one.at], name) for name in COLUMNS[:4]},
            "label": "",
            "guess": one.label,
            "doubt": one.doubt,
        }
        for one in chosen
    ]
    _write(rows, out)
    return len(rows)


def _write(rows: Sequence[Mapping[str, Any]], out: Path) -> None:
    """Readable by its owner only: it holds notes."""
    out.touch(mode=0o600)
    with out.open("w", encoding="utf-8", newline="") as file:
        if out.suffix == ".csv":
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        else:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
