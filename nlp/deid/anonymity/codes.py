"""Rare codes: what fewer than k persons have is told by a broader code that k have, or not at all.

A rare diagnosis is known in a village as well as a birth date: El Emam et al. (2011), rare codes as quasi-identifiers.
"""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.work import Shard

HELD = pa.schema([("code", pa.string()), ("subject_id", pa.int64())])
Naming = Callable[[str], str]
"""A code system's URL as the timeline calls it."""
PREFIX = "Medication/"
"""References to medications are codes of a sort: few persons may have one."""


def held(tables: Shard, name: Naming) -> pa.Table:
    """HELD: every code that the rows of a person hold, as SYSTEM//code; medications referred to as Medication/id."""
    parts = [HELD.empty_table()]
    for rows in tables.values():
        if "subject_id" not in rows.column_names or not len(rows):
            continue
        subjects = rows["subject_id"].combine_chunks()
        if "code" in rows.column_names and pa.types.is_string(rows.schema.field("code").type):
            parts.append(pa.table([rows["code"], subjects], schema=HELD))
        for column in rows.column_names:
            for at, codes in coded(rows[column], name):
                parts.append(pa.table([codes, subjects.take(pa.array(at))], schema=HELD))
    return distinct(pa.concat_tables(parts))


def distinct(pairs: pa.Table) -> pa.Table:
    pairs = pairs.filter(pc.and_(pairs["code"].is_valid(), pairs["subject_id"].is_valid()))
    return pairs.group_by(HELD.names, use_threads=False).aggregate([]).select(HELD.names)


def coarser(pairs: pa.Table, parent: Callable[[str], str | None], k: int) -> dict[str, str | None]:
    """Of each rare code the code that stands for it: the nearest above it that k persons have; None: it goes.

    A parent is shorter than its child.
    """
    now = {code: code for code in pairs["code"].unique().to_pylist()}
    told: dict[str, str | None] = {}
    while True:
        counts = pairs.group_by("code").aggregate([("subject_id", "count_distinct")])
        rare = counts.filter(pc.less(counts["subject_id_count_distinct"], k))["code"].to_pylist()
        if not rare:
            return told
        deepest = max(map(len, rare))  # what lies below a code joins it before it is counted
        above = {code: parent(code) for code in rare if len(code) == deepest}
        for code, stands in now.items():
            if stands in above:
                told[code] = above[stands]
        now = {code: told.get(code, code) or "" for code in now}
        pairs = _renamed(pairs, above)


def _renamed(pairs: pa.Table, above: Mapping[str, str | None]) -> pa.Table:
    column = pairs["code"].combine_chunks().dictionary_encode()
    names = pa.array([above.get(code, code) for code in column.dictionary.to_pylist()], pa.string())
    return distinct(pairs.set_column(0, "code", names.take(column.indices)))


def coded(column: pa.ChunkedArray, name: Naming) -> Iterator[tuple[np.ndarray, pa.Array]]:
    """(rows, codes) of every Coding below a column, however deep, and of references to medications."""
    yield from _coded(column.combine_chunks(), np.arange(len(column)), name)


def _coded(array: pa.Array, rows: np.ndarray, name: Naming) -> Iterator[tuple[np.ndarray, pa.Array]]:
    kind = array.type
    if pa.types.is_list(kind):
        yield from _coded(pc.list_flatten(array), rows[pc.list_parent_indices(array).to_numpy()], name)
    elif pa.types.is_struct(kind):
        fields = {field.name: pc.struct_field(array, [at]) for at, field in enumerate(kind)}
        if {"system", "code", "display"} <= fields.keys():
            yield rows, _named(fields["system"], fields["code"], name)
        elif "reference" in fields:
            said = fields["reference"]
            yield rows, pc.if_else(pc.starts_with(said, PREFIX).fill_null(False), said, pa.scalar(None, said.type))
        else:
            for inner in fields.values():
                yield from _coded(inner, rows, name)


def _named(systems: pa.Array, codes: pa.Array, name: Naming) -> pa.Array:
    heads = systems.fill_null("").dictionary_encode()
    said = pa.array([f"{name(url)}//" for url in heads.dictionary.to_pylist()], pa.string())
    return pc.binary_join_element_wise(said.take(heads.indices), codes, "")
