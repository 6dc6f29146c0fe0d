"""Rows of one raw table become FHIR tables: ids first, then every element's leaves, then the nesting."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from etl.mapping.frame import Cells, Frame, Ints, evaluate
from etl.mapping.ids import hashed_ids
from etl.mapping.nest import Level, Nest, grouped, single
from etl.mapping.tree import Constant, Resource, leaves


def build(
    resources: tuple[Resource, ...], frame: Frame, kept: dict[str, pa.Array]
) -> Iterator[tuple[str, pa.Table, Ints]]:
    """(type, table, rows of the frame that are in it) for each resource.

    `kept` are columns that go along, such as subject_id and line.
    """
    ids = {f"id({each.type})": _ids(each, frame) for each in reversed(resources)}
    frame = frame.with_columns(ids)
    for resource in resources:
        own = frame.with_columns({"id": _ids(resource, frame)}) if len(ids) < len(resources) else frame
        yield resource.type, *_table(resource, own, kept)


def _ids(resource: Resource, frame: Frame) -> Cells:
    if not resource.hashed:
        return frame.columns[str(resource.id[0])]
    return Cells(hashed_ids([_hashed(part, frame) for part in resource.id]))


def _hashed(part: str | Constant, frame: Frame) -> Cells:
    if isinstance(part, Constant):
        return Cells(pa.array([part.value]), np.zeros(frame.length, np.int8))
    return frame.raw[part]


def _table(resource: Resource, frame: Frame, kept: dict[str, pa.Array]) -> tuple[pa.Table, Ints]:
    rows = np.arange(frame.length)
    if resource.when is not None:
        holds = evaluate(frame, [resource.when])[resource.when].take(None).fill_null(False)
        rows = np.flatnonzero(holds.to_numpy(zero_copy_only=False))
        frame = frame.rows(rows)
    level = _level(resource, frame)
    nest = Nest(evaluate(frame, leaves(resource.parts)), frame.length)
    columns = {"id": frame.columns.get("id", frame.columns[f"id({resource.type})"]).take(level.rows)}
    columns |= {
        name: array.take(pa.array(rows[level.rows])) if len(level) < len(array) else array
        for name, array in kept.items()
    }
    columns |= {name: nest.build(part, level) for name, part in resource.parts.items() if nest.present(part).any()}
    return pa.table(columns), rows[level.members]


def _level(resource: Resource, frame: Frame) -> Level:
    rows = np.arange(frame.length)
    return grouped(rows, [frame.raw[name] for name in resource.by]) if resource.by else single(rows)


def rows_of(mask: pa.Array) -> Ints:
    return np.flatnonzero(mask.to_numpy(zero_copy_only=False))
