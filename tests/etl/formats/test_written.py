"""Delimited files with a preface, comments, other encodings, no header: tests/cases/written.yaml."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from contract.errors import MappingError
from etl.csv import reader
from etl.formats.delimited import Delimited
from etl.formats.format import WHOLE
from etl.mapping.files import file_format
from etl.mapping.language import raw_table

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "written.yaml").read_text(encoding="utf-8"))
TABLE = raw_table("t", {"columns": {"a": "string", "b": "string"}}, {})


def read(path: Path, said: dict[str, Any]) -> tuple[list[list[Any]], list[list[Any]]]:
    reading = Delimited(file_format("t.yaml", said), (TABLE,))
    rows: list[list[Any]] = []
    broken: list[list[Any]] = []
    for found in reading.read(path, reading.tables(path)):
        cells = [column.to_pylist() for column in found.piece.rows.columns]
        rows += [[int(line), *row] for line, *row in zip(found.piece.lines, *cells, strict=True)]
        broken += [[each.line, each.rule] for each in found.piece.broken]
    return rows, broken


@pytest.mark.parametrize("block", [1 << 20, 7], ids=["one block", "blocks of 7 bytes"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_written(case: dict[str, Any], block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "BLOCK", block)
    path = tmp_path / "file.csv"
    path.write_bytes(case["text"].encode("latin-1"))
    rows, broken = read(path, case["format"])
    assert rows == case["rows"]
    assert broken == case.get("broken", [])


def test_wide_text_that_is_declared_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes("a,b\n1,Å\n".encode("utf-16"))
    assert read(path, {"encoding": "utf-16"}) == ([[2, "1", "Å"]], [])


@pytest.mark.parametrize(
    "said", [{"encoding": "utf-99"}, {"delimiter": "||"}, {"skip": -1}, {"header": ["a", "a"]}, {"kind": "xlsx"}]
)
def test_a_format_that_does_not_fit_teaches(said: dict[str, Any]) -> None:
    with pytest.raises(MappingError, match=rf"t\.yaml: format: {next(iter(said))} does not fit.*delimited, parquet"):
        file_format("t.yaml", said)


def test_the_names_of_a_table_without_header_are_whole(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("1|2|3\n", encoding="utf-8")
    assert Delimited(file_format("t", {"header": ["b", "x", "a"]}), (TABLE,)).tables(path)[WHOLE] == ("b", "x", "a")
