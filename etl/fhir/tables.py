"""FHIR R4 JSON into the typed tables of schemas/fhir.py: fast for blocks, exact for blocks with a fault."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import duckdb
import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from etl.fhir.entry import ID
from etl.fhir.exact import NOT_UTF8, Problem, first_problem
from etl.fhir.merge import merged
from schemas.fhir import resource_types
from schemas.segments import whole

OTHER = "Other"
LINE_END = (pa.scalar("", pa.large_string()), pa.scalar("\n", pa.large_string()))
BLOCK_LINES = 2_000  # lines parsed at once: one bad line costs the exact path for so many
REJECTED = pa.schema([("row", pa.int64()), ("rule", pa.string()), ("element", pa.string()), ("message", pa.string())])
MESSAGES = {
    "resource-type": "the resourceType is another one than the table's; hand it in under its own type",
    "id-format": "an id of 1 to 64 letters, digits, - or . was expected; the exporting system must give one",
    "instant-format": "an instant such as 2026-11-20T23:00:00Z was expected in meta.lastUpdated",
}
ELEMENTS = {"resource-type": "resourceType", "id-format": "id", "instant-format": "meta.lastUpdated"}


@dataclass(frozen=True)
class Parsed:
    """`table` holds the good lines; `kept` says which they were; `rejected` is row, rule, element, message."""

    table: pa.Table
    kept: pa.Int64Array
    rejected: pa.Table


def from_json(kind: str, lines: pa.Array | Sequence[bytes]) -> Parsed:
    """One resource a line. Elements without a column stay in resource_json; columns null throughout are left out.

    A kind without columns of its own is read as Other.
    """
    texts, kind = _texts(lines), kind if kind in resource_types() else OTHER
    blocks = [_block(kind, texts.slice(start, BLOCK_LINES)) for start in range(0, max(len(texts), 1), BLOCK_LINES)]
    kept, bad = [], []
    for number, block in enumerate(blocks):
        kept.append(block.kept.to_numpy() + number * BLOCK_LINES)
        rows = pc.add(block.rejected.column("row"), number * BLOCK_LINES)
        bad.append(block.rejected.set_column(0, REJECTED.field("row"), rows))
    table = pa.concat_tables([block.table for block in blocks])
    return Parsed(_sparse(table), pa.array(np.concatenate(kept), pa.int64()), pa.concat_tables(bad))


def _texts(lines: pa.Array | Sequence[bytes]) -> pa.Array:
    if isinstance(lines, pa.ChunkedArray):
        lines = lines.combine_chunks()
    if isinstance(lines, pa.Array):
        return lines.cast(pa.large_string())
    return pa.array([_text(line) for line in lines], pa.large_string())


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return NOT_UTF8


def _block(kind: str, texts: pa.Array) -> Parsed:
    rows = pa.array(np.arange(len(texts)), pa.int64())
    problems: list[tuple[int, Problem]] = []
    try:
        table = _read(kind, texts)
    except pa.ArrowInvalid:
        problems = list(_faults(kind, texts))
        bad = {row for row, _ in problems}
        rows = pa.array([row for row in range(len(texts)) if row not in bad], pa.int64())
        texts = texts.take(rows)
        table = _read_exactly(kind, texts)
    return _judge(kind, table.append_column("resource_json", texts), rows, problems)


@cache
def _schema(kind: str) -> pa.Schema:
    """What is read of each line: the columns of the type, and what the common columns are made of."""
    elements = resource_types()[kind].elements if kind in resource_types() else ()
    common = [("resourceType", pa.string()), ("id", pa.string()), ("meta", pa.struct([("lastUpdated", pa.string())]))]
    return pa.schema(common + [(e.name, e.arrow) for e in elements])


def _read(kind: str, texts: pa.Array) -> pa.Table:
    if not len(texts):
        return _schema(kind).empty_table()
    data = pc.binary_join_element_wise(texts, *LINE_END).buffers()[2]  # all lines with their ends, in one piece
    table = pj.read_json(
        pa.BufferReader(data),
        read_options=pj.ReadOptions(use_threads=False, block_size=max(data.size + 1, 1 << 16)),
        parse_options=pj.ParseOptions(explicit_schema=_schema(kind), unexpected_field_behavior="ignore"),
    )
    if len(table) != len(texts):  # a line held two values, or none
        raise pa.ArrowInvalid("lines and rows differ in number")
    return table


def _read_exactly(kind: str, texts: pa.Array) -> pa.Table:
    """Lines known to be good; the fast path again, and when it still objects (a repeated key), value by value."""
    try:
        return _read(kind, texts)
    except pa.ArrowInvalid:
        return pa.Table.from_pylist([orjson.loads(text) for text in texts.to_pylist()], schema=_schema(kind))


def _faults(kind: str, texts: pa.Array) -> Iterator[tuple[int, Problem]]:
    elements = resource_types()[kind].elements if kind in resource_types() else ()
    for row, text in enumerate(texts.to_pylist()):
        problem = first_problem(text, elements)
        if problem:
            yield row, problem


def _judge(kind: str, table: pa.Table, rows: pa.Array, problems: list[tuple[int, Problem]]) -> Parsed:
    """Check type, id and lastUpdated of a block, and turn the last into a timestamp."""
    updated, unreadable = _instants(table.column("meta"))
    type_column = table.column("resourceType")
    other = pc.is_null(type_column) if kind == OTHER else pc.not_equal(pc.fill_null(type_column, ""), kind)
    bad_id = pc.invert(pc.fill_null(pc.match_substring_regex(table.column("id"), f"^{ID}$"), False))
    faults = {"resource-type": other, "id-format": bad_id, "instant-format": unreadable}
    good = np.ones(len(table), bool)
    for rule, mask in faults.items():
        found = np.flatnonzero(mask.to_numpy(zero_copy_only=False).astype(bool) & good)
        good[found] = False
        problems += [(rows[int(row)].as_py(), Problem(rule, ELEMENTS[rule], MESSAGES[rule])) for row in found]
    dropped = ["meta"] if kind == OTHER else ["meta", "resourceType"]
    table = table.drop_columns(dropped).append_column("lastUpdated", updated)
    if not good.all():
        table, rows = table.filter(pa.array(good)), rows.filter(pa.array(good))
    return Parsed(table, rows, _rejected(problems))


def _instants(meta: pa.ChunkedArray) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """meta.lastUpdated in UTC, and where it is there but cannot be read."""
    texts = pc.struct_field(meta, "lastUpdated")
    if texts.null_count == len(texts):
        return pa.chunked_array([pa.nulls(len(texts), pa.timestamp("us"))]), pc.is_valid(texts)
    connection = duckdb.connect(config={"threads": 1})
    connection.register("given", pa.table({"said": texts}))
    made = connection.sql("select make_timestamp(epoch_us(try_cast(said as timestamptz))) as made from given")
    times = made.to_arrow_table().column("made").cast(pa.timestamp("us"))
    return times, pc.and_(pc.is_null(times), pc.is_valid(texts))


def _rejected(problems: list[tuple[int, Problem]]) -> pa.Table:
    rows = [{"row": row, "rule": p.rule, "element": p.element, "message": p.message} for row, p in sorted(problems)]
    return pa.Table.from_pylist(rows, schema=REJECTED)


def _sparse(table: pa.Table) -> pa.Table:
    keep = [n for n in table.column_names if n in ("id", "resource_json") or table.column(n).null_count < len(table)]
    return table.select(keep).combine_chunks()


def to_json(kind: str, table: pa.Table) -> list[bytes]:
    """Each row as a resource: what the columns say, over resource_json where there is one.

    A column that is null leaves what resource_json says; a row that its columns do not change comes out as it came in.
    """
    kind = kind if kind in resource_types() else OTHER
    elements = () if kind == OTHER else resource_types()[kind].elements
    names = [e.name for e in elements if e.name in table.column_names]
    fields = "".join(f", '{name}': \"{name}\"" for name in names)
    kind_of = '"resourceType"' if kind == OTHER else f"'{kind}'"
    connection = duckdb.connect(config={"threads": 1})
    connection.register("rows", whole(table))
    made = connection.sql(
        f"select json_strip_nulls(to_json({{'resourceType': {kind_of}, 'id': id{fields}}})) from rows"
    )
    said = [text.encode() for (text,) in made.fetchall()]
    bases = table.column("resource_json").to_pylist() if "resource_json" in table.column_names else [None] * len(said)
    updated = table.column("lastUpdated").to_pylist() if "lastUpdated" in table.column_names else [None] * len(said)
    return [merged(*row) for row in zip(said, bases, updated, strict=True)]
