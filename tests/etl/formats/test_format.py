"""The registry of formats, and rows gathered one by one."""

from collections.abc import Iterator
from pathlib import Path

from etl.csv.records import Broken
from etl.formats import gather
from etl.formats.format import FORMATS, WHOLE, Rows, format_of
from etl.formats.gather import Gather
from etl.mapping.files import KINDS, FileFormat
from etl.mapping.language import raw_table


def test_every_kind_of_the_language_has_a_format() -> None:
    assert tuple(FORMATS) == KINDS


def test_a_delimited_file_is_one_table(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("NR;NAME\n1;A,B\n2\n", encoding="utf-8")
    reader = format_of(FileFormat(), [raw_table("a", {"columns": {"NR": "id!"}}, {})])
    assert {name: list(columns) for name, columns in reader.tables(path).items()} == {WHOLE: ["NR", "NAME"]}
    (found,) = reader.read(path, {WHOLE: ["NAME"]})
    assert found.piece.rows.to_pylist() == [{"NAME": "A,B"}]
    assert [(each.line, each.rule) for each in found.piece.broken] == [(3, "field-count")]


def told(rows: Iterator[Rows]) -> list[tuple[str, int, int]]:
    return [(each.table, len(each.piece), len(each.piece.broken)) for each in rows]


def test_rows_come_in_pieces() -> None:
    held = Gather({"PID": ["3", "5"], "OBX": ["5"]})
    held.say("PID", 2, {"3": "7", "8": "F"})
    held.add("OBX", 3, [""])
    held.reject("", Broken(4, "damaged-file", b"x"))
    assert told(held.full()) == []
    found = list(held.rest())
    assert told(iter(found)) == [("PID", 1, 0), ("OBX", 1, 0), ("", 0, 1)]
    assert found[0].piece.rows.to_pylist() == [{"3": "7", "5": None}]
    assert found[1].piece.rows.to_pylist() == [{"5": None}] and found[1].piece.lines.tolist() == [3]
    assert told(held.rest()) == []
    for line in range(gather.FULL):
        held.add("OBX", line, ["a"])
    assert told(held.full()) == [("OBX", gather.FULL, 0)] and told(held.rest()) == []
