"""Delimited files: every row with its line, every broken line with its rule, whatever the block size."""

import gzip
import random
import zlib
from pathlib import Path
from typing import Any

import pytest
import yaml

from etl.csv import reader
from etl.csv.layout import Layout, header, layouts

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "delimited.yaml").read_text(encoding="utf-8"))
Found = tuple[list[list[Any]], list[list[Any]]]


def read_all(path: Path, tight: tuple[int, ...] = (), delimiter: str = ",") -> Found:
    found = next(each for each in layouts(header(reader.first_line(path), path)) if each.delimiter == delimiter)
    layout = Layout(found.names, delimiter, tight)
    rows: list[list[Any]] = []
    broken: list[list[Any]] = []
    for piece in reader.read(path, layout, list(layout.names)):
        cells = [column.to_pylist() for column in piece.rows.columns]
        rows += [[int(line), *row] for line, *row in zip(piece.lines, *cells, strict=True)]
        broken += [[each.line, each.rule] for each in piece.broken]
    return rows, broken


@pytest.mark.parametrize("block", [1 << 20, 7], ids=["one block", "blocks of 7 bytes"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_lines(case: dict[str, Any], block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "BLOCK", block)
    path = tmp_path / "file.csv"
    path.write_bytes(case["text"].encode("latin-1"))
    rows, broken = read_all(path, tuple(case.get("tight", ())), case.get("delimiter", ","))
    assert rows == case["rows"]
    assert broken == case.get("broken", [])


def test_gzip_in_several_members(tmp_path: Path) -> None:
    path = tmp_path / "file.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n") + gzip.compress(b"3,4\n"))
    assert read_all(path) == ([[2, "1", "2"], [3, "3", "4"]], [])


def test_a_gzip_cut_short_keeps_what_came_before(tmp_path: Path) -> None:
    lines = [f"{i},{i * 7919 % 10007}" for i in range(20000)]
    packed = gzip.compress("\n".join(["a,b", *lines]).encode())
    path = tmp_path / "file.csv.gz"
    path.write_bytes(packed[: len(packed) // 2])
    rows, broken = read_all(path)
    assert len(rows) > 5000
    assert rows == [[i + 2, *line.split(",")] for i, line in enumerate(lines[: len(rows)])]
    assert broken == [[len(rows) + 2, "damaged-file"]]


def test_a_gzip_cut_between_lines_is_told(tmp_path: Path) -> None:
    packer = zlib.compressobj(wbits=31)
    whole = packer.compress(b"a,b\n1,2\n") + packer.flush(zlib.Z_SYNC_FLUSH)
    path = tmp_path / "file.csv.gz"
    path.write_bytes(whole)
    assert read_all(path) == ([[2, "1", "2"]], [[3, "damaged-file"]])


def test_a_million_cells_in_one_open_quote_do_not_swallow_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    lines = [f"{i},{i},x" for i in range(200_000)]
    lines[100] = '100,"100,x'
    path.write_text("\n".join(["a,b,c", *lines]) + "\n", encoding="utf-8")
    rows, broken = read_all(path)
    assert (len(rows), broken) == (199_999, [[102, "quote"]])


PIECES = [
    "a",
    "b",
    ",",
    ",",
    '"',
    '""',
    "\n",
    "\n",
    "1,2,3\n",
    'x,"y",z\n',
    'q,"m\nn",r\n',
    "\r\n",
    "\r",
    "\0",
    "\xe9",
    " ",
]


@pytest.mark.parametrize("seed", range(60))
def test_the_size_of_blocks_changes_nothing(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    path = tmp_path / "file.csv"
    path.write_bytes(("a,b,c\n" + "".join(chance.choices(PIECES, k=40))).encode("latin-1"))
    whole = read_all(path, (0,))
    monkeypatch.setattr(reader, "BLOCK", chance.randrange(1, 30))
    assert read_all(path, (0,)) == whole
