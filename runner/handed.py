"""Files handed to `chartloom apply`, as tables: Parquet, CSV, NDJSON of FHIR resources or of plain rows."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from contract.errors import InputError
from etl.fhir.tables import from_json
from schemas.fhir import resource_types
from schemas.night import QUARANTINE
from schemas.registry import table

PATIENT = "patient_id"  # stands in for subject_id in files from outside


def read(name: str, path: Path, rejected: list[pa.Table]) -> pa.Table:
    """The rows of a table; lines that cannot be read join `rejected`, rows of phi/quarantine."""
    if not path.exists():
        raise InputError(f"{name}: the file given is not there; expected Parquet, NDJSON or CSV.")
    try:
        return _parsed(name, path, rejected)
    except pa.ArrowInvalid as error:  # its words may show a row
        raise InputError(f"{name}: the file given is no {path.suffix} that can be read; is it whole?") from error


def remarks(name: str, rows: pa.Table) -> list[str]:
    """Columns that the table does not have, with the absent one that each may mean."""
    if "fhir/" in name:
        return []
    unknown = [column for column in rows.column_names if column not in _known(name)]
    absent = [column for column in _known(name) if column not in rows.column_names]
    close = {column: get_close_matches(column.lower(), absent, 1) for column in unknown}
    said = [f"{column} (is it {close[column][0]}?)" if close[column] else column for column in unknown]
    return [f"{name}: not read, the table has no such column: {', '.join(said)}"] if said else []


def _parsed(name: str, path: Path, rejected: list[pa.Table]) -> pa.Table:
    if path.suffix == ".parquet":
        return pq.read_table(path)
    if path.suffix in (".ndjson", ".jsonl"):
        return (_resources if "fhir/" in name else _rows)(name, path, rejected)
    if path.suffix == ".csv":
        return _delimited(name, path)
    raise InputError(f"{name}: a file that ends in {path.suffix!r} cannot be read; expected .parquet, .ndjson or .csv.")


def _delimited(name: str, path: Path) -> pa.Table:
    """Texts may run over lines; ids stay texts, whatever they look like."""
    texts = [field.name for field in table(name).schema if field.type in (pa.string(), pa.large_string())]
    kinds = dict.fromkeys([PATIENT, *texts], pa.large_string())
    blocks = pyarrow.csv.ReadOptions(block_size=max(path.stat().st_size, 1))  # a text may be longer than a block
    return pyarrow.csv.read_csv(
        path,
        read_options=blocks,
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(column_types=kinds, strings_can_be_null=True, null_values=[""]),
    )


def _lines(path: Path) -> list[tuple[int, bytes]]:
    return [(n, line) for n, line in enumerate(path.read_bytes().splitlines(), 1) if line.strip()]


def _rows(name: str, path: Path, rejected: list[pa.Table]) -> pa.Table:
    """Objects with the table's columns; other members are left aside."""
    good, bad = [], []
    for line in _lines(path):
        try:
            said = orjson.loads(line[1])
        except orjson.JSONDecodeError:
            said = None
        if isinstance(said, dict):
            good.append(said)
        else:
            bad.append(_rejection(path, line, name, {"rule": "json"}))
    if bad:
        rejected.append(pa.Table.from_pylist(bad, schema=QUARANTINE.schema))
    if not good:
        return table(name).empty()
    held = dict.fromkeys(member for said in good for member in said)
    other = {column: pa.nulls(len(good)) for column in held if column not in _known(name)}  # told of by `remarks`
    return pa.table({column: _column(name, column, good) for column in _known(name) if column in held} | other)


def _known(name: str) -> tuple[str, ...]:
    return (PATIENT, *table(name).schema.names)


def _column(name: str, column: str, rows: Sequence[Mapping[str, Any]]) -> pa.Array:
    kind = pa.string() if column == PATIENT else table(name).schema.field(column).type
    values = [said.get(column) for said in rows]
    try:
        if pa.types.is_timestamp(kind):
            return pc.cast(pc.assume_timezone(pa.array(values, pa.string()).cast(pa.timestamp("us")), "UTC"), kind)
        return pa.array([str(v) if v is not None else None for v in values] if column == PATIENT else values, kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise InputError(
            f"table {name}, column {column}: a value is not {kind}. `chartloom tables {name}` shows what is expected."
        ) from error


def _resources(name: str, path: Path, rejected: list[pa.Table]) -> pa.Table:
    """FHIR resources as rows; the person is the resource's patient. What cannot be read goes to phi/quarantine."""
    kind = name.rsplit("/", 1)[-1]
    lines = _lines(path)
    parsed = from_json(kind, [line for _, line in lines])
    bad = [_rejection(path, lines[row["row"]], kind, row) for row in parsed.rejected.to_pylist()]
    if bad:
        rejected.append(pa.Table.from_pylist(bad, schema=QUARANTINE.schema))
    return parsed.table.append_column(PATIENT, _patients(kind, parsed.table))


def _rejection(path: Path, line: tuple[int, bytes], kind: str, said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "source": "apply",
        "file": path.name,
        "line": line[0],
        "target": kind,
        "column": said.get("element"),
        "rule": said["rule"],
        "message": said.get("message") or "It cannot be read; mend it and apply again.",
        "raw": line[1].decode("utf-8", "replace"),
    }


def _patients(kind: str, rows: pa.Table) -> pa.Array | pa.ChunkedArray:
    """Patient.id of each row: its own, or what the type's patient element refers to; null for rows of no patient."""
    element = resource_types()[kind].patient if kind in resource_types() else ""
    if element == "id":
        return rows["id"]
    if not element or element not in rows.column_names:
        return pa.nulls(len(rows), pa.string())
    return pc.replace_substring_regex(pc.struct_field(rows[element], "reference"), "^.*/", "")
