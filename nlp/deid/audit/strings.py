"""Every string of a table, however deep in its columns, with the row it stands in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nlp.deid.audit.knowledge import knowledge

RANDOM_IDS = r"^([A-Za-z]+/|#)?([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$"


@dataclass(frozen=True)
class Leaf:
    """`rows`: of each value the number of its row in the table. Nulls, empty strings and random ids are left out."""

    path: str
    values: pa.Array
    rows: np.ndarray

    @property
    def coded(self) -> bool:
        return self.path.rpartition(".")[2] in knowledge().coded


def leaves(table: pa.Table) -> Iterator[Leaf]:
    for name in table.column_names:
        column = table.column(name)
        array = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
        for leaf in _leaves(name, array, np.arange(len(table))):
            told = pc.fill_null(pc.and_not(pc.greater(pc.utf8_length(leaf.values), 0), _random(leaf.values)), False)
            if pc.any(told).as_py():
                yield Leaf(leaf.path, leaf.values.filter(told), leaf.rows[told.to_numpy(zero_copy_only=False)])


def _random(values: pa.Array) -> pa.Array:
    return pc.match_substring_regex(values, RANDOM_IDS)


def _leaves(path: str, array: pa.Array, rows: np.ndarray) -> Iterator[Leaf]:
    kind = array.type
    if pa.types.is_struct(kind):
        for k, inner in enumerate(kind):
            yield from _leaves(f"{path}.{inner.name}", pc.struct_field(array, [k]), rows)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        yield from _leaves(path, pc.list_flatten(array), rows[pc.list_parent_indices(array).to_numpy()])
    elif pa.types.is_map(kind):
        yield from _leaves(
            path, array.cast(pa.list_(pa.struct([("key", kind.key_type), ("value", kind.item_type)]))), rows
        )
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
        yield Leaf(path, array, rows)
    elif pa.types.is_dictionary(kind):
        yield from _leaves(path, array.dictionary_decode(), rows)
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        said = [None if raw is None else raw.decode("utf-8", "replace") for raw in array.to_pylist()]
        yield Leaf(path, pa.array(said, pa.large_string()), rows)


def metadata(table: pa.Table) -> list[str]:
    """What stands in the key-value metadata of a table and its columns; names of columns are declared."""
    held = [table.schema.metadata or {}, *(field.metadata or {} for field in table.schema)]
    said = [raw.decode("utf-8", "replace") for each in held for pair in each.items() for raw in pair]
    return [text for text in said if text and not re.match(r"ARROW:schema|PARQUET:field_id", text)]
