"""Facts written by hand against what a night made: elements of FHIR rows, events of the timeline, pieces of notes."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from contract.errors import ConfigError
from store.snapshot import Snapshot, read

Row = Mapping[str, Any]
SHORT = {"family": "name.family"}  # of `person`


@dataclass
class Made:
    """What a snapshot holds, table by table, read when first asked for."""

    snapshot: Snapshot
    _rows: dict[str, list[Row]] = field(default_factory=dict)

    def rows(self, table: str) -> list[Row]:
        if table not in self._rows:
            there = self.snapshot.paths(table) if table in self.snapshot.tables() else []
            self._rows[table] = [row for path in there for row in read(path).to_pylist()]
        return self._rows[table]

    def of(self, table: str, subjects: set[int]) -> list[Row]:
        return [row for row in self.rows(table) if row.get("subject_id") in subjects]

    def subjects(self, person: Mapping[str, Any]) -> set[int]:
        said = {SHORT.get(path, path): value for path, value in person.items()}
        return {row["subject_id"] for row in self.rows("phi/fhir/Patient") if _has(row, said)}


def read_facts(path: Path, frozen: str) -> dict[str, dict[str, Any]]:
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != frozen:
        raise ConfigError(
            f"{path.name} is not the frozen list of facts: its sha256 is {found[:12]}..., expected {frozen[:12]}... "
            "Restore it; a fact that was read wrongly is mended in it and recorded in bench/hl7.py with its reason."
        )
    said: dict[str, dict[str, Any]] = yaml.safe_load(content)["documents"]
    return said


def checked(said: Mapping[str, Any], made: Made) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """Each fact of one message or document, and whether it is so."""
    subjects = made.subjects(said["person"])
    for fact in said["facts"]:
        yield fact, bool(subjects) and _holds(fact, made, subjects)


def _holds(fact: Mapping[str, Any], made: Made, subjects: set[int]) -> bool:
    if "note" in fact:
        pieces = " ".join(str(fact["note"]).split())
        return any(pieces in " ".join((row["text"] or "").split()) for row in made.of("phi/notes", subjects))
    if "same" in fact:
        return _same(fact["same"], made) == bool(fact.get("count", 1))
    if "timeline" in fact:
        found = sum(_is_event(row, fact["timeline"]) for row in made.of("phi/timeline", subjects))
    else:
        found = sum(_has(row, fact.get("has", {})) for row in made.of(f"phi/fhir/{fact['type']}", subjects))
    return found == fact["count"] if "count" in fact else found > 0


def _same(numbers: Sequence[str], made: Made) -> bool:
    """Whether the numbers, each the end of a key, are all of one person. A key is the number, or ends in `.number`."""
    whose = [
        {
            row["merged_into"] or row["subject_id"]
            for row in made.rows("phi/identities")
            if f".{row['key']}".endswith(end)
        }
        for end in (f".{number}" for number in numbers)
    ]
    return all(whose) and len(set.intersection(*whose)) > 0


def _is_event(row: Row, said: Mapping[str, Any]) -> bool:
    return all(
        _alike(row["time"].isoformat() if name == "time" else row.get(name), value) for name, value in said.items()
    )


def _has(row: Row, said: Mapping[str, Any]) -> bool:
    return all(any(_alike(found, value) for found in _at(row, path.split("."))) for path, value in said.items())


def _alike(found: Any, said: Any) -> bool:
    if isinstance(said, float) and isinstance(found, float):
        return abs(found - said) <= 1e-6 * max(1.0, abs(said))  # float32 on the timeline
    return type(found) is type(said) and found == said


def _at(value: Any, path: Sequence[str]) -> Iterator[Any]:
    """All values at a path; through lists to each of their entries."""
    if isinstance(value, list):
        for entry in value:
            yield from _at(entry, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping):
        yield from _at(value.get(path[0]), path[1:])
