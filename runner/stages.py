"""Steps run on the persons of a batch whose rows changed: only units that are new or changed, the rest as it was."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from contract.errors import ChartloomError, StageError
from contract.work import Shard, Stage
from runner.clock import Clock
from runner.job import Job, StepAccount
from runner.landing import Past
from runner.plan import Step
from runner.rows import SHARED, Persons, only, shard_name
from runner.units import Units, compare, granularity
from schemas.digests import row_digests
from schemas.people import IDENTITIES
from schemas.registry import table
from schemas.segments import keep


@dataclass
class Desk:
    """The tables of one batch while steps run: complete rows of the touched shards, and who is affected."""

    job: Job
    persons: Persons
    past: Past
    tables: dict[str, pa.Table]
    changed: dict[str, np.ndarray]  # table -> subjects whose rows are not what they were
    shared: Mapping[str, pa.Table] = field(default_factory=dict)

    def names(self, subjects: np.ndarray) -> list[str]:
        """Shards of some subjects."""
        return [shard_name(int(number)) for number in self.persons.shards(subjects)]

    @property
    def shards(self) -> tuple[str, ...]:
        return self.past.shards

    def last_night(self, name: str) -> pa.Table:
        return self._of_shards(self.past.identities) if name == IDENTITIES.name else self.past.read(name)

    def rows(self, name: str) -> pa.Table:
        """Of a table as it stands now; read from last night when nothing has touched it."""
        if name == IDENTITIES.name:
            return self._of_shards(self.persons.table)
        if name not in self.tables:
            gone = name in self.job.night.dropped
            self.tables[name] = table(name).empty() if gone else self.last_night(name)
            self.changed[name] = np.zeros(0, dtype=np.int64)
        return self.tables[name]

    def _of_shards(self, identities: pa.Table) -> pa.Table:
        """Of the persons of the shards."""
        numbers = identities["ordinal"].to_numpy() // self.persons.shard_subjects
        return identities.filter(pa.array(np.isin(numbers, [int(s) for s in self.shards if s != SHARED])))

    def affected(self, step: Step) -> np.ndarray | None:
        """Subjects for whom the step may have something to do; None: all of the shards."""
        if step.name in self.job.night.forced:
            return None
        found = [self.changed[name] for name in step.reads if name in self.changed]
        found += [self._renamed()] if IDENTITIES.name in step.reads else []
        moved = [self.job.night.moved[side].to_numpy() for side in ("from_subject", "to_subject")]
        return np.unique(np.concatenate([*found, *moved])) if found or len(moved[0]) else np.zeros(0, dtype=np.int64)

    def _renamed(self) -> np.ndarray:
        """Subjects of whom another thing is known than last night."""
        now, before = self.rows(IDENTITIES.name), self.last_night(IDENTITIES.name)
        found: np.ndarray = now["subject_id"].to_numpy()[~np.isin(row_digests(now), row_digests(before))]
        return found


def run(desk: Desk, step: Step, clock: Clock) -> StepAccount:
    """Run one step; its outputs and its memory of units join the desk."""
    forced = step.name in desk.job.night.forced
    if desk.job.shared:
        return _run_shared(desk, step, clock, forced)
    who = desk.affected(step)
    with clock.part("units"):
        shard = {name: _of(desk, name, desk.rows(name), who) for name in step.reads}
        before = {name: _of(desk, name, desk.last_night(name), who) for name in step.reads}
        units = compare(step, desk.persons, shard, before, force=forced)
    with clock.part(step.name):
        made = _outputs(step, _pick(desk, step, shard, units), desk.shared) if len(units.run) else {}
        outputs = {name: _of_persons(rows) for name, rows in made.items()}
    with clock.part("units"):
        for name in step.writes:
            _settle(desk, step, name, outputs.get(name), units)
    return StepAccount(
        len(units.rows), len(units.run), {n: len(t) for n, t in shard.items()}, {n: len(t) for n, t in outputs.items()}
    )


def _of_persons(rows: pa.Table) -> pa.Table:
    """Without what the step made again of rows that belong to no patient: they have their own turn."""
    if "subject_id" not in rows.column_names:
        return rows.slice(0, 0)
    return rows.filter(pc.is_valid(rows["subject_id"])) if rows["subject_id"].null_count else rows


def _run_shared(desk: Desk, step: Step, clock: Clock, forced: bool) -> StepAccount:
    """Rows of no patient are one piece of work: run whole, or not at all."""
    shard = {name: desk.rows(name) for name in step.reads if name != IDENTITIES.name}
    said = [np.sort(row_digests(rows)).tolist() for rows in shard.values()]
    if not forced and said == [np.sort(row_digests(desk.last_night(name))).tolist() for name in shard]:
        return StepAccount()
    with clock.part(step.name):
        outputs = _outputs(step, shard, {})
    for name in step.writes:
        desk.tables[name] = outputs.get(name, table(name).empty())
        desk.changed[name] = np.zeros(0, dtype=np.int64)
    return StepAccount(0, 0, {n: len(t) for n, t in shard.items()}, {n: len(t) for n, t in outputs.items()})


def _of(desk: Desk, name: str, rows: pa.Table, who: np.ndarray | None) -> pa.Table:
    if who is None or not len(rows) or "subject_id" not in rows.column_names:
        return rows
    return desk.persons.only(rows, who, table(name).phi)


def _pick(desk: Desk, step: Step, shard: Shard, units: Units) -> Shard:
    """The rows of the units to run, and the context of their persons."""
    if units.all_run:
        return shard
    column = granularity(step)
    return {name: _picked(desk, name, rows, column, units) for name, rows in shard.items()}


def _picked(desk: Desk, name: str, rows: pa.Table, column: str, units: Units) -> pa.Table:
    if column == "subject_id" or column not in rows.column_names:
        return _of(desk, name, rows, units.subjects)
    return only(rows, units.run, column) if len(rows) else rows


def _outputs(step: Step, shard: Shard, shared: Shard) -> Shard:
    given = {**{n: shared[n] for n in step.reads if n in shared}, **_filled(shard, shared)}
    made = outcome(step.name, step.stage, given)
    return {name: table(name).conform(rows) if not table(name).sparse else rows for name, rows in made.items()}


def outcome(name: str, stage: Stage, shard: Shard) -> Shard:
    """What a stage makes of some rows. When it fails, its error is told without what it says: that may be a row."""
    try:
        made = stage.run(shard)
    except ChartloomError:
        raise
    except Exception as error:
        raise StageError(f"step {name} failed with {type(error).__name__}; `--debug` shows where.") from error
    unknown = set(made) - set(stage.writes)
    if unknown:
        raise StageError(f"step {name} wrote {sorted(unknown)}, which it does not declare; it writes {stage.writes}.")
    return made


def _filled(shard: Shard, shared: Shard) -> Shard:
    """Tables with rows; one without is handed over empty with its declared columns, unless shared rows stand in."""
    return {n: t if t.num_columns else table(n).empty() for n, t in shard.items() if len(t) or n not in shared}


def _settle(desk: Desk, step: Step, name: str, made: pa.Table | None, units: Units) -> None:
    """The step's table as it stands now: last night's rows of units that did not run, tonight's of those that did."""
    phi = table(name).phi
    old = desk.last_night(name)
    redone = units.redone
    if len(old) and len(redone):
        old = keep(old, ~_belongs(desk, step, old, redone, phi).to_numpy())
    parts = [rows for rows in (old, made) if rows is not None and len(rows)]
    rows = pa.concat_tables(parts, promote_options="default") if parts else table(name).empty()
    desk.tables[name] = _ordered(desk, step, name, rows, mixed=len(parts) > 1)
    desk.changed[name] = units.subjects


def _belongs(desk: Desk, step: Step, rows: pa.Table, redone: pd.Index, phi: bool) -> pa.ChunkedArray:
    column = granularity(step)
    if column != "subject_id" or phi:
        return pc.is_in(rows[column], pa.array(redone, rows.schema.field(column).type))
    return pc.is_in(rows["subject_id"], pa.array(desk.persons.open_ids(redone.to_numpy().astype("int64"))))


def _ordered(desk: Desk, step: Step, name: str, rows: pa.Table, *, mixed: bool) -> pa.Table:
    """Persons by ordinal; in a person, where units of several nights mix, by the table's declared order."""
    phi = table(name).phi
    if mixed and granularity(step) != "subject_id" and table(name).order:
        placed = rows.append_column("ordinal", pa.array(desk.persons.of_rows(rows, phi)))
        keys = [(column, "ascending", "at_start") for column in ("ordinal", *table(name).order)]
        return rows.take(pc.sort_indices(placed, sort_keys=keys))
    return desk.persons.in_order(rows, phi)
