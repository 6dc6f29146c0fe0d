"""What a group is taken to come to in memory."""

from pathlib import Path

from contract.work import Group
from etl.mapping.load import load
from etl.sources.tables_weight import RESOURCE, weight

SOURCE = "about: Small.\n"
PERSONS = """
person: NR
people: {identifying: {uri: NR}}
columns: {NR: id!}
resources: {Patient: {id: NR}}
"""
WIDE = """
file: days/*.csv
person: NR
columns: {NR: id!, A: decimal, B: decimal}
resources:
  Observation:
    over: {A: {code: a}, B: {code: b}}
    id: hash(NR, = $column)
    status: = final
    code: coded(uri, = $code)
    valueQuantity: {value: $column}
"""


def group(folder: Path, rows: int) -> Group:
    (folder / "days").mkdir(parents=True)
    for day in range(3):
        (folder / "days" / f"{day}.csv").write_text("NR,A,B\n" + "7,1,2\n" * rows)
    return Group("g", tuple(sorted((folder / "days").iterdir())), folder)


def test_short_rows_weigh_what_they_become(tmp_path: Path) -> None:
    where = tmp_path / "m"
    where.mkdir()
    for name, text in (("source", SOURCE), ("persons", PERSONS), ("days", WIDE)):
        (where / f"{name}.yaml").write_text(text)
    found = weight(group(tmp_path / "in", 1000), load(str(where)))
    assert 0.9 * 3000 * 2 * RESOURCE < found < 1.1 * 3000 * 2 * RESOURCE


def test_long_rows_weigh_their_bytes(tmp_path: Path) -> None:
    where = tmp_path / "m"
    where.mkdir()
    for name, text in (("source", SOURCE), ("persons", PERSONS)):
        (where / f"{name}.yaml").write_text(text)
    path = tmp_path / "persons.csv"
    path.write_text("NR,NOTE\n" + f"7,{'x' * 5000}\n" * 100)
    assert weight(Group("g", (path,), tmp_path), load(str(where))) == path.stat().st_size
