"""The step of bench.review_lake's night that stands for gate and coder: moves rows past the gate, suggests from truth.

No model reads anything. What the simulator wrote as an identifier is covered by as many crosses, so that offsets stay.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.review_hospital import FACTS, SPANS
from bench.review_suggestions import Stay, account, suggestions
from contract.work import Shard
from nlp.deid.crosswalk import standing
from nlp.deid.keys import Secret, rekey
from schemas.registry import table

Row = dict[str, Any]
Secrets = Mapping[int, Secret]


@dataclass
class CoverAndSuggest:
    """`truth`: folder of the simulator's truth."""

    truth: str
    _facts: Mapping[str, Sequence[Row]] = field(default_factory=dict, init=False, repr=False)
    _spans: Mapping[str, Sequence[Row]] = field(default_factory=dict, init=False, repr=False)

    @property
    def reads(self) -> tuple[str, ...]:
        return ("phi/identities", "phi/notes", "phi/timeline", "phi/fhir/Encounter", "phi/fhir/Patient")

    @property
    def writes(self) -> tuple[str, ...]:
        return ("notes", "timeline", "fhir/Encounter", "fhir/Patient", "phi/spans", "codes", "codes_account")

    @property
    def unit(self) -> str:
        return "subject_id"

    @property
    def version(self) -> str:
        return "1"

    @property
    def releases(self) -> bool:
        return True

    def open(self) -> None:
        self._facts = _by_note(Path(self.truth) / FACTS)
        self._spans = _by_note(Path(self.truth) / SPANS)

    def run(self, shard: Shard) -> Shard:
        secrets = standing(shard["phi/identities"])
        notes = shard["phi/notes"].to_pylist() if "phi/notes" in shard else []
        encounters = shard["phi/fhir/Encounter"].to_pylist() if "phi/fhir/Encounter" in shard else []
        codes, accounts = self._coded(notes, encounters, secrets)
        rows = {
            "notes": [self._note(note, secrets[note["subject_id"]]) for note in notes],
            "phi/spans": [span for note in notes for span in self._covered(note, secrets[note["subject_id"]])],
            "fhir/Encounter": [_encounter(row, secrets[row["subject_id"]]) for row in encounters],
            "fhir/Patient": [
                _patient(row, secrets[row["subject_id"]]) for row in shard["phi/fhir/Patient"].to_pylist()
            ],
            "codes": codes,
            "codes_account": accounts,
        }
        made = {name: pa.Table.from_pylist(each, schema=table(name).schema) for name, each in rows.items()}
        return {**made, "timeline": _timeline(shard["phi/timeline"], secrets)}

    def _note(self, note: Row, secret: Secret) -> Row:
        text = note["text"]
        for span in self._spans.get(note["note_id"], ()):
            text = text[: span["start"]] + "x" * (span["end"] - span["start"]) + text[span["end"] :]
        moved = {"note_id": rekey(secret.salt, "note", note["note_id"]), "time": _later(note["time"], secret)}
        return {**note, **moved, **_of(secret, note["encounter_id"]), "text": text}

    def _covered(self, note: Row, secret: Secret) -> list[Row]:
        opened = rekey(secret.salt, "note", note["note_id"])
        said = {"subject_id": note["subject_id"], "note_id": note["note_id"], "layer": "truth", "open_note_id": opened}
        places = {(span["start"], span["end"]): span["label"] for span in self._spans.get(note["note_id"], ())}
        return [
            {**said, "start": start, "end": end, "label": label, "open_start": start, "open_end": end}
            for (start, end), label in sorted(places.items())
        ]

    def _coded(self, notes: Sequence[Row], encounters: Sequence[Row], secrets: Secrets) -> tuple[list[Row], list[Row]]:
        inside = {row["id"] for row in encounters if row["class"]["code"] in ("IMP", "ACUTE")}
        held: dict[tuple[int, str], list[Row]] = defaultdict(list)
        for note in notes:
            held[note["subject_id"], note["encounter_id"]].append(note)
        codes, accounts = [], []
        for (who, encounter), mine in held.items():
            stay = Stay(**_of(secrets[who], encounter), inpatient=encounter in inside, facts=self._told(mine, secrets))
            found = suggestions(stay)
            codes += found
            accounts.append(account(stay, found, [len(note["text"]) for note in mine]))
        return codes, accounts

    def _told(self, notes: Sequence[Row], secrets: Secrets) -> list[Row]:
        return [
            {**fact, "note_id": rekey(secrets[note["subject_id"]].salt, "note", note["note_id"])}
            for note in notes
            for fact in self._facts.get(note["note_id"], ())
        ]


def _by_note(file: Path) -> Mapping[str, Sequence[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in pq.read_table(file).to_pylist():
        found[row["note_id"]].append(row)
    return found


def _of(secret: Secret, encounter: str) -> Row:
    return {"subject_id": secret.open_id, "encounter_id": rekey(secret.salt, "Encounter", encounter)}


def _later(time: datetime | None, secret: Secret) -> datetime | None:
    return None if time is None else time + secret.offset


def _encounter(row: Row, secret: Secret) -> Row:
    said = {bound: _text_later(time, secret) for bound, time in (row["period"] or {}).items()}
    kept = {name: row[name] for name in ("status", "class", "type", "reasonCode", "location", "serviceProvider")}
    return {**kept, "id": rekey(secret.salt, "Encounter", row["id"]), "subject_id": secret.open_id, "period": said}


def _text_later(time: str | None, secret: Secret) -> str | None:
    return time and (datetime.fromisoformat(time) + secret.offset).isoformat()


def _patient(row: Row, secret: Secret) -> Row:
    named = {"id": rekey(secret.salt, "Patient", row["id"]), "subject_id": secret.open_id}
    return {**named, "gender": row["gender"], "birthDate": (row["birthDate"] or "")[:4] or None}


def _timeline(rows: pa.Table, secrets: Secrets) -> pa.Table:
    who = rows["subject_id"].to_pylist()
    weeks = np.array([secrets[each].offset_weeks for each in who], "timedelta64[W]").astype("timedelta64[us]")
    changed: dict[str, Callable[[], pa.Array]] = {
        "subject_id": lambda: pa.array([secrets[each].open_id for each in who], pa.int64()),
        "time": lambda: _shifted(rows["time"], weeks),
        "recorded_time": lambda: _shifted(rows["recorded_time"], weeks),
        "encounter_id": lambda: _renamed(rows["encounter_id"], who, secrets, "Encounter"),
        "fhir_id": lambda: _renamed(rows["fhir_id"], who, secrets, ""),
    }
    for name, make in changed.items():
        rows = rows.set_column(rows.column_names.index(name), name, make())
    notes = pc.starts_with(rows["code"], "NOTE//")  # their text is a note_id
    cleared = pc.if_else(notes, pa.scalar(None, rows["text_value"].type), rows["text_value"])
    return table("timeline").conform(rows.set_column(rows.column_names.index("text_value"), "text_value", cleared))


def _shifted(times: pa.ChunkedArray, weeks: np.ndarray[Any, Any]) -> pa.Array:
    return pa.array(times.to_numpy(zero_copy_only=False).astype("datetime64[us]") + weeks, pa.timestamp("us"))


def _renamed(values: pa.ChunkedArray, who: Sequence[int], secrets: Secrets, kind: str) -> pa.Array:
    known: dict[tuple[int, str], str] = {}
    return pa.array([_renamed_one(known, each, secrets, kind) for each in zip(who, values.to_pylist(), strict=True)])


def _renamed_one(
    known: dict[tuple[int, str], str], each: tuple[int, str | None], secrets: Secrets, kind: str
) -> str | None:
    who, value = each
    if value is None:
        return None
    if (who, value) not in known:
        said, _, name = (kind, "", value) if kind else value.partition("/")
        opened = rekey(secrets[who].salt, said, name)
        known[who, value] = opened if kind else f"{said}/{opened}"
    return known[who, value]
