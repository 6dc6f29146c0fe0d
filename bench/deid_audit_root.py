"""An open root for the audit's bench: clean notes of simulated persons, into which canaries are planted."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any

import orjson
import pyarrow as pa

from bench.gate import identities, secret
from contract.work import MANIFEST, Shard
from etl.fhir.tables import from_json
from nlp.deid.audit.check import LeakAudit
from nlp.deid.audit.digests import KnownDigests
from nlp.deid.keys import rekey
from schemas.registry import table
from simulate.notes.corpus import notes_only, patients

Row = dict[str, Any]
Place = tuple[str, str]  # table, and the key of the row
ANYBODYS = ("number", "phone", "email", "url")
KEY = {"notes": "note_id", "fhir/DiagnosticReport": "id", "timeline": "text_value", "timeline_codes": "code"}
DAY = datetime(2020, 5, 1)


@dataclass(frozen=True)
class Root:
    """`subjects`: of every FHIR Patient by its id. Notes go by the subject's open id."""

    subjects: Mapping[str, int]
    resources: Sequence[Row]
    notes: list[Row]
    reports: list[Row]
    events: list[Row]
    codes: list[Row]


def clean_root(notes: int, seed: int, bearers: Sequence[Row]) -> Root:
    """Of simulated persons whose notes hold other persons' values, and of the bearers, who have a note each."""
    every = [*bearers, *patients(notes, seed)]
    subjects = {each["id"]: k for k, each in enumerate(every, 1)}
    others = _values(seed + 1)
    said = {each["id"]: _words(" ".join(_strings(each))) for each in every}
    texts = [(note["patient_id"], _clean(note, others, said[note["patient_id"]])) for note in notes_only(notes, seed)]
    free = [text for _, text in texts]
    for k, each in enumerate(bearers):
        texts.append((each["id"], next(text for text in free[k:] + free if not said[each["id"]] & _words(text))))
    texts.sort(key=lambda pair: subjects[pair[0]])
    rows = [
        {
            "note_id": rekey(b"bench", "note", str(k)),
            "subject_id": secret(subjects[who]).open_id,
            "time": DAY,
            "text": text,
        }
        for k, (who, text) in enumerate(texts)
    ]
    return Root(subjects, every, rows, [], [], [{"code": "LOINC//2951-2", "description": "Sodium in serum"}])


def _values(seed: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for note in notes_only(400, seed):
        for span in note["spans"]:
            found[span["label"]].append(note["text"][span["start"] : span["end"]])
    return found


def _strings(said: object) -> Iterator[str]:
    """What a resource says of the person: names, numbers, places; not types and codes."""
    if isinstance(said, dict):
        for key, value in said.items():
            if key not in ("resourceType", "type", "use", "system", "relationship", "gender"):
                yield from _strings(value)
    elif isinstance(said, list):
        for value in said:
            yield from _strings(value)
    elif isinstance(said, str):
        yield said


def _words(text: str) -> set[str]:
    return {word for word in re.split(r"[\W_]+", text.lower()) if len(word) > 2}


def _clean(note: Row, others: Mapping[str, list[str]], own: set[str]) -> str:
    """What the truth marks, replaced by what others have there; like surrogates it is nothing of the person's own."""
    rng, made, at = Random(note["note_id"]), [], 0
    for span in sorted(note["spans"], key=lambda span: span["start"]):
        if span["start"] >= at:
            value = rng.choice([v for v in rng.choices(others[span["label"]], k=20) if not own & _words(v)] or ["-"])
            made += [note["text"][at : span["start"]], value]
            at = span["end"]
    return "".join([*made, note["text"][at:]])


def planted(root: Root, canaries: Sequence[Row]) -> tuple[Root, dict[str, Place]]:
    """The root with the canaries in it, and where each stands."""
    whole = replace(root, notes=[dict(row) for row in root.notes], reports=[], events=[], codes=list(root.codes))
    mine: dict[int, list[Row]] = defaultdict(list)
    for note in whole.notes:
        mine[note["subject_id"]].append(note)
    places: dict[str, Place] = {}
    for k, canary in enumerate(canaries):
        subject = root.subjects[canary["subject"]]
        if canary["identifier"]["part"] in ANYBODYS and k % 2:
            subject = 1 + (subject + 7 * k) % len(root.subjects)
        places[canary["id"]] = _plant(whole, canary, secret(subject).open_id, mine, k)
    whole.notes.sort(key=lambda row: row["subject_id"])
    return whole, places


def _plant(whole: Root, canary: Row, open_id: int, mine: Mapping[int, list[Row]], k: int) -> Place:
    text, key = canary["text"], f"c{k}"
    if canary["where"] == "note":
        like = mine[open_id][k % len(mine[open_id])]
        lines = like["text"].split("\n")
        at = Random(k).randint(0, len(lines))
        row = {**like, "note_id": rekey(b"bench", "canary", key), "text": "\n".join([*lines[:at], text, *lines[at:]])}
        whole.notes.append(row)
        return "notes", row["note_id"]
    if canary["where"] == "fhir":
        whole.reports.append({"id": key, "subject_id": open_id, "conclusion": text})
        return "fhir/DiagnosticReport", key
    if canary["where"] == "timeline":
        said = f"{text} [{k}]"
        whole.events.append({"subject_id": open_id, "time": DAY, "code": "NOTE//free", "text_value": said})
        return "timeline", said
    whole.codes.append({"code": key, "description": text})
    return "timeline_codes", key


def audited(root: Root, canaries: Sequence[str]) -> set[Place]:
    """Rows that the audit withholds."""
    audit, known = LeakAudit(canaries=list(canaries)), KnownDigests()
    shard = _shard(root)
    merged = known.merge([known.partial(shard)])
    codes = pa.Table.from_pylist(root.codes, schema=table("timeline_codes").schema)
    whole = {**merged, "timeline_codes": codes, MANIFEST: pa.table({"text": ["{}"]})}
    verdict = audit.verdict([audit.partial(shard), audit.partial(whole)])
    return {(row.table, row.value) for row in verdict.withheld}


def _shard(root: Root) -> Shard:
    ids = list(root.subjects)
    subjects = [root.subjects[each["id"]] for each in root.resources]
    known = from_json("Patient", [orjson.dumps(each) for each in root.resources]).table
    tables = {"notes": root.notes, "fhir/DiagnosticReport": root.reports, "timeline": root.events}
    return {
        "phi/identities": identities([secret(subject) for subject in root.subjects.values()], ids),
        "phi/fhir/Patient": known.append_column("subject_id", pa.array(subjects, pa.int64())),
        **{name: _rows(name, rows) for name, rows in tables.items()},
    }


def _rows(name: str, said: Sequence[Row]) -> pa.Table:
    """Required columns that the bench has nothing to say in are empty."""
    usual = {c.name: "" for c in table(name).columns if c.required and pa.types.is_string(c.type)}
    return pa.Table.from_pylist([{**usual, **row} for row in said], schema=pa.schema(list(table(name).schema)))
