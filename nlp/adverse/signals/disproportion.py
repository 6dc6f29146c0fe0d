"""A file of spontaneous reports measured: PRR, ROR, IC and EBGM of every pair, as one table."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from contract.errors import ConfigError, InputError
from nlp.adverse.signals import prior as priors
from nlp.adverse.signals.cells import Cells, Floats
from nlp.adverse.signals.counting import count, months
from nlp.adverse.signals.discovery import q_values
from nlp.adverse.signals.information import information
from nlp.adverse.signals.ratios import chi_square, prr, ror
from nlp.adverse.signals.reports import Account, Reading, read
from nlp.adverse.signals.shrinkage import shrink

COUNTINGS, LIKES = ("pairs", "reports"), ("exact", "vigipy")
TRENDS = 500  # strongest pairs whose months are counted
MEMORY = "2GB"


@dataclass(frozen=True)
class Measuring:
    """least: reports of a pair that is measured. counting: what margins count, `pairs` (as vigipy) or `reports`.

    like: `exact`, the prior at its maximum of likelihood and quantiles to 1e-10; or `vigipy`, both where it stops.
    """

    least: int = 3
    counting: str = "pairs"
    like: str = "exact"

    def __post_init__(self) -> None:
        for name, known in (("counting", COUNTINGS), ("like", LIKES)):
            if getattr(self, name) not in known:
                raise ConfigError(f"{name} is {getattr(self, name)!r}; expected {' or '.join(known)}.")


@dataclass(frozen=True)
class Measured:
    signals: pa.Table
    trends: pa.Table
    rejected: pa.Table
    account: Account
    prior: priors.Prior
    cells: Cells = field(repr=False)


def measure(path: Path, reading: Reading, measuring: Measuring, tell: Callable[[str], object] = str) -> Measured:
    """`tell` is called as each part begins."""
    import duckdb

    con = duckdb.connect()
    con.execute(f"SET memory_limit='{MEMORY}'; SET preserve_insertion_order=true")
    tell("reading")
    account, rejected = read(con, path, reading)
    if not account.reports:
        raise InputError(f"none of {account.rows:,} rows is a report with a drug and an event; rejected.csv says why.")
    tell("counting")
    cells = count(con, measuring.counting, stratified=bool(reading.strata))
    tell("prior")
    prior = priors.fit(cells.a, cells.expected, "vigipy" if measuring.like == "vigipy" else "ml")
    tell("measuring")
    kept = cells.at_least(measuring.least)
    table, order = _table(kept, prior, measuring.like)
    top = order[:TRENDS]
    tell("months")
    return Measured(table, months(con, kept.drug[top], kept.event[top]), rejected, account, prior, cells)


def _table(cells: Cells, prior: priors.Prior, like: str) -> tuple[pa.Table, Floats]:
    """Strongest first: by EB05."""
    columns = measures(cells, prior, like)
    order = np.lexsort((cells.event, cells.drug, -columns["eb05"]))
    names = {
        "drug": pa.array(cells.drugs).take(pa.array(cells.drug)),
        "event": pa.array(cells.events).take(pa.array(cells.event)),
    }
    made = {
        "reports": cells.a,
        "drug_reports": cells.drug_n,
        "event_reports": cells.event_n,
        "expected": cells.expected,
    }
    for name in ("reports", "drug_reports", "event_reports"):
        made[name] = made[name].astype(np.int64)
    table = pa.table({**names, **made, **columns, "flags": _flags(cells, columns)})
    return table.take(pa.array(order)), order


def measures(cells: Cells, prior: priors.Prior, like: str = "exact") -> dict[str, Floats]:
    rate, odds, ic, eb = prr(cells), ror(cells), information(cells), shrink(cells, prior, like)
    square, p = chi_square(cells)
    return {
        "prr": rate.value, "prr_lower": rate.lower, "prr_upper": rate.upper, "chi_square": square, "chi_square_p": p,
        "ror": odds.value, "ror_lower": odds.lower, "ror_upper": odds.upper, "ror_p": odds.p,
        "q": q_values(odds.p), "ic": ic.value, "ic025": ic.lower, "ic975": ic.upper,
        "ebgm": eb.value, "eb05": eb.lower, "eb95": eb.upper, "null": eb.null,
    }  # fmt: skip


def _flags(cells: Cells, said: dict[str, Floats]) -> pa.Array:
    """Which customary thresholds a pair is above: Evans 2001 (prr), van Puijenbroek (ror), WHO (ic), FDA (ebgm)."""
    rules: dict[str, Any] = {
        "prr": (said["prr"] >= 2) & (said["chi_square"] >= 4) & (cells.a >= 3),
        "ror": said["ror_lower"] > 1,
        "ic": said["ic025"] > 0,
        "ebgm": said["eb05"] >= 2,
    }
    rows = zip(*(held.tolist() for held in rules.values()), strict=True)
    return pa.array([[n for n, held in zip(rules, row, strict=True) if held] for row in rows], pa.list_(pa.string()))
