"""Spontaneous reports read from CSV or Parquet, one row a report, drug and event; bad rows are set aside."""

import csv
import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import yaml

from contract.errors import ConfigError, InputError

NAMED = Path(__file__).parent / "data" / "columns.yaml"
REQUIRED = ("report", "drug", "event")
REJECTED = pa.schema([("line", pa.int64()), ("column", pa.string()), ("reason", pa.string())])
STRATA = ("age", "sex", "year")
DELIMITERS = (",", "\t", ";", "|", "$")  # the last is that of FAERS
EMPTY = "''"
CLEAN = r"nullif(trim(regexp_replace(raw, '\s+', ' ', 'g')), '')"
DAY = r"""coalesce(try_cast(raw AS DATE), try_cast(try_cast(raw AS TIMESTAMP) AS DATE),
    CASE WHEN regexp_full_match(raw, '\d{8}') THEN try_strptime(raw, '%Y%m%d')::DATE
         WHEN regexp_full_match(raw, '\d{6}') THEN try_strptime(raw, '%Y%m')::DATE
         WHEN regexp_full_match(raw, '\d{4}-\d{2}') THEN try_strptime(raw, '%Y-%m')::DATE
         WHEN regexp_full_match(raw, '\d{4}') THEN try_strptime(raw, '%Y')::DATE END)"""
REASON = """CASE WHEN i_report.id IS NULL THEN 'report: is empty' WHEN i_drug.id IS NULL THEN 'drug: is empty'
    WHEN i_event.id IS NULL THEN 'event: is empty'
    WHEN trim(date) <> '' AND i_date.id IS NULL THEN 'date: is no date; expected 2024-01-31, 20240131, 2024-01 or 2024'
    WHEN trim(age) <> '' AND (i_age.id IS NULL OR i_age.id NOT BETWEEN 0 AND 130)
    THEN 'age: is no age; expected years from 0 to 130' END"""
CROSSED = """SELECT d.report, d.drug, e.event FROM (SELECT DISTINCT report, drug FROM listed) d
    JOIN (SELECT DISTINCT report, event FROM listed) e USING (report)"""
AGES = (2, 12, 18, 36, 51, 65, 75)  # bounds of age bands in years, left-closed


@dataclass(frozen=True)
class Reading:
    """`columns`: ours -> the file's, where they are not known by name. `delimiter`: of a CSV file, else looked for.

    `cross`: each drug of a report is paired with each of its events, as where drugs and events were listed apart.
    """

    columns: Mapping[str, str]
    strata: tuple[str, ...] = ()
    cross: bool = False
    delimiter: str = ""

    def __post_init__(self) -> None:
        for name in self.columns:
            if name not in named():
                raise ConfigError(f"no column of reports is called {name!r}; expected {', '.join(named())}.")
        for name in self.strata:
            if name not in STRATA:
                raise ConfigError(f"--by is {name!r}; expected {', '.join(STRATA)}.")


@dataclass(frozen=True)
class Account:
    """What became of the rows: rows = pairs + duplicates + rejected, before drugs and events are crossed."""

    rows: int
    duplicates: int
    rejected: int
    reports: int
    undated: int


@cache
def named() -> dict[str, list[str]]:
    return dict(yaml.safe_load(NAMED.read_text("utf-8")))


def read(con: Any, path: Path, reading: Reading) -> tuple[Account, pa.Table]:
    """Fills tables of `con`: `pairs` (report, drug, event), `drugs`, `events`, `reports` (report, month, stratum)."""
    if not path.is_file():
        raise InputError(f"{path} is not a file; expected reports as CSV or Parquet, one row a report, drug and event.")
    broken = _load(con, path, reading)
    _words(con)
    rows = con.execute("SELECT count(*) FROM rows").fetchall()[0][0] + len(broken)
    bad = con.sql("SELECT line, split_part(reason, ': ', 1) AS column, split_part(reason, ': ', 2) AS reason FROM rows "
                  "WHERE reason IS NOT NULL")  # fmt: skip
    rejected = pa.concat_tables([broken, bad.to_arrow_table().cast(REJECTED)]).sort_by("line")
    con.execute("CREATE TEMP TABLE listed AS SELECT DISTINCT report, drug, event FROM rows WHERE reason IS NULL")
    con.execute(f"CREATE TEMP TABLE pairs AS {CROSSED if reading.cross else 'SELECT * FROM listed'}")
    _reports(con, reading)
    return _account(con, rows, rejected), rejected


def _account(con: Any, rows: int, rejected: pa.Table) -> Account:
    kept, reports, undated = con.execute(
        "SELECT (SELECT count(*) FROM listed), count(*), count(*) - count(month) FROM reports"
    ).fetchall()[0]
    return Account(rows, rows - len(rejected) - kept, len(rejected), reports, undated)


def _load(con: Any, path: Path, reading: Reading) -> pa.Table:
    """The table `said`: the cells of each column, and the line; back come the lines that are no rows at all."""
    if path.suffix.lower() in (".parquet", ".pq"):
        return _parquet(con, path, reading)
    try:
        broken = _csv(con, path, reading)
        if any("quote" in reason for reason in broken["reason"].to_pylist()):
            with TemporaryDirectory() as folder:
                lines = mended(path, Path(folder) / "mended.csv", dialect(path, reading)[0])
                con.execute("DROP TABLE said")
                broken = _csv(con, Path(folder) / "mended.csv", reading)
            con.register("unfinished", pa.table({"line": pa.array(lines, pa.int64())}))
            con.execute("DELETE FROM said WHERE line IN (SELECT line FROM unfinished)")
            reason = ["not a row: a quote that does not end"] * len(lines)
            broken = pa.concat_tables([broken, pa.table([lines, [""] * len(lines), reason], schema=REJECTED)])
    except duckdb_error() as error:
        raise InputError(
            f"the reports cannot be read as CSV ({type(error).__name__}); expected UTF-8 text with a header, such as "
            "report_id,drug,event. --delimiter names another delimiter than the one that was found."
        ) from error
    return broken


def _csv(con: Any, path: Path, reading: Reading) -> pa.Table:
    delimiter, head = dialect(path, reading)
    columns = found(head, reading)
    kinds = ", ".join(f"'{_quoted(name)}': 'VARCHAR'" for name in head)
    con.execute(
        f"CREATE TEMP TABLE said AS SELECT row_number() OVER () AS n, {_cells(columns)} "
        f"FROM read_csv('{_quoted(path)}', auto_detect=false, header=true, columns={{{kinds}}}, "
        f"delim='{_quoted(delimiter)}', quote='\"', escape='\"', store_rejects=true, rejects_limit=0)"
    )
    broken = con.sql(
        "SELECT line, any_value(coalesce(column_name, '')) AS column, 'not a row: ' || "
        "any_value(lower(replace(error_type::VARCHAR, '_', ' '))) AS reason FROM reject_errors GROUP BY line"
    ).to_arrow_table()
    con.execute("DROP TABLE reject_errors; DROP TABLE reject_scans")
    _number(con, broken)
    return broken.cast(REJECTED)


def dialect(path: Path, reading: Reading) -> tuple[str, list[str]]:
    """The delimiter that the header holds most of, and the names of the columns."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        first = file.readline().rstrip("\r\n")
    delimiter = reading.delimiter or max(DELIMITERS, key=first.count)
    names = next(csv.reader([first], delimiter=delimiter), [])
    if len(set(names)) < len(names) or not names:
        raise InputError("the first line of the reports is no header with a name for each column, each once.")
    return delimiter, names


def mended(path: Path, out: Path, delimiter: str) -> list[int]:
    """Writes the file without lines whose quotes do not end, empty cells in their place; their numbers come back."""
    lines = []
    with path.open("rb") as file, out.open("wb") as kept:
        empty = b""
        for number, line in enumerate(file, 1):
            if number == 1:
                empty = delimiter.encode() * line.count(delimiter.encode()) + b"\n"
            if line.count(b'"') % 2:
                lines.append(number)
            kept.write(empty if line.count(b'"') % 2 else line)
    return lines


def _quoted(text: object) -> str:
    return str(text).replace("'", "''")


def _parquet(con: Any, path: Path, reading: Reading) -> pa.Table:
    name = _quoted(path)
    try:
        columns = found(con.sql(f"SELECT * FROM read_parquet('{name}') LIMIT 0").columns, reading)
        con.execute(
            f"CREATE TEMP TABLE said AS SELECT file_row_number + 1 AS line, {_cells(columns)} "
            f"FROM read_parquet('{name}', file_row_number=true)"
        )
    except duckdb_error() as error:
        raise InputError(f"the reports cannot be read as Parquet ({type(error).__name__}).") from error
    return REJECTED.empty_table()


def _number(con: Any, broken: pa.Table) -> None:
    """Lines of rows: the header is line 1, rows follow; lines that were refused stand between them."""
    if not len(broken):
        con.execute("ALTER TABLE said RENAME COLUMN n TO line")
        con.execute("UPDATE said SET line = line + 1")
        return
    con.register("refused", broken)
    con.execute(
        "CREATE TEMP TABLE numbered AS SELECT a.line, said.* EXCLUDE (n) FROM said JOIN (SELECT line, "
        "row_number() OVER (ORDER BY line) AS n "
        "FROM range(2, (SELECT count(*) FROM said) + (SELECT count(*) FROM refused) + 2) r(line) "
        "WHERE line NOT IN (SELECT line FROM refused)) a USING (n)"
    )
    con.execute("DROP TABLE said; ALTER TABLE numbered RENAME TO said")


def found(columns: list[str], reading: Reading) -> dict[str, str]:
    """Ours -> the file's; an error where one that is needed is not there."""
    small = {column.strip().lower(): column for column in columns}
    out = {}
    for ours, names in named().items():
        wanted = reading.columns.get(ours)
        if wanted is not None and wanted.lower() not in small:
            near = difflib.get_close_matches(wanted, columns)
            raise InputError(f"the reports have no column {wanted!r}{f'; close: {near[0]}' if near else ''}.")
        name = wanted.lower() if wanted is not None else next((n for n in names if n in small), "")
        needed = ours in REQUIRED or ours in reading.strata or (ours == "date" and "year" in reading.strata)
        if name:
            out[ours] = small[name]
        elif needed:
            raise InputError(
                f"the reports have no column for the {ours}; looked for {', '.join(names)}. Name yours: "
                f"--column {ours}=NAME."
            )
    return out


def _cells(columns: Mapping[str, str]) -> str:
    names = {ours: columns.get(ours, "").replace('"', '""') for ours in named()}
    return ", ".join(
        f"""{f'coalesce("{name}"::VARCHAR, {EMPTY})' if name else EMPTY} AS {o}""" for o, name in names.items()
    )


def _words(con: Any) -> None:
    """Every different cell is judged once, then each row of `said`: the table `rows`, with `reason` where bad."""
    for name in ("drug", "event"):
        con.execute(
            f"CREATE TEMP TABLE w_{name} AS SELECT raw, {CLEAN} AS name FROM (SELECT DISTINCT {name} AS raw FROM said)"
        )
        con.execute(
            f"CREATE TEMP TABLE {name}s AS SELECT lower(name) AS k, min(name) AS name, "
            f"(row_number() OVER (ORDER BY min(name)) - 1)::INT AS id FROM w_{name} WHERE name IS NOT NULL GROUP BY k"
        )
        con.execute(
            f"CREATE TEMP TABLE i_{name} AS SELECT raw, id FROM w_{name} LEFT JOIN {name}s ON lower(w_{name}.name) = k"
        )
    con.execute(
        "CREATE TEMP TABLE i_report AS SELECT raw, CASE WHEN trim(raw) <> '' THEN "
        "(dense_rank() OVER (ORDER BY trim(raw)) - 1)::INT END AS id FROM (SELECT DISTINCT report AS raw FROM said)"
    )
    con.execute(f"CREATE TEMP TABLE i_date AS SELECT raw, {DAY} AS id FROM (SELECT DISTINCT date AS raw FROM said)")
    con.execute(
        "CREATE TEMP TABLE i_age AS SELECT raw, try_cast(raw AS DOUBLE) AS id "
        "FROM (SELECT DISTINCT age AS raw FROM said)"
    )
    joined = " ".join(
        f"JOIN i_{name} ON i_{name}.raw = said.{name}" for name in ("report", "drug", "event", "date", "age")
    )
    con.execute(
        "CREATE TEMP TABLE rows AS SELECT line, i_report.id AS report, i_drug.id AS drug, i_event.id AS event, "
        f"i_date.id AS day, i_age.id AS age, upper(left(trim(sex), 1)) AS sex, {REASON} AS reason FROM said {joined}"
    )
    con.execute("DROP TABLE said")


def _reports(con: Any, reading: Reading) -> None:
    """One row a report: its month, and its stratum where counts are stratified; what is not said is a stratum too."""
    bands = " ".join(f"WHEN min(age) < {bound} THEN '{bound}'" for bound in AGES)
    parts = {
        "age": f"CASE WHEN min(age) IS NULL THEN '' {bands} ELSE 'older' END",
        "sex": "coalesce(min(sex), '')",
        "year": "coalesce(year(min(day))::VARCHAR, '')",
    }
    stratum = " || '|' || ".join(parts[name] for name in reading.strata) or "''"
    con.execute(
        f"CREATE TEMP TABLE reports AS SELECT report, date_trunc('month', min(day))::DATE AS month, "
        f"{stratum} AS stratum FROM rows WHERE reason IS NULL GROUP BY report"
    )


def duckdb_error() -> type[Exception]:
    import duckdb

    return duckdb.Error
