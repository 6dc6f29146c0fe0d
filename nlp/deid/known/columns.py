"""Values at a path of nested Arrow columns, with the row each stands in: a few passes over columns, no row by row."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.fhir import Element, resource_types

Leaf = tuple[np.ndarray, pa.Array]


def leaf(table: pa.Table, path: str) -> Leaf:
    """Rows and values of `participant.individual.reference`; lists are walked, nulls give nothing."""
    name, *rest = path.split(".")
    if name not in table.column_names:
        return np.zeros(0, np.int64), pa.array([], pa.string())
    array = table.column(name).combine_chunks()
    rows = np.arange(len(array))
    for step in [*rest, None]:
        while pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
            rows, array = rows[pc.list_parent_indices(array).to_numpy()], pc.list_flatten(array)
        if step is not None:
            if not pa.types.is_struct(array.type) or array.type.get_field_index(step) < 0:
                return np.zeros(0, np.int64), pa.array([], pa.string())
            array = pc.struct_field(array, step)
    good = np.flatnonzero(pc.is_valid(array).to_numpy(zero_copy_only=False))
    return rows[good], array.take(pa.array(good))


def structs(table: pa.Table, path: str) -> Iterator[tuple[int, dict[str, object]]]:
    """Row and struct, lists walked: for types of few rows."""
    rows, values = leaf(table, path)
    yield from zip(rows.tolist(), values.to_pylist(), strict=True)


def distinct(table: pa.Table, path: str, fields: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Each different value of the path, with subject_id and source; of a struct, its text `fields`."""
    rows, values = leaf(table, path)
    if not len(values):
        return []
    at = pa.array(rows)
    columns = {key: table.column(key).take(at) for key in ("subject_id", "source") if key in table.column_names}
    for name in fields:
        known = pa.types.is_struct(values.type) and values.type.get_field_index(name) >= 0
        columns[name] = pc.struct_field(values, name) if known else pa.nulls(len(values), pa.string())
    found = pa.table(columns if fields else {**columns, "value": values})
    return list(found.group_by(found.column_names).aggregate([]).filter(pc.field("subject_id").is_valid()).to_pylist())


@cache
def paths(kind: str, datatype: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Where a resource type has elements of a data type, with the targets of references."""
    return tuple(_walk(resource_types()[kind].elements, "", datatype)) if kind in resource_types() else ()


def _walk(elements: Sequence[Element], lead: str, datatype: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for element in elements:
        if element.type == datatype:
            yield lead + element.name, element.targets
        elif element.type == "BackboneElement":
            yield from _walk(element.parts, f"{lead}{element.name}.", datatype)
