"""SQL dumps in the spellings of several databases, whole and damaged: tests/cases/sql_dumps.yaml."""

import gzip
from pathlib import Path
from typing import Any

import pytest
import yaml

from contract.errors import InputError
from etl.formats import sql_text
from etl.formats.sql import Sql
from etl.mapping.files import FileFormat
from etl.mapping.language import raw_table

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "sql_dumps.yaml").read_text(encoding="utf-8"))
Rows = dict[str, list[list[Any]]]


def read(path: Path, wanted: dict[str, list[str]], said: FileFormat | None = None) -> tuple[Rows, list[list[Any]]]:
    tables = [raw_table("t", {"columns": {}, "source_table": name}, {}) for name in wanted]
    reader = Sql(said or FileFormat("sql"), tuple(tables))
    assert set(wanted) <= set(reader.tables(path))
    rows: Rows = {}
    broken = []
    for found in reader.read(path, wanted):
        cells = [column.to_pylist() for column in found.piece.rows.columns]
        lines = found.piece.lines.tolist()
        rows.setdefault(found.table, []).extend([line, *row] for line, *row in zip(lines, *cells, strict=True))
        broken += [[found.table, each.line, each.rule] for each in found.piece.broken]
    return {name: found for name, found in rows.items() if found}, broken


@pytest.mark.parametrize("chunk", [1 << 20, 11], ids=["one chunk", "chunks of 11 bytes"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_dump(case: dict[str, Any], chunk: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_text, "CHUNK", chunk)
    path = tmp_path / "dump.sql"
    path.write_bytes(case["text"].encode("latin-1"))
    assert read(path, case["wanted"]) == (case["rows"], case.get("broken", []))


def test_a_dump_in_the_wide_text_of_sql_server(tmp_path: Path) -> None:
    path = tmp_path / "dump.sql"
    path.write_bytes("INSERT [dbo].[t] ([a]) VALUES (N'Å')\r\nGO\r\n".encode("utf-16"))
    assert read(path, {"dbo.t": ["a"]}) == ({"dbo.t": [[1, "Å"]]}, [])


def test_columns_stand_in_another_file(tmp_path: Path) -> None:
    (tmp_path / "0_schema.sql").write_text("CREATE TABLE clinic.t (a int,\n b text);", encoding="utf-8")
    path = tmp_path / "t.sql.gz"
    path.write_bytes(gzip.compress(b"INSERT INTO t VALUES (1,'x');\n"))
    assert read(path, {"t": ["b"]}) == ({"t": [[1, "x"]]}, [])
    (tmp_path / "0_schema.sql").unlink()
    with pytest.raises(InputError, match=r"rows of t are inserted without names.*header"):
        read(path, {"t": ["b"]})
    assert read(path, {"t": ["b"]}, FileFormat("sql", header=("a", "b"))) == ({"t": [[1, "x"]]}, [])


def test_a_dump_packed_and_cut_keeps_what_came_before(tmp_path: Path) -> None:
    lines = "".join(f"INSERT INTO t (a, b) VALUES ({i}, '{i * 7919 % 10007}');\n" for i in range(20000))
    packed = gzip.compress(lines.encode())
    path = tmp_path / "dump.sql.gz"
    path.write_bytes(packed[: len(packed) // 2])
    rows, broken = read(path, {"t": ["a"]})
    assert len(rows["t"]) > 5000 and rows["t"] == [[i + 1, str(i)] for i in range(len(rows["t"]))]
    assert {rule for _, _, rule in broken} == {"damaged-file"}
