"""Drift: how far what is predicted from, and what became of it, has moved since training. No small counts."""

import pyarrow as pa

from contract.table import Column, Table

OUTCOME_DRIFT = Table(
    "outcome_drift",
    "One measure of one model in one month of predictions, beside what it was at training.",
    (
        Column("task", pa.string(), "As in outcomes.", required=True),
        Column("target", pa.string(), "As in outcomes; empty: the task has one only.", required=True),
        Column(
            "measure",
            pa.string(),
            "psi, missing (of an input); unseen_codes; probability, observed, observed_expected, calibration.",
            required=True,
        ),
        Column("input", pa.string(), "The code that is measured by psi and missing; else empty.", required=True),
        Column(
            "period",
            pa.string(),
            "2024-03: month of the predictions, as the open timeline's dates were moved; empty: since training.",
            required=True,
        ),
        Column("predictions", pa.int64(), "Counted, one a stay; at least 20.", required=True),
        Column("value", pa.float64(), "The measure; of calibration the evidence (1: none) up to then.", required=True),
        Column("lower", pa.float64(), "Of its 95 % interval, where it has one."),
        Column("upper", pa.float64(), "Of its 95 % interval, where it has one."),
        Column("reference", pa.float64(), "The same at training."),
        Column("limit", pa.float64(), "Where the alarm begins, where there is one."),
        Column("alarm", pa.bool_(), "Beyond the limit.", required=True),
        Column("artifact", pa.string(), "Name and digest of the artifact that predicted.", required=True),
    ),
    ("task", "target", "artifact", "measure", "input", "period"),
    ("task", "target", "artifact", "measure", "input", "period"),
    file="outcome_drift.parquet",
)
TABLES = (OUTCOME_DRIFT,)
