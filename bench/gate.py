"""The gate in process: fuzzed resources as one shard, with identities that the bench knows, through a stage."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import orjson
import pyarrow as pa

from bench.plants.resources import Fuzzed
from contract.errors import ConfigError
from contract.work import Keyed, Shard, Stage
from etl.fhir.tables import OTHER, from_json
from nlp.deid.keys import Secret
from schemas.fhir import resource_types
from schemas.people import IDENTITIES
from schemas.registry import match, table

LAKE_KEY = hashlib.blake2b(b"the bench's lake", digest_size=32).digest()


@dataclass(frozen=True)
class Given:
    """What goes in: tables by name, and the secrets that the stage draws from, by subject."""

    shard: Shard
    secrets: Mapping[int, Secret]


def secret(subject: int) -> Secret:
    """Fixed for a subject, so that a run can be repeated; never 0 weeks, or unmoved dates would look moved."""
    salt = hashlib.blake2b(f"salt {subject}".encode(), digest_size=16).digest()
    weeks = salt[0] % 50 + 2
    return Secret(subject, 1_000_000 + subject, salt, weeks if salt[1] % 2 else -weeks)


def identities(secrets: Sequence[Secret], keys: Sequence[str]) -> pa.Table:
    rows = [
        {"subject_id": s.subject_id, "ordinal": n, "source": "plants", "key": keys[n], "open_id": s.open_id,
         "offset_weeks": s.offset_weeks, "salt": s.salt, "split": "train", "opt_out": False}
        for n, s in enumerate(secrets)
    ]  # fmt: skip
    return IDENTITIES.conform(pa.Table.from_pylist(rows, schema=IDENTITIES.schema))


def given(made: Fuzzed) -> Given:
    """Resources as tables of phi/fhir, a person's rows together, with phi/identities and the events of the timeline."""
    secrets = {person.subject: secret(person.subject) for person in made.patients}
    tables = {f"phi/fhir/{kind}": _rows(kind, made) for kind in (*resource_types(), OTHER)}
    events = pa.Table.from_pylist(sorted(made.events, key=lambda e: e["subject_id"]))
    people = identities(list(secrets.values()), [person.id for person in made.patients])
    filled = {name: rows for name, rows in tables.items() if len(rows)}
    return Given({**filled, "phi/timeline": table("phi/timeline").conform(events), "phi/identities": people}, secrets)


def _rows(kind: str, made: Fuzzed) -> pa.Table:
    names = [kind] if kind != OTHER else [name for name in made.resources if name not in resource_types()]
    pairs = [
        pair for name in names for pair in zip(made.resources.get(name, []), made.records.get(name, []), strict=True)
    ]
    pairs.sort(key=lambda pair: pair[1].subject)
    parsed = from_json(kind, [orjson.dumps(resource) for resource, _ in pairs])
    if len(parsed.rejected):
        raise AssertionError(f"the fuzz made a {kind} that cannot be read: {parsed.rejected.to_pylist()[0]['message']}")
    subjects = pa.array([record.subject or None for _, record in pairs], pa.int64())
    rows = parsed.table.append_column("subject_id", subjects)
    rows = rows.append_column("source", pa.array(["plants"] * len(pairs), pa.string()))
    return rows.append_column("arrival", pa.array([0] * len(pairs), pa.int64()))


def through(stage: Stage, tables: Shard) -> Shard:
    """What the stage makes of the tables, as in a night: the shared shard by itself, and as context of the persons'."""
    if isinstance(stage, Keyed):
        stage.unlock(LAKE_KEY)
    stage.open()
    reads = [found.name for pattern in stage.reads for found in match(pattern)]
    empty = {name: table(name).empty() for name in reads}
    shared = {f"phi/fhir/{kind.name}" for kind in resource_types().values() if not kind.patient}
    alone = stage.run({**empty, **{name: rows for name, rows in tables.items() if name in shared}})
    own = stage.run({**empty, **tables})
    return {**own, **{name: rows for name, rows in alone.items() if f"phi/{name}" in shared}}


def deidentify(**parameters: Any) -> Stage:
    """The stage under test, as the night runs it."""
    made = import_module("nlp.deid.stage").Deidentify(**parameters)
    if not isinstance(made, Stage):
        raise ConfigError("nlp.deid.stage:Deidentify is no Stage; contract/work.py says what one has.")
    return made
