"""Tables of a few persons on both sides of the gate, as a check is shown them."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from contract.work import MANIFEST, Shard
from nlp.deid.audit.check import LeakAudit
from nlp.deid.audit.digests import KnownDigests
from nlp.deid.keys import rekey
from schemas.registry import table

SALT = b"0123456789abcdef"
ANNA, BORIS = 1, 2
PATIENTS: list[Mapping[str, Any]] = [
    {
        "id": "a", "subject_id": ANNA, "birthDate": "1950-02-28",
        "name": [{"family": "Tulipova", "given": ["Annabeth"]}],
        "identifier": [{"type": {"coding": [{"code": "MR"}]}, "value": "7741902"}],
        "telecom": [
            {"system": "phone", "value": "(617) 555-0143"}, {"system": "email", "value": "tulip.anna@example.org"},
        ],
        "address": [{"line": ["12 Elmwood Street"], "city": "Quincyville", "postalCode": "02139"}],
    },
    {
        "id": "b", "subject_id": BORIS, "birthDate": "1948-07-09",
        "name": [{"family": "Krokusow", "given": ["Borislav"]}],
        "identifier": [{"type": {"coding": [{"code": "MR"}]}, "value": "5583016"}],
        "address": [{"line": ["12 Elmwood Street"], "city": "Quincyville", "postalCode": "02139"}],
    },
]  # fmt: skip


def rows(name: str, said: Sequence[Mapping[str, Any]]) -> pa.Table:
    usual = {c.name: "" for c in table(name).columns if c.required and pa.types.is_string(c.type)}
    return pa.Table.from_pylist([{**usual, **row} for row in said], schema=pa.schema(list(table(name).schema)))


def identities() -> pa.Table:
    people = [
        {"subject_id": s, "ordinal": s, "source": "t", "key": str(s), "open_id": s + 100, "offset_weeks": 3,
         "salt": SALT, "split": "train"}
        for s in (ANNA, BORIS)
    ]  # fmt: skip
    return rows("phi/identities", people)


def shard(*notes: tuple[int, str], **tables: pa.Table) -> Shard:
    """(subject, released text); `tables`: others, `fhir_Patient` for fhir/Patient."""
    mine = [{"subject_id": s, "note_id": f"n{k}", "text": "the original"} for k, (s, _) in enumerate(notes)]
    opened = [
        {"subject_id": s + 100, "note_id": rekey(SALT, "note", f"n{k}"), "text": text, "time": datetime(2020, 5, 1)}
        for k, (s, text) in enumerate(notes)
    ]
    return {
        "phi/identities": identities(),
        "phi/fhir/Patient": rows("phi/fhir/Patient", PATIENTS),
        "phi/notes": rows("phi/notes", mine),
        "notes": rows("notes", opened),
        **{name.replace("_", "/", 1): held for name, held in tables.items()},
    }


def whole(audit: LeakAudit, *, codes: pa.Table | None = None, manifest: object = None) -> Shard:
    known = KnownDigests()
    merged = known.merge([known.partial(shard())])
    said = {MANIFEST: pa.table({"text": [json.dumps(manifest or {})]})}
    return audit.partial({**merged, **said, **({"timeline_codes": codes} if codes else {})})
