"""The stage that brings results back to real persons, ids, dates and offsets: for coders, billing and safety teams.

It reads both sides of the gate and writes phi/ only. A row whose person, note, encounter or study is not known any more
leads nowhere and is left out; the account of the step shows how many rows went in and how many came out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.work import Shard
from nlp.deid.crosswalk import ENCOUNTERS, STUDIES, Crosswalk
from nlp.deid.evidence import Evidence
from nlp.deid.wording import Wording
from schemas.registry import table

CODE_VERSION = "1"  # raise it when the same rows give other results
RESULTS = (
    "codes",
    "codes_account",
    "findings",
    "findings_account",
    "pathology",
    "pathology_account",
    "outcomes",
    "outcomes_account",
    "reports",
    "reports_account",
    "worklist",
)
TIMES = ("prediction_time", "onset", "time")
WRITTEN = {"findings": ("drug", "effect"), "pathology": ("value",)}
"""Columns that hold words as the note has them."""


@dataclass(frozen=True)
class Relink:
    """`moved`: the policy of the open tables moves dates by the person's offset."""

    moved: bool = True

    @property
    def reads(self) -> tuple[str, ...]:
        own = ("phi/identities", "phi/spans", *dict.fromkeys((*ENCOUNTERS, *STUDIES)))
        return (*own, "notes", *RESULTS)

    @property
    def writes(self) -> tuple[str, ...]:
        return tuple(f"phi/{name}" for name in RESULTS)

    @property
    def unit(self) -> str:
        return "subject_id"

    @property
    def version(self) -> str:
        return CODE_VERSION

    @property
    def releases(self) -> bool:
        return False

    def open(self) -> None:
        """Nothing to load."""

    def run(self, shard: Shard) -> Shard:
        results = {name: shard[name] for name in RESULTS if len(shard.get(name, ()))}
        if "phi/identities" not in shard or not results:
            return {}
        back = Back(shard, Crosswalk.of(shard, results.values()), self.moved)
        return {f"phi/{name}": back.rows(name, rows) for name, rows in results.items()}


@dataclass(frozen=True)
class Back:
    shard: Shard
    crosswalk: Crosswalk
    moved: bool

    def rows(self, name: str, rows: pa.Table) -> pa.Table:
        """One table with real ids, without the rows that lead nowhere."""
        held: list[pa.ChunkedArray] = []
        for column in ("subject_id", "encounter_id", "note_id", "study_id"):
            if column in rows.column_names:
                held.append(self._known(rows[column], column))
        rows = rows.filter(_all(held))
        for column, changed in self._changes(name).items():
            if column in rows.column_names:
                rows = rows.set_column(rows.column_names.index(column), column, changed(rows))
        return table(f"phi/{name}").conform(rows)

    def _known(self, values: pa.ChunkedArray, column: str) -> pa.ChunkedArray:
        """Values that lead somewhere; null does where the column may be null."""
        known = pc.is_in(values, value_set=pa.array(list(self._ids[column]()), values.type))
        return known if column == "subject_id" else pc.or_(known, pc.is_null(values))

    @cached_property
    def _ids(self) -> Mapping[str, Callable[[], Mapping[Any, Any]]]:
        return {
            "subject_id": lambda: self._subjects,
            "encounter_id": lambda: self._encounters,
            "note_id": lambda: self._notes,
            "study_id": lambda: self._studies,
            "linked_event": lambda: self._events,
        }

    def _changes(self, name: str) -> Mapping[str, Callable[[pa.Table], pa.Array]]:
        """How each column is brought back; words and times first, while the rows still have open ids."""
        words = {column: self._worded(column) for column in WRITTEN.get(name, ())}
        ids = {column: self._translated(column) for column in self._ids}
        times = {column: self._timed(column) for column in TIMES if column != "time" or name == "reports"}
        compared = {"sentences": self._compared} if name == "reports" else {}  # the account counts sentences
        return {**words, **times, "evidence": self._evidence, **compared, **ids}

    def _translated(self, column: str) -> Callable[[pa.Table], pa.Array]:
        def back(rows: pa.Table) -> pa.Array:
            known = self._ids[column]()
            return pa.array([known.get(value) for value in rows[column].to_pylist()], rows.schema.field(column).type)

        return back

    def _worded(self, column: str) -> Callable[[pa.Table], pa.Array]:
        return lambda rows: self._wording.read_again(rows, column)

    def _timed(self, column: str) -> Callable[[pa.Table], pa.Array]:
        """Before the dates moved; null stays null."""

        def back(rows: pa.Table) -> pa.Array:
            times = rows[column].to_numpy().astype("datetime64[us]")
            weeks = [self.crosswalk.persons[opened].offset_weeks for opened in rows["subject_id"].to_pylist()]
            shift = np.array(weeks, "int64") * (7 if self.moved else 0)
            return pa.array(times - shift.astype("timedelta64[D]"), pa.timestamp("us"))

        return back

    def _evidence(self, rows: pa.Table) -> pa.Array:
        return self._spans.back(rows["evidence"])

    def _compared(self, rows: pa.Table) -> pa.Array:
        """Sentences of reports, whose prior study is named by its id; a study that is not known any more by none."""
        every = rows["sentences"].to_pylist()
        back = [
            each and [said | {"prior_study_id": self._studies.get(said["prior_study_id"])} for said in each]
            for each in every
        ]
        return pa.array(back, rows.schema.field("sentences").type)

    @cached_property
    def _spans(self) -> Evidence:
        return Evidence.of(self.shard.get("phi/spans"), self._notes)

    @cached_property
    def _wording(self) -> Wording:
        return Wording(self._spans, self.shard.get("notes"), self.shard.get("phi/notes"))

    @cached_property
    def _subjects(self) -> dict[int, int]:
        return {opened: secret.subject_id for opened, secret in self.crosswalk.persons.items()}

    @cached_property
    def _encounters(self) -> dict[str, str]:
        return self.crosswalk.encounters()

    @cached_property
    def _notes(self) -> dict[str, str]:
        return self.crosswalk.notes()

    @cached_property
    def _studies(self) -> dict[str, str]:
        return self.crosswalk.studies()

    @cached_property
    def _events(self) -> dict[str, str]:
        return self.crosswalk.events()


def _all(held: list[pa.ChunkedArray]) -> pa.ChunkedArray:
    found = held[0]
    for other in held[1:]:
        found = pc.and_(found, other)
    return found
