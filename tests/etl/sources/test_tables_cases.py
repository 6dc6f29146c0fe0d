"""Raw tables in, resources and quarantined rows out: tests/cases/synthea.yaml."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from contract.work import SHARED_BATCH, Shard, Spooled
from etl.sources.tables import Tables
from schemas.registry import table

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "synthea.yaml").read_text(encoding="utf-8"))
Night = Callable[..., tuple[Spooled, list[Shard]]]
NOT_COMPARED = ("subject_id", "origin_id", "source_group", "source_file")


def pruned(value: Any) -> Any:
    """Without what is null."""
    if isinstance(value, dict):
        return {key: pruned(inner) for key, inner in value.items() if inner is not None}
    return [pruned(inner) for inner in value] if isinstance(value, list) else value


def write(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any], tmp_path: Path, night: Night) -> None:
    inbox = write(tmp_path / "inbox", case["files"])
    spooled, shards = night(inbox, tmp_path / "work")
    assert [shard for shard in spooled.batches if shard != SHARED_BATCH] == [0]
    for name, expected in case.get("resources", {}).items():
        rows = [row for shard in shards for row in shard[f"phi/fhir/{name}"].to_pylist()]
        found = [{k: v for k, v in pruned(row).items() if k not in NOT_COMPARED} for row in rows]
        assert found == expected
    rejected = [row for t in (spooled.quarantine, *(s["phi/quarantine"] for s in shards)) for row in t.to_pylist()]
    told = sorted([row["file"], row["line"], row["column"], row["rule"]] for row in rejected)
    assert told == sorted(case.get("quarantine", []))
    if "people" in case:
        source = Tables("synthea", "inbox", settle_s=0)
        assert pruned(source.people(source.groups(tmp_path)[0]).to_pylist()) == case["people"]


def test_every_table_fits_its_declaration(tmp_path: Path, night: Night) -> None:
    inbox = write(tmp_path / "inbox", {name: text for case in CASES for name, text in case["files"].items()})
    for shard in night(inbox, tmp_path / "work")[1]:
        for name, rows in shard.items():
            if name != "phi/quarantine":
                more = {"source": ["s"] * len(rows), "arrival": [0] * len(rows)}
                full = pa.table({**{n: rows[n] for n in rows.column_names}, **more})
                table(name).conform(full).validate(full=True)
