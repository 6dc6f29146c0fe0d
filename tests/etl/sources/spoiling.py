"""An extract with something wrong in it, and what a night says of it."""

import shutil
from collections.abc import Callable
from pathlib import Path

from contract.work import Shard, Spooled
from etl.notes import ExtractNotes
from tests.etl.sources.facts import merged, newest
from tests.etl.sources.real import Row

Night = Callable[..., tuple[Spooled, list[Shard]]]
DOCUMENTS = "phi/fhir/DocumentReference"


def spoilt(extract: Path, inbox: Path, file: str, change: Callable[[list[str]], list[str]]) -> Path:
    """The extract in a folder of its own, one file of it with other lines."""
    if not inbox.exists():
        shutil.copytree(extract, inbox)
    path = inbox / file
    path.write_text("\n".join(change(path.read_text(encoding="utf-8").splitlines())) + "\n", encoding="utf-8")
    return inbox


def told(shards: list[Shard]) -> set[tuple[str, str]]:
    return {(row["column"], row["rule"]) for shard in shards for row in shard["phi/quarantine"].to_pylist()}


def by_id(shards: list[Shard], kind: str) -> dict[str, Row]:
    return {row["id"]: row for row in newest(shards, kind)}


def notes(shards: list[Shard]) -> dict[str, str]:
    made = ExtractNotes().run({DOCUMENTS: merged(shards, "DocumentReference")})
    return {row["note_id"]: row["text"] for row in made["phi/notes"].to_pylist()}
