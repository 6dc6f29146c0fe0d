"""Makes a large Synthea CSV folder of a small one: N copies of every person, each another person. Streamed."""

from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from contract.errors import InputError

RULES = Path(__file__).with_name("copies.yaml")


@cache
def rules() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(RULES.read_text())
    return loaded


def copy_folder(source: Path, out: Path, copies: int) -> dict[str, int]:
    """Rows written, table by table. The rows of one copy stand together, in the order of the source."""
    files = sorted(source.glob("*.csv"))
    if not files:
        raise InputError("no *.csv in the folder given as --input; expected Synthea tables such as patients.csv")
    out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute("SET enable_progress_bar = false")  # it would write to stdout
        return {file.stem: _copy_table(con, file, out / file.name, copies) for file in files}


def _copy_table(con: duckdb.DuckDBPyConnection, file: Path, out: Path, copies: int) -> int:
    table = file.stem
    con.execute("SET VARIABLE file = $1", [str(file)])
    columns = [row[0] for row in con.execute(f"DESCRIBE {_read()}").fetchall()]
    size = int((con.execute(f"SELECT count(*) FROM ({_read()})").fetchone() or (0,))[0])
    turns = 1 if table in rules()["shared"] else copies
    parts = [_select(table, columns, copy=turn, size=size) for turn in range(turns)]
    con.execute(f"COPY ({' UNION ALL '.join(parts)}) TO '{_quoted(out)}' (FORMAT csv, HEADER true)")
    return size * turns


def _read() -> str:
    return "SELECT * FROM read_csv(getvariable('file'), all_varchar = true, header = true)"


def _select(table: str, columns: list[str], *, copy: int, size: int) -> str:
    cells = ", ".join(f'{_cell(table, column, copy)} AS "{column}"' for column in columns)
    # n is the person's number over all copies
    numbered = f"SELECT *, row_number() OVER () - 1 + {copy * size} AS n FROM ({_read()})"
    return f"(SELECT {cells} FROM ({numbered}))"


def _cell(table: str, column: str, copy: int) -> str:
    """The SQL of one column in one copy; null stays null."""
    if table in rules()["shared"]:
        return f'"{column}"'
    if column in rules()["uuid"] or column in rules()["uuid_of"].get(table, ()):
        return f"""CAST(CAST(md5("{column}" || '/{copy}') AS UUID) AS VARCHAR)"""
    if column in rules()["append"].get(table, ()):
        return f"""("{column}" || '{copy}')"""
    if column in rules()["person"].get(table, {}):
        return f'CASE WHEN "{column}" IS NOT NULL THEN {rules()["person"][table][column]} END'
    return f'"{column}"'


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
