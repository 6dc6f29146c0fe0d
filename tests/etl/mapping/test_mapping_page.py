"""The examples of docs/mapping.md, run: its YAML is a mapping, its CSV an inbox, its JSON what comes out."""

import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from contract.work import Shard, Spooled
from etl.sources.tables import Tables

PAGE = Path(__file__).parents[3] / "docs" / "mapping.md"
EXAMPLE = re.compile(r"^```(?P<kind>yaml|csv|txt|sql|json) (?P<name>\S+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = [found.groupdict() for found in EXAMPLE.finditer(PAGE.read_text(encoding="utf-8"))]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Spooled, Shard]:
    root = tmp_path_factory.mktemp("page")
    for example in EXAMPLES:
        if example["kind"] != "json":
            path = root / ("clinic" if example["kind"] == "yaml" else "inbox") / example["name"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(example["body"], encoding="utf-8")
    source = Tables(str(root / "clinic"), "inbox", settle_s=0)
    (group,) = source.groups(root)
    people = source.people(group)
    first = pa.array(range(len(people)), pa.int64())
    homes = {"key": people["key"], "origin_id": first, "subject_id": first, "ordinal": first}
    spooled = source.spool(group, pa.table({**homes, "batch": pa.array([0] * len(people), pa.int32())}), root / "work")
    return spooled, source.read(root / "work", 0)


def pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: pruned(inner) for key, inner in value.items() if inner is not None}
    return [pruned(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e["kind"] == "json"], ids=lambda example: example["name"])
def test_example(example: dict[str, str], night: tuple[Spooled, Shard]) -> None:
    expected = json.loads(example["body"])
    spooled, shard = night
    if example["name"] == "quarantine":
        rejected = [*spooled.quarantine.to_pylist(), *shard["phi/quarantine"].to_pylist()]
        found = [[row["file"], row["line"], row["column"], row["rule"]] for row in rejected]
        assert all(row in found for row in expected)
        assert len(found) == sum(len(json.loads(e["body"])) for e in EXAMPLES if e["name"] == "quarantine")
        return
    rows = [pruned(row) for row in shard[f"phi/fhir/{example['name']}"].to_pylist()]
    assert [{key: row[key] for key in want} for row, want in zip(rows, expected, strict=True)] == expected
