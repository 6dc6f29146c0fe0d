"""Rows of one raw table become FHIR tables: ids first, then every element's leaves, then the nesting."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from etl.mapping.frame import Cells, Frame, Ints, evaluate
from etl.mapping.ids import hashed_ids
from etl.mapping.nest import Level, Nest, grouped, single
from etl.mapping.refused import Refused
from etl.mapping.tree import Constant, Resource

ID = "id$"  # column of a frame: the ids of the resource being made, where they are known


def build(
    resources: tuple[Resource, ...], frame: Frame, kept: dict[str, pa.Array], refused: Refused
) -> Iterator[tuple[str, pa.Table, Ints]]:
    """(type, table, rows of the frame that are in it) for each resource.

    `kept` are columns that go along, such as subject_id and line. Rows that go to `refused` are to be
    taken out of the frame, and what was built is to be built again.
    """
    asked = {name for each in resources for sql in each.sqls() for name in sql.columns if name.startswith("id(")}
    ids = {f"id({each.type})": each for each in reversed(resources)}
    frame = frame.with_columns({name: _ids(ids[name], frame) for name in asked})
    holds = evaluate(frame, [each.when for each in resources if each.when is not None], refused)
    for resource in resources:
        rows = None if resource.when is None else _where(holds[resource.when])
        name = f"id({resource.type})"
        known = name in asked and ids[name] is resource
        with_id = frame.with_columns({ID: frame.columns[name]} if known else {})
        yield (resource.type, *_table(resource, with_id, rows, kept, refused))


def _where(holds: Cells) -> Ints:
    values = holds.values.fill_null(False).to_numpy(zero_copy_only=False)
    return np.flatnonzero(values if holds.at is None else values[holds.at])


def _ids(resource: Resource, frame: Frame) -> Cells:
    if not resource.hashed:
        return frame.columns[str(resource.id[0])]
    return Cells(hashed_ids([_hashed(part, frame) for part in resource.id]))


def _hashed(part: str | Constant, frame: Frame) -> Cells:
    if isinstance(part, Constant):
        return Cells(pa.array([part.value]), np.zeros(frame.length, np.int8))
    return frame.raw[part]


def _table(
    resource: Resource, frame: Frame, some: Ints | None, kept: dict[str, pa.Array], refused: Refused
) -> tuple[pa.Table, Ints]:
    length, rows = frame.length, np.arange(frame.length) if some is None else some
    frame = frame if some is None else frame.rows(some)
    level = _level(resource, frame)
    here: Refused = {}
    cells = evaluate(frame, resource.sqls(), here)
    for sql, held in here.items():
        refused.setdefault(sql, np.zeros(length, bool))[rows[held]] = True
    nest = Nest(cells, frame.length)
    columns = {"id": (frame.columns.get(ID) or _ids(resource, frame)).take(level.rows)}
    columns |= {
        name: array.take(pa.array(rows[level.rows])) if len(level) < len(array) else array
        for name, array in kept.items()
    }
    columns |= {name: nest.build(part, level) for name, part in resource.parts.items() if nest.present(part).any()}
    columns |= {name: cells[sql].take(level.rows) for name, sql in resource.times.items() if cells[sql].present.any()}
    return pa.table(columns), rows[level.members]


def _level(resource: Resource, frame: Frame) -> Level:
    rows = np.arange(frame.length)
    return grouped(rows, [frame.raw[name] for name in resource.by]) if resource.by else single(rows)
