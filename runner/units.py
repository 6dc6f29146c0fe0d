"""Units of a step: which are new or changed since the night before, told by digests of their rows and context."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from contract.work import Shard
from runner.plan import Step
from runner.rows import Persons
from schemas.digests import row_digests
from schemas.registry import table


def granularity(step: Step) -> str:
    """The column that splits the step's work: its unit, or the person where the unit cannot match its tables.

    Past the gate a unit may have another name, and rows whose unit is null would belong to none.
    """
    unit = step.stage.unit
    tables = [table(name) for name in (*step.reads, *step.writes)]
    held = [column for t in tables for column in t.columns if column.name == unit]
    written = all(unit in table(name).schema.names for name in step.writes)
    one_side = len({t.phi for t in tables}) == 1
    return unit if written and one_side and all(column.required for column in held) else "subject_id"


@dataclass(frozen=True)
class Units:
    rows: pd.DataFrame  # subject_id, unit, digest: the units there are now
    run: pd.Index  # units that are new or changed
    vanished: pd.Index
    subjects: np.ndarray  # whose units run or vanished

    @property
    def redone(self) -> pd.Index:
        """Units whose last results go. An empty index has no type, and would make numbers of the other inexact."""
        held = [index for index in (self.run, self.vanished) if len(index)]
        return held[0].append(held[1:]) if held else self.run

    @property
    def all_run(self) -> bool:
        return len(self.run) == len(self.rows)


def compare(step: Step, persons: Persons, now: Shard, before: Shard, force: bool) -> Units:
    """The units of the same persons tonight and in the last snapshot, whose results are what the step made of them."""
    column = granularity(step)
    if force or not any(len(rows) for rows in before.values()):
        rows, known = _listed(persons, now, column), _listed(persons, before, column)
        run = pd.Index(rows["unit"])
    else:
        rows, known = _digests(persons, now, column), _digests(persons, before, column)
        run = pd.Index(_differing(rows, known))
    gone = known[~known["unit"].isin(rows["unit"])]
    ran = rows[rows["unit"].isin(run)]
    left = known[known["unit"].isin(run)]  # a unit that another subject had before leaves that one
    subjects = np.unique(np.concatenate([found["subject_id"].to_numpy() for found in (ran, left, gone)]))
    return Units(rows, run, pd.Index(gone["unit"]), subjects)


def _differing(rows: pd.DataFrame, known: pd.DataFrame) -> Any:
    """Units that are not as they were; two sources may call two units alike, so each counts with its subject."""
    both = rows.merge(known, on=["subject_id", "unit"], how="outer", suffixes=("", "_known"), indicator=True)
    same = (both["_merge"] == "both") & (both["digest"] == both["digest_known"])
    return rows["unit"][rows["unit"].isin(both["unit"][~same])].unique()


def _listed(persons: Persons, shard: Shard, column: str) -> pd.DataFrame:
    """The units without digests, where all run anyway."""
    frames = [
        _named(persons, name, rows, column)
        for name, rows in shard.items()
        if len(rows) and "subject_id" in rows.column_names and column in rows.column_names
    ]
    return pd.concat([f.drop_duplicates() for f in frames]).drop_duplicates() if frames else _none()


def _none() -> pd.DataFrame:
    return pd.DataFrame({"subject_id": np.zeros(0, "int64"), "unit": [], "digest": np.zeros(0, "uint64")})


def _digests(persons: Persons, shard: Shard, column: str) -> pd.DataFrame:
    """subject_id, unit, digest: rows of the unit added up, and to them the rows of its person that are context."""
    units, context = [], []
    for name, rows in shard.items():
        if "subject_id" not in rows.column_names or not len(rows):
            continue
        salt = np.uint64(int.from_bytes(name.encode()[-8:].rjust(8, b"\0"), "big"))
        frame = _named(persons, name, rows, column).assign(digest=row_digests(rows) * np.uint64(3) + salt)
        if "unit" in frame:
            units.append(_added(frame, ["subject_id", "unit"]))
        else:
            context.append(_added(frame, ["subject_id"]))
    if not units:
        return _none()
    found = _added(pd.concat(units), ["subject_id", "unit"])
    if context:
        known = _added(pd.concat(context), ["subject_id"]).set_index("subject_id")["digest"]
        found["digest"] += known.reindex(found["subject_id"], fill_value=0).to_numpy().astype("uint64") * np.uint64(5)
    return found


def _named(persons: Persons, name: str, rows: pa.Table, column: str) -> pd.DataFrame:
    """subject_id, and the unit of every row where the table has it."""
    subjects = persons.subjects(rows, table(name).phi)
    frame = pd.DataFrame({"subject_id": subjects})
    if column not in rows.column_names:
        return frame
    return frame.assign(unit=subjects if column == "subject_id" else _values(rows[column]))


def _values(column: pa.ChunkedArray) -> Any:
    return column.to_numpy() if pa.types.is_integer(column.type) else column.to_pandas()


def _added(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Digests summed by group, modulo 2^64."""
    return frame.groupby(by, sort=False)["digest"].sum().reset_index()
