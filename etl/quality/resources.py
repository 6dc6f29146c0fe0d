"""Checks of FHIR rows: codes, values, times and encounters that are missing, ends before starts."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.work import Shard
from etl.quality.counts import Counts, Mask, Sources
from etl.quality.knowledge import elements
from etl.timeline.times import NO_TIME, instants
from schemas.fhir import resource_types

PREFIX = "phi/fhir/"


@dataclass(frozen=True)
class Typed:
    """The rows of one FHIR type in a shard, and whose they are."""

    kind: str
    rows: pa.Table
    sources: Sources


def typed(shard: Shard) -> list[Typed]:
    found = {name.removeprefix(PREFIX): rows for name, rows in shard.items() if name.startswith(PREFIX) and len(rows)}
    return [Typed(kind, rows, Sources(rows["source"])) for kind, rows in found.items() if "source" in rows.column_names]


def look(tables: Iterable[Typed], counts: Counts) -> None:
    said = [_Table(each, counts) for each in tables if each.kind in resource_types()]
    ids = next(
        (each.rows["id"].combine_chunks() for each in said if each.kind == "Encounter"), pa.array([], pa.string())
    )
    for each in said:
        each.look()
    _encounters(said, ids)


class _Table:
    """The rows of one type."""

    def __init__(self, typed: Typed, counts: Counts) -> None:
        self.kind, self.rows, self.sources, self.counts = typed.kind, typed.rows, typed.sources, counts

    def look(self) -> None:
        self.told("rejected", None)
        for what, check in (("time", "time-missing"), ("value", "value-missing")):
            if self.kind in elements(what):
                self.told(check, self._lacking(elements(what)[self.kind]))
        if self.kind in elements("code"):
            self.told("code-missing", self._uncoded(elements("code")[self.kind][0]))
        if self.kind == "Patient":
            self.told("birth-missing", self._lacking(("birthDate",)))
            self.told("sex-missing", self._lacking(("gender",)))
        self._periods()

    def told(self, check: str, failed: Mask | None, looked_at: Mask | None = None) -> None:
        self.counts.by_source(self.sources, self.kind, check, failed, looked_at)

    def _lacking(self, names: tuple[str, ...]) -> Mask | None:
        """True where all the elements are null, None: nowhere; a sparse table may lack the column."""
        columns = [self.rows[name] for name in names if name in self.rows.column_names]
        if any(not column.null_count for column in columns):
            return None
        found = np.ones(len(self.rows), bool)
        for column in columns:
            found &= pc.is_null(column).to_numpy()
        return found

    def _uncoded(self, name: str) -> Mask:
        if name not in self.rows.column_names:
            return np.ones(len(self.rows), bool)
        codings = pc.struct_field(self.rows[name], "coding")
        lengths: Mask = pc.fill_null(pc.list_value_length(codings), 0).to_numpy() == 0
        return lengths

    def _periods(self) -> None:
        pair = None
        if (period := elements("period").get(self.kind)) and period[0] in self.rows.column_names:
            pair = [pc.struct_field(self.rows[period[0]], end) for end in ("start", "end")]
        elif (span := elements("span").get(self.kind)) and set(span) <= set(self.rows.column_names):
            pair = [self.rows[name] for name in span]
        if pair:
            both = pc.and_(pair[0].is_valid(), pair[1].is_valid()).to_numpy()
            if both.any():
                self.told("end-before-start", _backwards(*pair), both)

    def encounters(self) -> pa.ChunkedArray | None:
        """References to them, row by row; None: there are none."""
        path = elements("encounter").get(self.kind, ("",))[0].split(".")
        if path[0] not in self.rows.column_names:
            return None
        found = self.rows[path[0]]
        for name in path[1:]:
            found = pc.struct_field(found, name)
        if pa.types.is_list(found.type):
            found = pc.list_element(pc.if_else(pc.greater(pc.list_value_length(found), 0), found, None), 0)
        named = pc.struct_field(found, "reference")
        return named if named.null_count < len(named) else None


def _encounters(tables: list[_Table], ids: pa.Array) -> None:
    """Of all types at once: the ids are put into a table of hashes once."""
    named = [(table, found) for table in tables if (found := table.encounters()) is not None]
    if not named:
        return
    absent = ~_known(pa.chunked_array([chunk for _, found in named for chunk in found.chunks], pa.string()), ids)
    for table, found in named:
        mine, absent = absent[: len(found)], absent[len(found) :]
        table.told("encounter-absent", mine, found.is_valid().to_numpy() if found.null_count else None)


def _backwards(start: pa.ChunkedArray, end: pa.ChunkedArray) -> Mask | None:
    """As text first: what ends earlier in letters is read as times, whatever its zone."""
    earlier = pc.less(end, start)
    if not pc.any(earlier).as_py():
        return None
    found = np.asarray(pc.fill_null(earlier, False).to_numpy()).copy()
    at = np.flatnonzero(found)
    if len(at):
        starts, ends = (instants(side.take(pa.array(at))) for side in (start, end))
        found[at] = (ends.end < starts.start) & (ends.end != NO_TIME)
    return found


def _known(named: pa.ChunkedArray, ids: pa.Array) -> Mask:
    """Encounter/ID of an encounter that is there; other spellings of a reference by their last part."""
    found = np.asarray(pc.is_in(named, pc.binary_join_element_wise("Encounter/", ids, "")).to_numpy()).copy()
    others = np.flatnonzero(~found)
    if len(others):
        rest = pc.replace_substring_regex(named.take(pa.array(others)), r"/_history/.*$", "")
        last = pc.replace_substring_regex(rest, r"^.*/|^urn:uuid:", "")
        found[others] = np.asarray(pc.is_in(last, ids).to_numpy())
    return found
