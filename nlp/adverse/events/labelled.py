"""Notes with labels out of a file: Parquet, CSV or JSON lines with note_id, text, label (and kind, language)."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from contract.errors import InputError
from nlp.adverse.events.event import TRUTH, Event
from nlp.adverse.events.note import EventNote
from nlp.text.language import guess

NAMES = ("notes.parquet", "notes.csv", "notes.jsonl")
ENDINGS = (".parquet", ".csv", ".jsonl", ".ndjson")
LEAST = 8  # labelled notes, of which each label has two
Tell = Callable[[str], None]


def labelled(place: Path, event: Event, tell: Tell = lambda _: None) -> tuple[list[EventNote], list[str]]:
    """Rows without text or with an unknown label are left out and told; the same text twice counts once."""
    rows = table(place)
    if missing := [name for name in ("text", "label") if rows and name not in rows[0]]:
        raise InputError(
            f"{place.name}: no column {', '.join(missing)}; expected note_id, text, label (and kind, language)."
        )
    found: dict[str, tuple[EventNote, str]] = {}
    unknown = empty = 0
    for row in rows:
        label = answer(row["label"], event)
        note = event_note(row)
        if label is None:
            unknown += 1
        elif not note.text.strip():
            empty += 1
        else:
            found.setdefault(note.text, (note, label))
    _told(len(rows), len(found), unknown, empty, event, tell)
    _require([label for _, label in found.values()], place, event)
    return [note for note, _ in found.values()], [label for _, label in found.values()]


def answer(value: Any, event: Event) -> str | None:
    """A label as the event writes it; True, 1 and Y mean the same where the labels are yes and no."""
    said = TRUTH[value] if isinstance(value, bool) else str(value if value is not None else "").strip()
    by_name = {label.lower(): label for label in event.labels}
    if set(by_name) == {"yes", "no"}:
        by_name |= dict.fromkeys(("true", "1", "y", "1.0"), by_name["yes"])
        by_name |= dict.fromkeys(("false", "0", "n", "0.0"), by_name["no"])
    return by_name.get(said.lower())


def event_note(row: dict[str, Any]) -> EventNote:
    text = str(row.get("text") or "")
    language = str(row.get("language") or "") or guess(text)
    return EventNote(text, str(row.get("kind") or ""), language, str(row.get("note_id") or ""))


def table(place: Path) -> list[dict[str, Any]]:
    """A file, or a folder that holds notes.parquet, notes.csv or notes.jsonl."""
    if place.is_dir():
        held = [place / name for name in NAMES if (place / name).is_file()]
        if not held:
            raise InputError(f"{place} holds none of {', '.join(NAMES)}.")
        place = held[0]
    if not place.is_file() or place.suffix not in ENDINGS:
        raise InputError(f"{place}: no such file of notes; expected one that ends in {', '.join(ENDINGS)}.")
    try:
        return _rows(place)
    except (pa.ArrowInvalid, UnicodeDecodeError, ValueError) as error:  # its words may show a row
        raise InputError(f"{place.name} is no {place.suffix} that can be read; is it whole, and UTF-8?") from error


def _rows(place: Path) -> list[dict[str, Any]]:
    if place.suffix == ".parquet":
        return list(pq.read_table(place).to_pylist())
    if place.suffix == ".csv":
        texts = dict.fromkeys(("note_id", "text", "label", "kind", "language"), pa.large_string())
        options = pyarrow.csv.ReadOptions(block_size=max(place.stat().st_size, 1))
        found = pyarrow.csv.read_csv(
            place,
            read_options=options,
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
            convert_options=pyarrow.csv.ConvertOptions(column_types=texts, strings_can_be_null=True, null_values=[""]),
        )
        return list(found.to_pylist())
    import orjson

    rows = [orjson.loads(line) for line in place.read_bytes().splitlines() if line.strip()]
    if not all(isinstance(row, dict) for row in rows):
        raise ValueError("a line is no object")
    return rows


def _told(rows: int, kept: int, unknown: int, empty: int, event: Event, tell: Tell) -> None:
    if unknown:
        tell(f"{unknown} of {rows} rows have no label of {', '.join(event.labels)}: left out")
    if empty:
        tell(f"{empty} of {rows} rows have no text: left out")
    if twice := rows - unknown - empty - kept:
        tell(f"{twice} of {rows} rows repeat a text: the first counts")


def _require(labels: Sequence[str], place: Path, event: Event) -> None:
    counts = {label: labels.count(label) for label in event.labels}
    if len(labels) < LEAST or sum(count >= 2 for count in counts.values()) < 2:
        said = ", ".join(f"{label} {count}" for label, count in counts.items())
        raise InputError(
            f"{place.name}: too few labelled notes to learn {event.name} ({said}); expected {LEAST} and more, and two "
            "labels with two notes each. About 50, of which a third happened, serve well; label more."
        )
