"""Units of a step: which are new or changed since the night before, told by digests of their rows and context."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from contract.table import Column, Table
from contract.work import Shard
from runner.plan import Step
from schemas.digests import row_digests
from schemas.registry import table


def units_table(step: str) -> Table:
    """What the runner remembers of a step's units; it names persons and notes, so it is PHI."""
    columns = (
        Column("subject_id", pa.int64(), "The person.", required=True),
        Column("unit", pa.string(), "The unit.", required=True),
        Column("digest", pa.uint64(), "Of its rows and its context.", required=True),
    )
    return Table(f"phi/units/{step}", f"Units of the step {step}.", columns, ("unit",))


def granularity(step: Step) -> str:
    """The column that splits the step's work: its unit, or the person where the unit cannot match its tables."""
    unit = step.stage.unit
    matched = all(unit in table(name).schema.names and table(name).phi for name in step.writes)
    return unit if matched and not step.stage.releases else "subject_id"


@dataclass(frozen=True)
class Units:
    rows: pa.Table  # of units_table: the units there are now
    run: pd.Index  # units that are new or changed
    vanished: pd.Index

    @property
    def all_run(self) -> bool:
        return len(self.run) == len(self.rows)


def compare(step: Step, shard: Shard, before: pa.Table, force: bool) -> Units:
    """The units of `shard` against what was remembered of the same persons."""
    column = granularity(step)
    now = _digests(shard, column)
    known = (
        pd.Series(before["digest"].to_numpy(), index=before["unit"].to_pandas())
        if len(before)
        else pd.Series(dtype="uint64")
    )
    same = (
        known.reindex(now["unit"]).to_numpy() == now["digest"].to_numpy()
        if len(known) and len(now)
        else np.zeros(len(now), bool)
    )
    run = pd.Index(now["unit"] if force else now["unit"][~same])
    vanished = pd.Index(known.index.difference(pd.Index(now["unit"])))
    rows = pa.Table.from_pandas(now, schema=units_table(step.name).schema, preserve_index=False)
    return Units(rows, run, vanished)


def _digests(shard: Shard, column: str) -> pd.DataFrame:
    """subject_id, unit, digest: rows of the unit added up, and to them the rows of its person that are context."""
    units, context = [], []
    for name, rows in shard.items():
        if "subject_id" not in rows.column_names or not len(rows):
            continue
        salt = np.uint64(int.from_bytes(name.encode()[-8:].rjust(8, b"\0"), "big"))
        frame = pd.DataFrame(
            {"subject_id": rows["subject_id"].to_numpy(), "digest": row_digests(rows) * np.uint64(3) + salt}
        )
        if column in rows.column_names:
            units.append(_added(frame.assign(unit=_unit(rows, column)), ["subject_id", "unit"]))
        else:
            context.append(_added(frame, ["subject_id"]))
    if not units:
        return pd.DataFrame(
            {"subject_id": np.zeros(0, "int64"), "unit": np.zeros(0, "object"), "digest": np.zeros(0, "uint64")}
        )
    found = _added(pd.concat(units), ["subject_id", "unit"])
    if context:
        known = _added(pd.concat(context), ["subject_id"]).set_index("subject_id")["digest"]
        found["digest"] += known.reindex(found["subject_id"], fill_value=0).to_numpy().astype("uint64") * np.uint64(5)
    found["unit"] = found["unit"].astype(str)
    return found


def _unit(rows: pa.Table, column: str) -> Any:
    values = rows[column]
    return values.to_numpy() if pa.types.is_integer(values.type) else values.to_pandas()


def _added(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Digests summed by group, modulo 2^64."""
    return frame.groupby(by, sort=False)["digest"].sum().reset_index()
