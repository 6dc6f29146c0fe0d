"""Some persons out of a real data set: their rows alone, in files of the same names, and what a night makes of them."""

import csv
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from contract.work import Shard

Row = dict[str, Any]


def data(name: str) -> Path:
    root = os.environ.get("CHARTLOOM_DATA")
    if not root:
        pytest.skip(f"CHARTLOOM_DATA does not name a folder with {name}")
    return Path(root) / name


def copied(source: Path, inbox: Path, keep: Callable[[Row], bool]) -> None:
    """Each csv of a folder, with those rows."""
    inbox.mkdir()
    for path in source.glob("*.csv"):
        with path.open(newline="", encoding="utf-8") as old, (inbox / path.name).open("w", newline="") as new:
            rows = csv.DictReader(old)
            writer = csv.DictWriter(new, rows.fieldnames or [])
            writer.writeheader()
            writer.writerows(row for row in rows if keep(row))


def rows_of(shards: list[Shard], kind: str) -> dict[str, Row]:
    """By id, without what is null."""
    found = [row for shard in shards if f"phi/fhir/{kind}" in shard for row in shard[f"phi/fhir/{kind}"].to_pylist()]
    by_id = {row["id"]: _pruned(row) for row in found}
    assert len(by_id) == len(found), f"{kind}: an id comes twice"
    return by_id


def rejected(shards: list[Shard]) -> Iterator[tuple[str, str]]:
    for shard in shards:
        yield from ((row["column"], row["rule"]) for row in shard["phi/quarantine"].to_pylist())


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _pruned(inner) for key, inner in value.items() if inner is not None}
    return [_pruned(inner) for inner in value] if isinstance(value, list) else value
