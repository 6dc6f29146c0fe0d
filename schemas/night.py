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
    "What one step of one published night did: to a table that it writes, or over all (the row without a table).",
    (
        Column("run_id", pa.string(), "Start of the run, UTC, as 20261120T230000Z.", required=True),
        Column(
            "step",
            pa.string(),
            "A source, step or summary of pipelines.yaml, or a part of the night such as spool; the pipeline's own "
            "name is the whole night.",
            required=True,
        ),
        Column("table", pa.string(), "The table written; null: the step's time and units, which belong to no table."),
        Column("rows_in", pa.int64(), "Rows read; of a source resources made, of the whole night raw rows."),
        Column("rows_out", pa.int64(), "Rows in the table afterwards, whoever wrote them."),
        Column("units_run", pa.int64(), "Units that were new or changed."),
        Column("seconds", pa.float64(), "Wall time, added over workers; publication itself is not in it."),
        Column("cpu_seconds", pa.float64(), "CPU time, added over workers."),
        Column("peak_mb", pa.float64(), "Largest resident memory of a worker; of the whole night only."),
        Column("digest", pa.string(), "Digest of the table's files."),
    ),
    key=("run_id", "step", "table"),
    order=("run_id", "step", "table"),
    file="runs.parquet",
)
TABLES = (QUARANTINE, RUNS)
