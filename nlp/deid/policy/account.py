"""What was done to how many values of whom: the account of the gate."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

ACCOUNT = pa.schema(
    [
        pa.field("subject_id", pa.int64()),  # null: rows of no person
        pa.field("table", pa.string(), nullable=False),
        pa.field("element", pa.string(), nullable=False),  # empty: whole rows
        pa.field("action", pa.string(), nullable=False),  # such as shift, keep public, drop: no rule, withhold: part2
        pa.field("values", pa.int64(), nullable=False),
    ]
)


@dataclass
class Account:
    _found: list[tuple[list[int | None], str, str, str, np.ndarray]] = field(default_factory=list)

    def add(self, subjects: list[int | None], table: str, element: str, action: str, places: np.ndarray) -> None:
        """One value for each of `places` in the list of subjects."""
        if len(places):
            counts = np.bincount(places, minlength=len(subjects))
            self._found.append((subjects, table, element, action, counts))

    def table(self) -> pa.Table:
        """Sums by all columns but the last, in order."""
        parts = [self._rows(*found) for found in self._found]
        rows = pa.concat_tables([ACCOUNT.empty_table(), *parts])
        by = ACCOUNT.names[:-1]
        summed = rows.group_by(by).aggregate([("values", "sum")]).rename_columns([*by, "values"])
        return summed.sort_by([(name, "ascending") for name in by]).cast(ACCOUNT)

    def _rows(self, subjects: list[int | None], table: str, element: str, action: str, counts: np.ndarray) -> pa.Table:
        held = np.flatnonzero(counts)
        whose = pa.array(subjects, pa.int64()).take(pa.array(held))
        said = [pa.repeat(pa.scalar(word), len(held)) for word in (table, element, action)]
        return pa.Table.from_arrays([whose, *said, pa.array(counts[held], pa.int64())], schema=ACCOUNT)
