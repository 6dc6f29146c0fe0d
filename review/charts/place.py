"""Where a chart's rows stand on a side of the gate: whose they are, and which encounter ids are the chart's."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from nlp.deid.crosswalk import Crosswalk
from review.charts.chart import Side
from review.charts.faults import Gone, Withheld
from review.charts.night import IDENTITIES, Night


@dataclass(frozen=True)
class Place:
    """`encounters`: one past the gate has a second name where two sources call two of them alike."""

    night: Night
    side: Side
    shard: str
    subject_id: int
    encounters: tuple[str, ...]

    def own(self, table: str) -> pa.Table | None:
        """The person's rows; None: there are none."""
        return self._own(self.night.rows(f"phi/{table}" if self.side == "phi" else table, self.shard))

    def timeline(self) -> pa.Table | None:
        return self._own(self.night.told(self.side, self.shard))

    def _own(self, rows: pa.Table | None) -> pa.Table | None:
        found = None if rows is None else rows.filter(pc.equal(rows["subject_id"], self.subject_id))
        return found if found is not None and len(found) else None

    def of_encounter(self, table: str) -> pa.Table | None:
        rows = self.own(table)
        return None if rows is None else rows.filter(self.among(rows["encounter_id"]))

    def among(self, ids: pa.ChunkedArray) -> pa.ChunkedArray:
        kind = ids.type.value_type if pa.types.is_dictionary(ids.type) else ids.type
        return pc.is_in(ids, pa.array(self.encounters, kind))


def place(night: Night, side: Side, subject_id: int, encounter_id: str) -> Place:
    shard = night.shard(subject_id)
    if shard is None:
        raise Gone
    original = Place(night, "phi", shard, subject_id, (encounter_id,))
    return original if side == "phi" else _opened(original, encounter_id)


def _opened(original: Place, encounter_id: str) -> Place:
    """As the gate names it: recomputed with the person's salt, which is never shown."""
    night = original.night
    identities = night.people.of_subject(original.subject_id)
    shard = {IDENTITIES: identities, "phi/fhir/Encounter": _one(original.subject_id, "id", encounter_id)}
    shard["phi/notes"] = _one(original.subject_id, "note_id", encounter_id).append_column(
        "encounter_id", pa.nulls(1, pa.string())
    )
    crosswalk = Crosswalk.of_subjects(shard, [original.subject_id])
    open_id = next(iter(crosswalk.persons), None)
    if open_id is None:
        raise Withheld
    return Place(night, "open", original.shard, open_id, tuple(crosswalk.encounters()))


def _one(subject_id: int, column: str, value: str) -> pa.Table:
    return pa.table({"subject_id": pa.array([subject_id], pa.int64()), column: [value]})
