"""Checks of FHIR rows: codes, values, times and encounters that are missing, ends before starts."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.work import Shard
from etl.quality.counts import Counts, Mask, Sources
from etl.quality.knowledge import elements
from etl.timeline.times import NO_TIME, instants
from schemas.fhir import resource_types

PREFIX = "phi/fhir/"


def look(shard: Shard, counts: Counts) -> None:
    people = shard.get(f"{PREFIX}Encounter")
    ids = people["id"].combine_chunks() if people is not None and len(people) else pa.array([], pa.string())
    for name, rows in shard.items():
        kind = name.removeprefix(PREFIX)
        if kind in resource_types() and len(rows) and "source" in rows.column_names:
            _Table(kind, rows, Sources(rows["source"]), counts).look(ids)


class _Table:
    """The rows of one type."""

    def __init__(self, kind: str, rows: pa.Table, sources: Sources, counts: Counts) -> None:
        self.kind, self.rows, self.sources, self.counts = kind, rows, sources, counts

    def look(self, encounters: pa.Array) -> None:
        self._told("rejected", np.zeros(len(self.rows), bool))
        for what, check in (("time", "time-missing"), ("value", "value-missing")):
            if self.kind in elements(what):
                self._told(check, self._lacking(elements(what)[self.kind]))
        if self.kind in elements("code"):
            self._told("code-missing", self._uncoded(elements("code")[self.kind][0]))
        if self.kind == "Patient":
            self._told("birth-missing", self._lacking(("birthDate",)))
            self._told("sex-missing", self._lacking(("gender",)))
        self._periods()
        self._encounters(encounters)

    def _told(self, check: str, failed: Mask, looked_at: Mask | None = None) -> None:
        self.counts.by_source(self.sources, self.kind, check, failed, looked_at)

    def _lacking(self, names: tuple[str, ...]) -> Mask:
        """True where all the elements are null; a sparse table may lack the column."""
        found = np.ones(len(self.rows), bool)
        for name in names:
            if name in self.rows.column_names and found.any():
                found &= pc.is_null(self.rows[name]).to_numpy()
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
                self._told("end-before-start", _backwards(*pair), both)

    def _encounters(self, ids: pa.Array) -> None:
        path = elements("encounter").get(self.kind, ("",))[0].split(".")
        if path[0] not in self.rows.column_names:
            return
        found = self.rows[path[0]]
        for name in path[1:]:
            found = pc.struct_field(found, name)
        if pa.types.is_list(found.type):
            found = pc.list_element(pc.if_else(pc.greater(pc.list_value_length(found), 0), found, None), 0)
        named = pc.struct_field(found, "reference")
        there = named.is_valid().to_numpy()
        if there.any():
            self._told("encounter-absent", ~_known(named, ids), there)


def _backwards(start: pa.ChunkedArray, end: pa.ChunkedArray) -> Mask:
    """As text first: what ends earlier in letters is read as times, whatever its zone."""
    found = np.asarray(pc.fill_null(pc.less(end, start), False).to_numpy()).copy()
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
