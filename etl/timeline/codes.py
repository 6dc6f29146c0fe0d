"""The summary that describes every code of the timeline: MEDS metadata/codes.parquet."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from contract.table import Table
from contract.work import Shard
from etl.timeline.mapping import TimelineMapping, timeline_mapping
from etl.timeline.names import parent, system_name
from etl.timeline.query import table_of
from schemas.clinical import OPEN_TIMELINE, OPEN_TIMELINE_CODES, PHI_TIMELINE, PHI_TIMELINE_CODES

PARTIAL = pa.schema([("code", pa.string()), ("description", pa.string()), ("count", pa.int64())])
"""A code of the timeline, its number of events and no description; or a description and how often it stood."""
LABEL = pa.schema([("head", pa.string()), ("system", pa.string()), ("code", pa.string()), ("display", pa.string())])


@dataclass
class CountCodes:
    """Descriptions are the displays seen most often; parents follow from the codes themselves.

    `root`: phi, or open for the timeline past the gate.
    """

    root: Literal["phi", "open"] = "phi"

    @property
    def reads(self) -> tuple[str, ...]:
        return (self._timeline.name, *(self._rooted(table_of(kind)) for kind in timeline_mapping().labels))

    @property
    def writes(self) -> tuple[str, ...]:
        return (self._codes.name,)

    @property
    def _timeline(self) -> Table:
        return PHI_TIMELINE if self.root == "phi" else OPEN_TIMELINE

    @property
    def _codes(self) -> Table:
        return PHI_TIMELINE_CODES if self.root == "phi" else OPEN_TIMELINE_CODES

    def _rooted(self, name: str) -> str:
        return name if self.root == "phi" else name.removeprefix("phi/")

    def partial(self, shard: Shard) -> Shard:
        parts = [PARTIAL.empty_table(), _used(shard.get(self._timeline.name)), _labels(shard, self._rooted)]
        return {self._codes.name: pa.concat_tables(parts)}

    def merge(self, partials: Iterable[Shard]) -> Shard:
        every = pa.concat_tables([PARTIAL.empty_table(), *(part[self._codes.name] for part in partials)])
        mapping = timeline_mapping()
        used = every.filter(every.column("description").is_null()).column("code").unique().to_pylist()
        said = _most_frequent(every) | dict(mapping.descriptions)
        codes = sorted({above for code in used for above in _line(code, mapping)})
        return {
            self._codes.name: pa.table(
                [
                    codes,
                    [_description(code, said, mapping) for code in codes],
                    [[above] if (above := parent(code, mapping)) else [] for code in codes],
                ],
                schema=PHI_TIMELINE_CODES.schema,
            )
        }


def _used(timeline: pa.Table | None) -> pa.Table:
    if timeline is None:
        return PARTIAL.empty_table()
    counts = pc.value_counts(timeline.column("code"))
    codes = counts.field("values").cast(pa.string())
    return pa.table([codes, pa.nulls(len(codes), pa.string()), counts.field("counts")], schema=PARTIAL)


def _labels(shard: Shard, rooted: Callable[[str], str]) -> pa.Table:
    """Named codes and displays of all tables: one grouping, since shards are small and many."""
    parts = [LABEL.empty_table()]
    for kind, paths in timeline_mapping().labels.items():
        rows = shard.get(rooted(table_of(kind)))
        if rows is not None:
            parts += [part for path in paths for part in _codings(rows, path)]
    groups = pa.concat_tables(parts).group_by(LABEL.names, use_threads=False).aggregate([([], "count_all")])
    found = [row for row in groups.to_pylist() if row["code"] and row["display"]]
    systems = timeline_mapping().systems
    return pa.table(
        [
            [f"{row['head'] or system_name(row['system'] or '', systems)}//{row['code']}" for row in found],
            [row["display"] for row in found],
            [row["count_all"] for row in found],
        ],
        schema=PARTIAL,
    )


def _codings(rows: pa.Table, path: str) -> Iterator[pa.Table]:
    """The codings below `path`, none when the table lacks its column."""
    elements, _, head = path.partition(" as ")
    first, *rest = elements.split(".")
    if first not in rows.column_names:
        return
    found = _flat(rows.column(first))
    for element in [*rest, "coding"]:
        found = _flat(pc.struct_field(found, element))
    heads = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int8()), len(found)), [head])
    fields = [pc.struct_field(found, name) for name in LABEL.names[1:]]
    yield pa.table([heads.dictionary_decode(), *fields], schema=LABEL)


def _flat(values: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.list_flatten(values) if pa.types.is_list(values.type) else values


def _most_frequent(every: pa.Table) -> dict[str, str]:
    labels = every.filter(every.column("description").is_valid())
    counts: Counter[tuple[str, str]] = Counter()
    for row in labels.to_pylist():
        counts[row["code"], row["description"]] += row["count"]
    best: dict[str, str] = {}
    for (code, text), _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        best.setdefault(code, text)
    return best


def _line(code: str, mapping: TimelineMapping) -> Iterator[str]:
    """The code and all above it."""
    above: str | None = code
    while above:
        yield above
        above = parent(above, mapping)


def _description(code: str, said: dict[str, str], mapping: TimelineMapping) -> str | None:
    """Its own, else of the code that it is the end, order, ... of."""
    whole, _, suffix = code.rpartition("//")
    return said.get(code) or (_description(whole, said, mapping) if suffix in mapping.suffixes else None)
