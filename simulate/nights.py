"""Two nights of one hospital: a full first export, then a delta of what is new or corrected, and the final state.

out/night1/csv + out/night2/csv, applied by Id where a table has one and appended where not, give out/final/csv.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulate.arrays import BLOCK, Bools, Ints, generator
from simulate.block import Block
from simulate.config import HospitalConfig, Progress
from simulate.hospital import blocks, refuse_full, write_block
from simulate.shared import draw_shared, shared_tables
from simulate.writing import Folder

OWNER = {"patients": "Id", "claims": "PATIENTID"}  # the column that names the patient; PATIENT elsewhere
CONTACT = {
    "encounters": "Id",
    "claims": "APPOINTMENTID",
    "patients": "",
    "payer_transitions": "",
}  # ENCOUNTER elsewhere
WRONG_COST = "0.01"


@dataclass(frozen=True)
class Nights:
    """How much the second night brings."""

    new_patients: int
    changed_patients: int
    rows_night1: int
    rows_night2: int


@dataclass(frozen=True)
class Change:
    """What the second night does within one block."""

    new: set[str]  # patient ids
    changed: set[str]  # patient ids
    late: set[str]  # encounter ids that night 1 does not hold
    corrected: set[str]  # encounter ids that night 1 holds with a wrong cost


def two_nights(config: HospitalConfig, out: Path, share: float = 0.01, progress: Progress | None = None) -> Nights:
    refuse_full(out)
    touched = max(2, round(config.patients * share))
    old = config.patients - touched // 2
    wanted = generator(config.seed, 0, "nights").choice(old, min(old, touched - touched // 2), replace=False)
    counts, done = np.zeros(2, np.int64), 0
    with Folder(out / "night1") as first, Folder(out / "night2") as second, Folder(out / "final") as final:
        for name, table in shared_tables(draw_shared(config)).items():
            first.csv(name, table)
            final.csv(name, table)
        for block, people in blocks(config):
            change = choose_changes(block, wanted, old)
            for name, table in write_block(final, block, people).items():
                before, after = split(name, table, change)
                first.csv(name, before)
                second.csv(name, after)
            final.parquet("truth/changes", changes_table(change))
            counts += len(change.new), len(change.changed)
            done += people
            if progress:
                progress(done, config.patients)
    return Nights(int(counts[0]), int(counts[1]), sum(first.rows.values()), sum(second.rows.values()))


def choose_changes(block: Block, wanted: Ints, old: int) -> Change:
    """A wanted person with fewer than two contacts is replaced by the next one of the block who has them."""
    e, start = block.encounters, block.number * BLOCK
    contacts = np.bincount(e.who, minlength=BLOCK)
    chosen: list[int] = []
    for person in sorted(int(w) - start for w in wanted if start <= w < start + BLOCK):
        able = [
            k
            for k in (*range(person, BLOCK), *range(person))
            if contacts[k] > 1 and k + start < old and k not in chosen
        ]
        chosen += able[:1]
    people = np.array(chosen, np.int64)
    first, last = np.searchsorted(e.who, people), np.searchsorted(e.who, people, side="right") - 1
    ids = [i.decode() for i in block.people.ids]
    new = {ids[k] for k in range(BLOCK) if old <= k + start < block.config.patients}
    return Change(new, {ids[k] for k in chosen}, {e.ids[k].decode() for k in last}, {e.ids[k].decode() for k in first})


def _among(table: pa.Table, column: str, values: set[str]) -> Bools:
    if not column:
        return np.zeros(table.num_rows, bool)
    return np.asarray(pc.is_in(table[column], pa.array(sorted(values), pa.string())))


def split(name: str, table: pa.Table, change: Change) -> tuple[pa.Table, pa.Table]:
    """The rows of night 1, some of them still wrong, and the rows of night 2."""
    late = _among(table, OWNER.get(name, "PATIENT"), change.new)
    late |= _among(table, CONTACT.get(name, "ENCOUNTER"), change.late)
    mended = np.zeros(table.num_rows, bool)
    before = table
    if name == "encounters":
        mended = _among(table, "Id", change.corrected) & ~late
        before = _set(table, "TOTAL_CLAIM_COST", mended, WRONG_COST)
    elif name == "patients":
        mended = _among(table, "Id", change.changed) & ~late
        before = _set(_set(table, "HEALTHCARE_EXPENSES", mended, WRONG_COST), "DEATHDATE", mended, None)
    return before.filter(pa.array(~late)), table.filter(pa.array(late | mended))


def _set(table: pa.Table, column: str, where: Bools, value: str | None) -> pa.Table:
    changed = pc.if_else(pa.array(where), pa.scalar(value, pa.string()), table[column])
    return table.set_column(table.column_names.index(column), column, changed)


def changes_table(change: Change) -> pa.Table:
    rows = [("new patient", i) for i in sorted(change.new)] + [("changed patient", i) for i in sorted(change.changed)]
    rows += [("late encounter", i) for i in sorted(change.late)] + [
        ("corrected encounter", i) for i in sorted(change.corrected)
    ]
    return pa.table(
        {"change": pa.array([r[0] for r in rows], pa.string()), "id": pa.array([r[1] for r in rows], pa.string())}
    )
