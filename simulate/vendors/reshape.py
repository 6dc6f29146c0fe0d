"""The same hospital as another product's extract: reshape(csv_folder, out, shape). Tables are SQL in data/vendors/."""

from pathlib import Path

import duckdb
import pyarrow as pa
import yaml

from contract.errors import ConfigError, InputError
from simulate.vendors.forms import Form, delimited, sql_dump, tabs
from simulate.vendors.packing import lzw_hex, plain_hex, rtf

DATA = Path(__file__).parents[1] / "data" / "vendors"
SHAPES: dict[str, Form] = {
    "epic": Form("America/Chicago", delimited),
    "meditech": Form("America/Chicago", tabs, {"rtf": rtf}),
    "cerner": Form("UTC", sql_dump, {"lzw_hex": lzw_hex, "plain_hex": plain_hex}),
}
HIDDEN = "_"  # tables that begin so are steps on the way


def reshape(csv_folder: Path, out: Path, shape: str) -> dict[str, int]:
    """Rows written, by table. `csv_folder`: the csv/ of simulate(), with notes."""
    if shape not in SHAPES:
        raise ConfigError(f"shape {shape!r} is not known; choose from {', '.join(SHAPES)}.")
    form = SHAPES[shape]
    out.mkdir(parents=True, exist_ok=True)
    con = _opened(csv_folder)
    for name, make in form.functions.items():
        con.create_function(name, make, ["VARCHAR"], "VARCHAR")
    rows = {}
    for name, sql in yaml.safe_load((DATA / f"{shape}.yaml").read_text(encoding="utf-8")).items():
        con.execute(f'CREATE TABLE "{name}" AS {sql.replace("$zone", _quoted(form.zone))}')
        if not name.startswith(HIDDEN):
            made: pa.Table = con.table(name).to_arrow_table()
            form.write(out, name, made)
            rows[name] = len(made)
    return rows


def _opened(csv_folder: Path) -> duckdb.DuckDBPyConnection:
    paths = sorted(csv_folder.glob("*.csv"))
    if "notes" not in {path.stem for path in paths}:
        raise InputError(f"{csv_folder.name} has no notes.csv; reshape a folder csv/ that `chartloom simulate` wrote.")
    con = duckdb.connect(config={"threads": 1})
    con.execute((DATA / "common.sql").read_text(encoding="utf-8"))
    for path in paths:
        con.from_csv_auto(str(path), all_varchar=True, header=True, quotechar='"', escapechar='"').create(path.stem)
    return con


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
