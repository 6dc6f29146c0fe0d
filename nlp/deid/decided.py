"""The stage that lets coders' decisions through the gate, as labels: codes and offsets, no word and no name.

A code that was accepted or added is SYSTEM//code, one that was rejected NOT//SYSTEM//code, one
on which coders are even DISPUTED//SYSTEM//code; of a finished encounter
that has notes past the gate. Who decided becomes a pseudonym, so that it can be told whether two coders agree.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from contract.errors import StageError
from contract.work import Shard
from nlp.deid.acts import Span, digest, outcome
from nlp.deid.crosswalk import Crosswalk
from nlp.deid.offsets import Offsets
from schemas.gate import SPANS
from schemas.results import DECISIONS, LABELS

CODE_VERSION = "2"  # raise it when the same rows give other labels
COLUMNS = (
    "subject_id",
    "encounter_id",
    "decision_id",
    "time",
    "actor",
    "action",
    "system",
    "code",
    "after",
    "evidence",
    "note_digest",
)
TASK, SOURCE = "icd", "decisions"
HEADS = {True: "", False: "NOT//", None: "DISPUTED//"}  # by what the majority says


@dataclass
class ReleaseLabels:
    """No parameters. Put it behind the step that releases the notes."""

    _key: bytes = field(default=b"", init=False, repr=False)

    @property
    def reads(self) -> tuple[str, ...]:
        return ("phi/identities", SPANS.name, DECISIONS.name, "phi/notes", "notes")

    @property
    def writes(self) -> tuple[str, ...]:
        return (LABELS.name,)

    @property
    def unit(self) -> str:
        return "subject_id"

    @property
    def version(self) -> str:
        return CODE_VERSION

    @property
    def releases(self) -> bool:
        return True

    def unlock(self, key: bytes) -> None:
        """The lake's key: what pseudonyms of coders are drawn from."""
        self._key = key

    def open(self) -> None:
        """Nothing to load."""

    def run(self, shard: Shard) -> Shard:
        if not self._key:
            raise StageError("labels need the key of the lake; the runner hands it over with `unlock`.")
        decisions, notes = shard.get(DECISIONS.name), shard.get("notes")
        if decisions is None or notes is None or not len(decisions) or not len(notes):
            return {}
        subjects = decisions["subject_id"].unique().to_pylist()
        passage = _Passage(shard, Crosswalk.of_subjects(shard, subjects))
        rows = [row for unit, acts in _units(decisions) for row in self._rows(passage, unit, acts)]
        return {LABELS.name: pa.Table.from_pylist(sorted(rows, key=_order), schema=LABELS.schema)}

    def _rows(self, passage: "_Passage", unit: tuple[int, str], acts: list[dict[str, Any]]) -> Iterable[dict[str, Any]]:
        opened = passage.encounter(*unit)
        if opened is None:
            return
        for each in outcome(acts):
            says = each.verdict is not False  # of a disputed code the coders are those who say yes
            yield {
                "subject_id": opened[0],
                "task": TASK,
                "unit_id": opened[1],
                "label": f"{HEADS[each.verdict]}{each.system}//{each.code}",
                "source": SOURCE,
                "evidence": passage.evidence(unit[0], each.spans[says]),
                "coders": sorted(map(self._pseudonym, each.actors(says))),
                "against": sorted(map(self._pseudonym, each.actors(not says))),
                "notes": digest(acts),
            }

    def _pseudonym(self, actor: str) -> str:
        return hashlib.blake2b(f"coder/{actor}".encode(), key=self._key[:64], digest_size=8).hexdigest()


def _units(decisions: pa.Table) -> Iterable[tuple[tuple[int, str], list[dict[str, Any]]]]:
    found: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
    for row in decisions.select(COLUMNS).to_pylist():
        if row["encounter_id"] is not None:
            actor = " ".join((row["actor"] or "").casefold().split())  # one person, however the name was typed
            found[row["subject_id"], row["encounter_id"]].append({**row, "actor": actor})
    return found.items()


def _order(row: Mapping[str, Any]) -> tuple[str, ...]:
    return row["subject_id"], row["task"], row["unit_id"], row["label"]


@dataclass
class _Passage:
    """Real ids and offsets to open ones, of what lies past the gate."""

    shard: Shard
    crosswalk: Crosswalk

    def encounter(self, subject: int, encounter: str) -> tuple[int, str] | None:
        """(open subject_id, open encounter_id); None where it has no notes there, or two are called so."""
        found = self._encounters.get((subject, encounter), set())
        return next(iter(found)) if len(found) == 1 else None

    def evidence(self, subject: int, spans: Iterable[Span]) -> list[dict[str, Any]]:
        """Spans of notes past the gate, in order; those that reach beyond their note are of another text, and go."""
        known = [
            span
            for span in sorted(spans)
            if len(self._notes.get((subject, span[0]), ())) == 1 and span[2] <= self._lengths.get(span[0], 0)
        ]
        if not known:
            return []
        numbers = np.array([self._numbers[note] for note, _, _ in known])
        bounds = (np.array([span[at] for span in known]) for at in (1, 2))
        start, end = self._offsets.to_released(numbers, *bounds)
        return [
            {"note_id": next(iter(self._notes[subject, note])), "start": int(first), "end": int(last),
             "source": "marked", "weight": 1.0}
            for (note, _, _), first, last in zip(known, start, end, strict=True)
        ]  # fmt: skip

    @cached_property
    def _released(self) -> list[tuple[int, int, str, str]]:
        """subject_id, open subject_id, open note_id, open encounter_id of every note of the persons."""
        columns = ("subject_id", "note_id", "encounter_id")
        rows = zip(*(self.shard["notes"][name].to_pylist() for name in columns), strict=True)
        persons = self.crosswalk.persons
        return [(persons[who].subject_id, who, note, unit or note) for who, note, unit in rows if who in persons]

    @cached_property
    def _encounters(self) -> dict[tuple[int, str], set[tuple[int, str]]]:
        found: dict[tuple[int, str], set[tuple[int, str]]] = defaultdict(set)
        known = self.crosswalk.encounters()
        for subject, opened, _, unit in self._released:
            if unit in known:
                found[subject, known[unit]].add((opened, unit))
        return found

    @cached_property
    def _notes(self) -> dict[tuple[int, str], set[str]]:
        found: dict[tuple[int, str], set[str]] = defaultdict(set)
        known = self.crosswalk.notes()
        for subject, _, note, _ in self._released:
            if note in known:
                found[subject, known[note]].add(note)
        return found

    @cached_property
    def _lengths(self) -> dict[str, int]:
        notes = self.shard["phi/notes"]
        texts = (len(text or "") for text in notes["text"].to_pylist())
        return dict(zip(notes["note_id"].to_pylist(), texts, strict=True))

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {note: number for number, note in enumerate(self._lengths)}

    @cached_property
    def _offsets(self) -> Offsets:
        return Offsets.of(self.shard.get(SPANS.name, SPANS.empty()), self._numbers)
