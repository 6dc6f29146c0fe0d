"""How cells of a type may be written otherwise: dates by formats, decimals with a comma, ids that were numbers."""

import re
from collections.abc import Iterable
from dataclasses import replace

import duckdb

from contract.errors import MappingError
from etl.mapping.columns import VARIED, RawColumn
from etl.mapping.engine import connection
from etl.mapping.kinds import CellType, cell_types

NAMED = {  # SQL that gives a FHIR dateTime, or null where the cell is none
    "iso": "CASE WHEN {rule} THEN fhir_time(cell, '{{zone}}') END",
    "hl7": "hl7_time(cell, '{{zone}}')",
    "epoch": "since_1970(cell, 1e6)",
    "epoch_ms": "since_1970(cell, 1e3)",
}
OTHERWISE = {  # type -> its one variant, what rules and value are then
    "id": ("whole", {}, "regexp_replace(cell, '^(-?[0-9]+)\\.0*$', '\\1')"),
    "decimal": (
        "comma",
        {"number-format": "regexp_full_match(cell, '-?\\d+(,\\d+)?([eE][+-]?\\d+)?')"},
        "CAST(replace(cell, ',', '.') AS DOUBLE)",
    ),
}
SKIPPED = (  # what says its own offset, or counts from 1970, skips nothing
    "length(made) <= 10 OR made[-1] = 'Z' OR "
    "regexp_matches(cell, '[+-]\\d\\d:?\\d\\d$') OR NOT skipped(made[1:-7], '{zone}')"
)
SHORT = "%y"
DATE, MONTH, YEAR = "%Y-%m-%d", "%Y-%m", "%Y"


def kind_of(column: RawColumn) -> CellType:
    """The column's type as it is written there."""
    kind = cell_types()[column.type]
    if not column.variants:
        return kind
    if column.type in OTHERWISE:
        _, rules, value = OTHERWISE[column.type]
        return replace(kind, rules={**kind.rules, **rules}, value=value)
    made = f"COALESCE({', '.join(_made(each, column.type) for each in column.variants)})"
    rules = {"date-format": "made IS NOT NULL", "date-range": kind.rules["date-range"].replace("cell", "made")}
    if "date-skipped" in kind.rules:
        rules["date-skipped"] = SKIPPED
    message = {**kind.message, "date-format": f"a {column.type} is written {' or '.join(column.variants)}"}
    return CellType(rules, message, value=made, first=True)


def _made(variant: str, kind: str) -> str:
    if variant in NAMED:
        found = NAMED[variant].format(rule=cell_types()["dateTime"].rules["date-format"])
    else:
        found = _from_format(variant.replace("{", "{{").replace("}", "}}"))
    return f"split_part({found}, 'T', 1)" if kind == "date" else found


def _from_format(text: str) -> str:
    read = f"try_strptime(cell, {_quoted(text)})"
    if SHORT in text:
        read = f"in_century({read}, {{first}}, {{last}})"
    if not re.search("%[-]?[HIcXT]", text):
        precise = DATE if re.search("%[-]?[djxc]", text) else MONTH if re.search("%[-]?[mbB]", text) else YEAR
        return f"strftime({read}, '{precise}')"
    if "%z" in text:
        return f"instant(epoch_us({read}))"
    return f"fhir_time(iso_text({read}), '{{zone}}')"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def check(where: str, column: RawColumn) -> None:
    """Ways of writing that are not known, or that DuckDB cannot read, are told now."""
    for variant in column.variants:
        if not _fits(column, variant):
            raise MappingError(
                f"{where}: column {column.name}: {variant!r} is no way a {column.type} is written; it may be "
                f"{VARIED[column.type]}. Formats are made of %Y %y %m %b %B %d %H %I %M %S %f %p %z."
            )


def check_century(where: str, columns: Iterable[RawColumn], years: tuple[int, int]) -> None:
    """A year of two digits says nothing of its century: the years of the source must."""
    short = [column.name for column in columns if any(SHORT in variant for variant in column.variants)]
    if short and years[1] - years[0] >= 100:
        raise MappingError(
            f"{where}: column {', '.join(short)}: a year of two digits ({SHORT}) may be of several centuries within "
            f"`years: [{years[0]}, {years[1]}]`. Say a hundred years at most in source.yaml, such as "
            "`years: [1925, 2024]`."
        )


def _fits(column: RawColumn, variant: str) -> bool:
    if column.type in OTHERWISE:
        return variant == OTHERWISE[column.type][0]
    if variant in NAMED:
        return column.type == "dateTime" or not variant.startswith("epoch")
    if not re.search("%[Yyxc]", variant):
        return False
    try:
        connection().execute("SELECT try_strptime('', $1)", [variant]).fetchall()
    except duckdb.Error:
        return False
    return True
