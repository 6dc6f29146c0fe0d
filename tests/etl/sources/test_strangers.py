"""Exports that no mapping of the house was made for: YAML alone makes the rows, and a first draft by sniff loads."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from contract.work import Shard, Spooled
from etl.mapping.load import load
from etl.sniff.sniff import sniff
from etl.sniff.write import write
from tests.etl.sources.facts import newest
from tests.etl.sources.test_shapes import holds, write_files

CASES = sorted((Path(__file__).parents[2] / "cases" / "strangers").glob("*.yaml"))
Night = Callable[..., tuple[Spooled, list[Shard]]]


@pytest.fixture(params=CASES, ids=lambda path: path.stem)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    said: dict[str, Any] = yaml.safe_load(request.param.read_text(encoding="utf-8"))
    write_files(tmp_path / "mapping", said["mapping"])
    write_files(tmp_path / "inbox", said["files"], said.get("encoding", "utf-8"))
    return said


def test_rows(case: dict[str, Any], tmp_path: Path, night: Night) -> None:
    spooled, shards = night(tmp_path / "inbox", tmp_path / "work", str(tmp_path / "mapping"))
    for kind, wanted in case["out"].items():
        rows = newest(shards, kind)
        assert len(rows) == len(wanted), kind
        for want in wanted:
            assert any(holds(row, want) for row in rows), (kind, want)
    rejected = [spooled.quarantine, *(shard["phi/quarantine"] for shard in shards if "phi/quarantine" in shard)]
    found = [[Path(r["file"]).name, r["line"], r["column"], r["rule"]] for table in rejected for r in table.to_pylist()]
    assert sorted(found) == sorted(case["quarantine"])


@pytest.mark.usefixtures("case")
def test_a_first_draft_loads(tmp_path: Path) -> None:
    _, drafts = sniff(tmp_path / "inbox", "stranger")
    write(drafts, tmp_path / "draft")
    assert "Patient" in load(str(tmp_path / "draft")).types
