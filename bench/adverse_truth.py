"""What a simulated hospital knows of its adverse events, and how findings compare: person, drug, effect, onset."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

WINDOW = timedelta(days=30)
Key = tuple[str, str, str]  # patient, drug, effect


@dataclass(frozen=True, slots=True)
class Fact:
    start: int
    end: int
    kind: str
    value: str
    assertion: str
    link: int


@dataclass(frozen=True)
class Truth:
    """`facts` by note_id; `episodes`: onsets of those that a note states as present, with their drug."""

    facts: Mapping[str, Sequence[Fact]]
    patients: Mapping[str, str]  # of notes
    episodes: Mapping[Key, Sequence[datetime]]

    @classmethod
    def read(cls, folder: Path) -> "Truth":
        facts: dict[str, list[Fact]] = defaultdict(list)
        encounters, patients = {}, {}
        for row in pq.read_table(folder / "note_facts.parquet").to_pylist():
            if row["kind"] in ("drug", "effect"):
                said = [row[name] for name in ("start", "end", "kind", "value", "assertion", "link")]
                facts[row["note_id"]].append(Fact(*said))
                encounters[row["note_id"]], patients[row["note_id"]] = row["encounter_id"], row["patient_id"]
        stated = {
            (patients[note], encounters[note], drug, effect)
            for note, those in facts.items()
            for drug, effect, assertion in linked(those)
            if assertion == "present"
        }
        episodes: dict[Key, list[datetime]] = defaultdict(list)
        for row in pq.read_table(folder / "effects.parquet").to_pylist():
            if (row["patient_id"], row["encounter_id"], row["drug"], row["effect"]) in stated:
                episodes[row["patient_id"], row["drug"], row["effect"]].append(row["onset"])
        return cls(facts, patients, episodes)

    def meant(self, row: Mapping[str, Any]) -> tuple[str, str, str] | None:
        """(drug, effect, assertion) of the planted mentions that the first evidence of a finding stands on."""
        facts = self.facts.get(row["note_id"], ())
        first = {each["source"]: each for each in reversed(row["evidence"]) if each["note_id"] == row["note_id"]}
        drug = [each for each in facts if each.kind == "drug" and _overlap(each, first.get("drug"))]
        effect = [each for each in facts if each.kind == "effect" and _overlap(each, first.get("effect"))]
        return (drug[0].value, effect[0].value, effect[0].assertion) if drug and effect else None


def linked(facts: Iterable[Fact]) -> list[tuple[str, str, str]]:
    """Drug, effect and the effect's assertion of mentions that belong together."""
    groups: dict[int, list[Fact]] = defaultdict(list)
    for each in facts:
        if each.link >= 0:
            groups[each.link].append(each)
    return [
        (drug.value, effect.value, effect.assertion)
        for those in groups.values()
        for drug in those
        for effect in those
        if drug.kind == "drug" and effect.kind == "effect"
    ]


def _overlap(fact: Fact, evidence: Mapping[str, Any] | None) -> bool:
    return evidence is not None and fact.start < evidence["end"] and evidence["start"] < fact.end


@dataclass(frozen=True)
class Matched:
    """`errors`: days between the onset found and the true one, of episodes that are both found and true."""

    found: int
    true: int
    errors: Sequence[int]
    false: Sequence[Mapping[str, Any]]
    missed: Sequence[Key]


def matched(truth: Truth, rows: Sequence[Mapping[str, Any]]) -> Matched:
    """Rows found as present against the episodes, one to one, nearest onset first."""
    left = {key: list(onsets) for key, onsets in truth.episodes.items()}
    errors, false = [], []
    present = [row for row in rows if row["assertion"] == "present"]
    for row in present:
        meant = truth.meant(row)
        key = (truth.patients.get(row["note_id"], ""), *meant[:2]) if meant else ("", "", "")
        near = sorted(left.get(key, ()), key=lambda onset: abs(_onset(row) - onset))
        if near and abs(_onset(row) - near[0]) <= WINDOW:
            errors.append(abs((_onset(row).date() - near[0].date()).days))
            left[key].remove(near[0])
        else:
            false.append(row)
    missed = [key for key, onsets in left.items() for _ in onsets]
    return Matched(len(present), sum(map(len, truth.episodes.values())), errors, false, missed)


def _onset(row: Mapping[str, Any]) -> datetime:
    onset = row["onset"]
    return onset if isinstance(onset, datetime) else datetime.min
