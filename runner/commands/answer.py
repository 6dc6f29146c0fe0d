"""The answer to a query on its way out: a table on the screen, or CSV, NDJSON and Parquet, batch by batch."""

import csv
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from rich.markup import escape

from contract.errors import ConfigError, InputError
from runner.commands.screen import screen, table

SHOWN = 40  # rows on the screen; the other formats give all
Batches = Iterator[pa.RecordBatch]


def on_screen(schema: pa.Schema, batches: Batches) -> None:
    rows = chain.from_iterable(batch.to_pylist() for batch in batches)
    shown = table(
        *(f">{f.name}" if pa.types.is_floating(f.type) or pa.types.is_integer(f.type) else f.name for f in schema)
    )
    for row in islice(rows, SHOWN):
        shown.add_row(*(escape(_text(row[name])) for name in schema.names))
    console = screen()
    console.print(shown)
    if next(rows, None) is not None:
        console.print(f"... and more than these {SHOWN} rows; --format csv, ndjson or parquet gives all.", style="dim")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return orjson.dumps(value, default=str).decode()
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def write(schema: pa.Schema, batches: Batches, form: str, out: Path | None, *, private: bool) -> None:
    """All rows; a file made from PHI is readable by its owner only, and where no form is said its ending says it."""
    form = out.suffix.removeprefix(".") if out and form not in WRITERS else form
    if form not in WRITERS:
        raise InputError(f"--out ends in .{form}; expected --format or an ending of {', '.join(WRITERS)}.")
    with _opened(out, private) as file:
        WRITERS[form](schema, batches, file)


@contextmanager
def _opened(out: Path | None, private: bool) -> Iterator[BinaryIO]:
    if out is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if private else 0o644)
    except OSError as error:
        raise ConfigError(f"--out {out}: {error.strerror}; expected a file in a folder that is there.") from error
    with os.fdopen(handle, "wb") as file:
        yield file


def _write_csv(schema: pa.Schema, batches: Batches, file: BinaryIO) -> None:
    """Structs and lists as JSON in their cell."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(schema.names)
    for batch in batches:
        for row in batch.to_pylist():
            writer.writerow([row[n] if not isinstance(row[n], dict | list) else _text(row[n]) for n in schema.names])
    text.detach()


def _write_ndjson(_: pa.Schema, batches: Batches, file: BinaryIO) -> None:
    for batch in batches:
        file.writelines(orjson.dumps(row, default=str) + b"\n" for row in batch.to_pylist())


def _write_parquet(schema: pa.Schema, batches: Batches, file: BinaryIO) -> None:
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)


WRITERS = {"csv": _write_csv, "ndjson": _write_ndjson, "parquet": _write_parquet}
