"""References: what they name that did not come along, and `#x` that nothing in the resource is called."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.work import Shard
from etl.rules.visit import Fault, Place, below, same
from schemas.fhir import Element, resource_types

TAIL = r"^.*/([A-Za-z]+/[^/?]+?)(/_history/[^/]+)?$|^([A-Za-z]+/[^/?]+)/_history/[^/]+$"
URN = r"^urn:(uuid|oid):"
ELSEWHERE = ("Patient",)  # stands in its own batch: whose rows name nobody known are rejected when they are received


@dataclass(frozen=True)
class Mention:
    """All references of one element. `place` turns positions in `names` into rows."""

    path: str
    names: pa.Array
    targets: tuple[str, ...]
    place: Place


def mentions(kind: str, rows: pa.Table) -> Iterator[Mention]:
    wanted = [element for element in resource_types()[kind].elements if element.name in rows.column_names]
    columns = {element.name: _whole(rows.column(element.name)) for element in wanted if _refers(element)}
    yield from _mentions(wanted, columns, kind, same)


def absent(said: Mention, shard: Shard) -> Iterator[Fault]:
    """References to types of which some were delivered, but not this one; of types that were not, nothing is known."""
    have = [kind for kind in said.targets if kind not in ELSEWHERE and f"phi/fhir/{kind}" in shard]
    if not have or said.names.null_count == len(said.names):
        return
    ids = {kind: shard[f"phi/fhir/{kind}"].column("id") for kind in have}
    distinct = pc.drop_null(pc.unique(said.names))
    lost = _lost(distinct, ids, whole=len(have) == len(said.targets))
    if len(lost):
        positions = np.flatnonzero(pc.is_in(said.names, lost))
        yield Fault("reference-absent", said.path, said.place(positions))


def fragments(said: Mention) -> np.ndarray:
    """Rows that refer to what they contain."""
    found = pc.fill_null(pc.starts_with(said.names, "#"), False)
    return said.place(np.flatnonzero(found)) if pc.any(found).as_py() else np.zeros(0, np.int64)


def _lost(names: pa.Array, ids: Mapping[str, pa.ChunkedArray], whole: bool) -> pa.Array:
    """`whole`: all types that the element may refer to were delivered; a reference without type can be judged."""
    known = [pc.binary_join_element_wise(kind, each.combine_chunks(), "/") for kind, each in ids.items()]
    there = pa.concat_arrays([_flat(each) for each in known])
    names = names.filter(pc.invert(pc.is_in(names, there)))  # other forms are rare: only they are taken apart
    urns = names.filter(pc.match_substring_regex(names, URN))
    typed = names.filter(pc.invert(pc.match_substring_regex(names, URN)))
    tails = pc.replace_substring_regex(typed, TAIL, r"\1\3")
    judged = pc.match_substring_regex(tails, rf"^({'|'.join(ids)})/[^/?]+$")
    lost = typed.filter(pc.and_(judged, pc.invert(pc.is_in(tails, there))))
    if not whole or not len(urns):
        return lost
    bare = pa.concat_arrays([_flat(each) for each in ids.values()])
    return pa.concat_arrays([lost, urns.filter(pc.invert(pc.is_in(pc.replace_substring_regex(urns, URN, ""), bare)))])


def _refers(element: Element) -> bool:
    return element.type == "Reference" or (
        element.type == "BackboneElement" and any(_refers(part) for part in element.parts)
    )


def _mentions(
    elements: list[Element] | tuple[Element, ...], columns: Mapping[str, pa.Array], path: str, place: Place
) -> Iterator[Mention]:
    for element in elements:
        values, here, inner = columns.get(element.name), f"{path}.{element.name}", place
        if values is None or not _refers(element) or values.null_count == len(values):
            continue
        if element.many:
            inner, values = below(values, place), values.flatten()
        if element.type == "Reference":
            yield Mention(here, pc.struct_field(values, "reference"), element.targets, inner)
        else:
            parts = {field.name: part for field, part in zip(values.type, values.flatten(), strict=True)}
            yield from _mentions(element.parts, parts, here, inner)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else _flat(column.combine_chunks())


def _flat(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(values.chunks) if isinstance(values, pa.ChunkedArray) else values
