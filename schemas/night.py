"""What a night leaves beside its results: rejected rows, and an account of every step."""

import pyarrow as pa

from contract.table import Column, Table

QUARANTINE = Table(
    "phi/quarantine",
    "One row or resource that was rejected. It holds what was rejected, so it is PHI.",
    (
        Column("source", pa.string(), "The source in pipelines.yaml.", required=True),
        Column("source_group", pa.string(), "The group of files; replay reads it again."),
        Column("file", pa.string(), "The file."),
        Column("line", pa.int64(), "Line in the file, from 1; of a bundle, the entry."),
        Column("target", pa.string(), "The raw table, or the FHIR type it would have become."),
        Column("column", pa.string(), "The column or element at fault."),
        Column("rule", pa.string(), "The rule broken, such as date-format, required, unknown-patient.", required=True),
        Column("message", pa.string(), "What was expected and what to do; never the cell itself.", required=True),
        Column("raw", pa.large_string(), "The row as it stood."),
    ),
    key=("source", "file", "line", "rule", "column"),
    order=("source", "file", "line", "rule", "column"),
    file="quarantine/{shard}.parquet",
)
RUNS = Table(
    "runs",
    "One step of one night.",
    (
        Column("run_id", pa.string(), "Start of the run, UTC, as 20261120T230000Z.", required=True),
        Column("step", pa.string(), "Name in pipelines.yaml, or a part of the night such as spool.", required=True),
        Column("table", pa.string(), "The table counted.", required=True),
        Column("rows_in", pa.int64(), "Rows read."),
        Column("rows_out", pa.int64(), "Rows in the table afterwards."),
        Column("units_run", pa.int64(), "Units that were new or changed."),
        Column("seconds", pa.float64(), "Wall time, added over workers."),
        Column("cpu_seconds", pa.float64(), "CPU time, added over workers."),
        Column("peak_mb", pa.float64(), "Largest resident memory of a worker."),
        Column("digest", pa.string(), "Digest of the table's files."),
    ),
    key=("run_id", "step", "table"),
    order=("run_id", "step", "table"),
    file="runs.parquet",
)
TABLES = (QUARANTINE, RUNS)
