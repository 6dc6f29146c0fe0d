"""Shapes that exports of unlike houses have, each a mapping and a few files: what comes out, and what is set aside."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from contract.work import Shard, Spooled

CASES = sorted((Path(__file__).parents[2] / "cases" / "shapes").glob("*.yaml"))
Night = Callable[..., tuple[Spooled, list[Shard]]]


def holds(found: Any, wanted: Any) -> bool:
    """All that is wanted is there; what is found beside it does not count."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(holds(found.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(holds, found, wanted))
    return bool(found == wanted)


def write_files(root: Path, files: dict[str, Any], encoding: str = "utf-8") -> None:
    for name, said in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = said if isinstance(said, str) else yaml.safe_dump(said, sort_keys=False, allow_unicode=True)
        path.write_text(text, encoding=encoding)


def _at(value: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for each in value:
            yield from _at(each, path)
    elif value is not None and path:
        yield from _at(value.get(path[0]), path[1:])
    elif value is not None:
        yield value


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_shape(path: Path, tmp_path: Path, night: Night) -> None:
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    write_files(tmp_path / "mapping", case["mapping"])
    write_files(tmp_path / "inbox", case["files"], case.get("encoding", "utf-8"))
    spooled, shards = night(tmp_path / "inbox", tmp_path / "work", str(tmp_path / "mapping"))
    rows = {kind: [row for shard in shards for row in _rows(shard, kind)] for kind in case["out"]}
    for kind, wanted in case["out"].items():
        assert len(rows[kind]) == len(wanted), kind
        for want in wanted:
            assert any(holds(row, want) for row in rows[kind]), (kind, want)
    rejected = [spooled.quarantine, *(shard["phi/quarantine"] for shard in shards)]
    found = [[Path(r["file"]).name, r["line"], r["column"], r["rule"]] for table in rejected for r in table.to_pylist()]
    assert sorted(found) == sorted(case["quarantine"])
    for element, kind in case.get("links", []):
        start, *steps = element.split(".")
        aims = list(_at(rows[start], steps))
        assert aims
        assert {aim.split("/")[1] for aim in aims} <= {row["id"] for row in rows[kind]}, element


def _rows(shard: Shard, kind: str) -> list[dict[str, Any]]:
    return shard[f"phi/fhir/{kind}"].to_pylist() if f"phi/fhir/{kind}" in shard else []
