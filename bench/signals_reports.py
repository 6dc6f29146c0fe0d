"""A file of spontaneous reports with planted pairs, and what vigipy makes of a sample beside what we make of it."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pv

from nlp.adverse.signals.disproportion import Measured, Measuring, measure
from nlp.adverse.signals.reports import Reading

DRUGS, EVENTS, PLANTED, SEED = 1500, 3000, 200, 7
OTHER_ROWS = 0.6, 0.9  # mean number of further drugs and events of a report
SHARE = 0.04  # of rows that a planted pair makes of its drug's event
MEASURES = (
    ("prr", {"PRR": "prr", "CI Lower": "prr_lower", "CI Upper": "prr_upper", "p_value": "prr_p"}),
    ("ror", {"ROR": "ror", "CI Lower": "ror_lower", "CI Upper": "ror_upper", "p_value": "ror_p"}),
    ("bcpnn", {"quantile": "ic025"}),
    ("gps", {"EBGM": "ebgm", "LowerBound": "eb05", "UpperBound": "eb95", "p_value": "null"}),
)
"""vigipy's function, and its columns beside ours; PRR's p is not among ours."""


def write(path: Path, reports: int, seed: int = SEED) -> int:
    """Rows written. Drugs and events are as unequal as in life (Zipf); 200 pairs are reported together too often."""
    rng = np.random.default_rng(seed)
    popular = [1 / np.arange(5, n + 5) ** 0.9 for n in (DRUGS, EVENTS)]
    rows = (1 + rng.poisson(OTHER_ROWS[0], reports)) * (1 + rng.poisson(OTHER_ROWS[1], reports))
    report = np.repeat(np.arange(reports), rows)
    drug, event = (rng.choice(len(p), len(report), p=p / p.sum()) for p in popular)
    partner = np.full(DRUGS, -1)
    partner[rng.choice(DRUGS, PLANTED, replace=False)] = rng.choice(EVENTS, PLANTED)
    swapped = (partner[drug] >= 0) & (rng.random(len(drug)) < SHARE)
    event = np.where(swapped, partner[drug], event)
    day = np.datetime64("2015-01-01") + rng.integers(0, 3650, reports)
    columns = {
        "report_id": report,
        "drug": pa.array([f"drug {k}" for k in range(DRUGS)]).take(pa.array(drug)),
        "event": pa.array([f"event {k}" for k in range(EVENTS)]).take(pa.array(event)),
        "date": pa.array(day[report]),
        "age": rng.integers(0, 95, reports)[report],
        "sex": pa.array(["M", "F"]).take(pa.array(rng.integers(0, 2, reports)[report])),
    }
    pv.write_csv(pa.table(columns), path)
    return len(report)


def difference(path: Path) -> dict[str, float]:
    """The largest absolute difference of each measure, over all pairs, from the file to the table."""
    ours = measure(path, Reading({}), Measuring(like="vigipy"))
    theirs = _vigipy(path)
    return {name: gap for kind, columns in MEASURES for name, gap in _gaps(ours, theirs(kind), columns).items()}


def _vigipy(path: Path) -> Any:
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import vigipy

    rows = pd.read_csv(path)[["report_id", "drug", "event"]].drop_duplicates()
    counted = rows.groupby(["drug", "event"], as_index=False).size()
    container = vigipy.convert(counted.rename(columns={"drug": "name", "event": "AE", "size": "count"}))
    return lambda kind: getattr(vigipy, kind)(container).all_signals.set_index(["Product", "Adverse Event"])


def _gaps(ours: Measured, theirs: Any, columns: dict[str, str]) -> dict[str, float]:
    kept = {their: own for their, own in columns.items() if own in ours.signals.column_names}
    pairs = list(zip(ours.signals["drug"].to_pylist(), ours.signals["event"].to_pylist(), strict=True))
    if len(pairs) != len(theirs):
        return dict.fromkeys(kept.values(), float("inf"))
    beside = theirs.loc[pairs]
    return {own: float(np.abs(ours.signals[own].to_numpy() - beside[t].to_numpy()).max()) for t, own in kept.items()}
