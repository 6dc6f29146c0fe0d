"""Units of a step: which are new or changed since the night before, told by digests of their rows and context."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from contract.work import Shard
from runner.plan import Step
from schemas.digests import row_digests
from schemas.registry import table


def granularity(step: Step) -> str:
    """The column that splits the step's work: its unit, or the person where the unit cannot match its tables."""
    unit = step.stage.unit
    matched = all(unit in table(name).schema.names and table(name).phi for name in step.writes)
    return unit if matched and not step.stage.releases else "subject_id"


@dataclass(frozen=True)
class Units:
    rows: pd.DataFrame  # subject_id, unit, digest: the units there are now
    run: pd.Index  # units that are new or changed
    vanished: pd.Index
    subjects: np.ndarray  # whose units run or vanished

    @property
    def all_run(self) -> bool:
        return len(self.run) == len(self.rows)


def compare(step: Step, now: Shard, before: Shard, force: bool) -> Units:
    """The units of the same persons tonight and in the last snapshot, whose results are what the step made of them."""
    column = granularity(step)
    if force or not any(len(rows) for rows in before.values()):
        rows, known = _listed(now, column), _listed(before, column)
        run = pd.Index(rows["unit"])
    else:
        rows, known = _digests(now, column), _digests(before, column)
        said = known.set_index("unit")["digest"].reindex(rows["unit"])
        run = pd.Index(rows["unit"][(said.isna() | (said.to_numpy() != rows["digest"].to_numpy())).to_numpy()])
    gone = known[~known["unit"].isin(rows["unit"])]
    ran = rows if len(run) == len(rows) else rows[rows["unit"].isin(run)]
    subjects = np.unique(np.concatenate([ran["subject_id"].to_numpy(), gone["subject_id"].to_numpy()]))
    return Units(rows, run, pd.Index(gone["unit"]), subjects)


def _listed(shard: Shard, column: str) -> pd.DataFrame:
    """The units without digests, where all run anyway."""
    frames = [
        pd.DataFrame({"subject_id": rows["subject_id"].to_numpy(), "unit": _unit(rows, column)})
        for rows in shard.values()
        if len(rows) and "subject_id" in rows.column_names and column in rows.column_names
    ]
    return pd.concat([f.drop_duplicates() for f in frames]).drop_duplicates() if frames else _none()


def _none() -> pd.DataFrame:
    return pd.DataFrame({"subject_id": np.zeros(0, "int64"), "unit": [], "digest": np.zeros(0, "uint64")})


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
        return _none()
    found = _added(pd.concat(units), ["subject_id", "unit"])
    if context:
        known = _added(pd.concat(context), ["subject_id"]).set_index("subject_id")["digest"]
        found["digest"] += known.reindex(found["subject_id"], fill_value=0).to_numpy().astype("uint64") * np.uint64(5)
    return found


def _unit(rows: pa.Table, column: str) -> Any:
    values = rows[column]
    return values.to_numpy() if pa.types.is_integer(values.type) else values.to_pandas()


def _added(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Digests summed by group, modulo 2^64."""
    return frame.groupby(by, sort=False)["digest"].sum().reset_index()
