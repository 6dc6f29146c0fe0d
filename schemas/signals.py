"""Signals over all persons: drugs and events, and their trends. No number below five persons stands in them."""

import pyarrow as pa

from contract.table import Column, Table

SIGNALS = Table(
    "signals",
    "One drug and one event with at least five cases, over all persons: how much more often it follows the drug.",
    (
        Column("drug", pa.string(), "Ingredient, else SYSTEM//code of the timeline.", required=True),
        Column("event", pa.string(), "SYSTEM//code, else the words of a finding.", required=True),
        Column("cases", pa.int32(), "Persons with the event in the risk window; null: fewer than 5."),
        Column("cases_exposed", pa.int32(), "Persons with the event who took the drug while seen; null: fewer than 5."),
        Column(
            "ratio", pa.float64(), "Rate ratio of the self-controlled case series; calibrated, unless flags say not."
        ),
        Column("lower", pa.float64(), "Of its 95 % interval."),
        Column("upper", pa.float64(), "Of its 95 % interval."),
        Column("p", pa.float64(), "One-sided: a ratio as high though the drug does nothing."),
        Column("q", pa.float64(), "False discovery rate among pairs with a p no larger."),
        Column("raw_ratio", pa.float64(), "The rate ratio before calibration."),
        Column("raw_lower", pa.float64(), "Of its 95 % interval."),
        Column("raw_upper", pa.float64(), "Of its 95 % interval."),
        Column("cohort_users", pa.int32(), "New users of the drug who were compared; null: fewer than 5."),
        Column("cohort_cases", pa.int32(), "Of them, persons with the event; null: fewer than 5."),
        Column("cohort_ratio", pa.float64(), "Rate ratio beside new users of other drugs, weighted; null: too few."),
        Column("cohort_lower", pa.float64(), "Of its 95 % interval."),
        Column("cohort_upper", pa.float64(), "Of its 95 % interval."),
        Column("control", pa.bool_(), "A negative control: known to be none.", required=True),
        Column("signal", pa.bool_(), "Lower above 1, q small, no flag against it.", required=True),
        Column("flags", pa.list_(pa.string()), "event-before-drug, reason-for-drug, cohort-against, uncalibrated."),
    ),
    ("drug", "event"),
    ("p", "drug", "event"),
    file="signals.parquet",
)
SIGNAL_TRENDS = Table(
    "signal_trends",
    "Cases of one pair of signals in one period. Where months have fewer than 5 cases, longer ones.",
    (
        Column("drug", pa.string(), "As in signals.", required=True),
        Column("event", pa.string(), "As in signals.", required=True),
        Column(
            "period",
            pa.string(),
            "2024-03, 2024-Q1 or 2024, as the open timeline's dates were moved.",
            required=True,
        ),
        Column("cases", pa.int32(), "Persons with the event in the risk window.", required=True),
    ),
    ("drug", "event", "period"),
    ("drug", "event", "period"),
    file="signal_trends.parquet",
)
TABLES = (SIGNALS, SIGNAL_TRENDS)
