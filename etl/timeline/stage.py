"""The stage that weaves FHIR tables into timelines: phi/timeline, a MEDS data set, and what is to be doubted in it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import available_timezones

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from contract.errors import ConfigError
from contract.work import Shard
from etl.timeline import doubts, order
from etl.timeline.mapping import timeline_mapping
from etl.timeline.names import named
from etl.timeline.query import EVENTS, Query, table_of
from etl.timeline.times import NO_TIME, PRECISIONS, Instants, instants
from etl.units.knowledge import digest
from etl.units.values import compare
from schemas.clinical import PHI_TIMELINE
from schemas.quality import DUPLICATES, IMPLAUSIBLE

CODE_VERSION = "2"  # raise it when the same rows and mapping give another timeline


@dataclass
class BuildTimeline:
    """`zone` is where dates without zone were written: their day begins at its midnight."""

    zone: str = "UTC"

    def __post_init__(self) -> None:
        if self.zone not in available_timezones():
            raise ConfigError(f"BuildTimeline, zone: found {self.zone!r}, expected an IANA name such as Europe/Paris.")

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(map(table_of, (*timeline_mapping().kinds, "Medication", "Location")))

    @property
    def writes(self) -> tuple[str, ...]:
        return (PHI_TIMELINE.name, IMPLAUSIBLE.name, DUPLICATES.name)

    @property
    def unit(self) -> str:
        return "subject_id"

    @property
    def version(self) -> str:
        return f"{CODE_VERSION}-{timeline_mapping().digest}-{digest()}"

    @property
    def releases(self) -> bool:
        return False

    def open(self) -> None:
        _ = self._query

    def run(self, shard: Shard) -> Shard:
        events = pa.concat_tables([EVENTS.empty_table(), *self._query.events(shard)])
        people = order.persons(shard[name] for name in self.reads if _owned(shard, name))
        return _ordered(events, people, self.zone)

    @cached_property
    def _query(self) -> Query:
        return Query(timeline_mapping())


def _owned(shard: Shard, name: str) -> bool:
    """True of a table whose rows belong to persons; rows of the shared shard are context."""
    return name in shard and "subject_id" in shard[name].column_names


def _ordered(events: pa.Table, people: pa.Array, zone: str) -> Shard:
    events, when = _timed(events, zone)
    codes = _named(events.column("code"), _code_names)
    ranks = _ranks(codes.dictionary)[codes.indices.to_numpy()]
    subject = pc.index_in(events.column("subject_id"), people).to_numpy().astype(np.int64)
    rows = order.sort_indices(subject, when.start, ranks, events.column("fhir_id"))
    recorded = np.maximum(_known(events.column("recorded_time"), when, zone), when.start)
    at = pa.array(rows)
    codes = codes.take(at)
    units, numbers = (_encoded(events.column("unit")).take(at), events.column("numeric_value").take(at))
    compared = compare(codes, units, numbers.combine_chunks())
    columns = {
        "subject_id": events.column("subject_id").take(at),
        "time": _timestamps(when.start[rows]),
        "code": codes.dictionary_decode(),
        "numeric_value": numbers,
        "text_value": events.column("text_value").take(at).cast(pa.large_string()),
        "encounter_id": _named(events.column("encounter_id"), _last_parts).take(at).dictionary_decode(),
        "unit": units.dictionary_decode(),
        "recorded_time": _timestamps(recorded[rows]),
        "precision": _precisions(when.precision[rows]),
        "fhir_id": events.column("fhir_id").take(at),
        "canonical_value": compared.values,
        "canonical_unit": compared.units,
        "source": _encoded(events.column("source")).take(at).dictionary_decode(),
    }
    timeline = pa.table([columns[name] for name in PHI_TIMELINE.schema.names], schema=PHI_TIMELINE.schema)
    return {
        PHI_TIMELINE.name: timeline,
        IMPLAUSIBLE.name: doubts.implausible(timeline, compared),
        DUPLICATES.name: doubts.duplicates(timeline),
    }


def _timed(events: pa.Table, zone: str) -> tuple[pa.Table, Instants]:
    """Without the events whose time says something that is no time: nobody could know when they may be used."""
    when = instants(events.column("time"), zone)
    good = (when.start != NO_TIME) | events.column("time").is_null().to_numpy()
    if good.all():
        return events, when
    return events.filter(pa.array(good)), Instants(when.start[good], when.end[good], when.precision[good])


def _known(recorded: pa.ChunkedArray, when: Instants, zone: str) -> NDArray[np.int64]:
    said = instants(recorded, zone).end
    return np.where(said == NO_TIME, when.end, said)


def _named(texts: pa.ChunkedArray, name: Callable[[pa.Array], pa.Array]) -> pa.DictionaryArray:
    """Dictionary of the names of distinct texts; texts of one name share it."""
    each = _encoded(texts)
    names = name(each.dictionary).dictionary_encode()
    return pa.DictionaryArray.from_arrays(names.indices.take(each.indices), names.dictionary)


def _encoded(texts: pa.ChunkedArray) -> pa.DictionaryArray:
    """As a dictionary. Events of a visit say much the same one after the other: a run is looked up once."""
    runs = pc.run_end_encode(texts.combine_chunks()) if len(texts) else None
    if runs is None or len(runs.values) > len(texts) // 2:
        return texts.combine_chunks().dictionary_encode()
    each = runs.values.dictionary_encode()
    lengths = np.diff(runs.run_ends.to_numpy(), prepend=0)
    rows = pa.array(np.repeat(np.arange(len(lengths), dtype=np.int32), lengths))
    return pa.DictionaryArray.from_arrays(each.indices.take(rows), each.dictionary)


def _ranks(names: pa.Array) -> NDArray[np.int64]:
    ranks = np.empty(len(names), np.int64)
    ranks[pc.sort_indices(names).to_numpy()] = np.arange(len(names))
    return ranks


def _code_names(raw: pa.Array) -> pa.Array:
    return pa.array((named(each, timeline_mapping().systems) for each in raw.to_pylist()), pa.string())


def _last_parts(references: pa.Array) -> pa.Array:
    """ID of Encounter/ID, of its versions and of addresses that end so."""
    if pc.any(pc.match_substring(references, "/_history/")).as_py():
        references = pc.replace_substring_regex(references, r"(?s)/_history/.*", "")
    parts = pc.split_pattern(references, "/", max_splits=1, reverse=True)
    ends = np.cumsum(pc.list_value_length(parts).to_numpy()) - 1
    return parts.flatten().take(pa.array(ends))


def _timestamps(micros: NDArray[np.int64]) -> pa.Array:
    return pa.array(micros, pa.int64(), mask=micros == NO_TIME).cast(pa.timestamp("us"))


def _precisions(found: NDArray[np.int8]) -> pa.Array:
    indices = pa.array(found, pa.int8(), mask=found < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(PRECISIONS)).dictionary_decode()
