"""References: what they name that did not come along, and `#x` that nothing in the resource is called."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from contract.work import Shard
from etl.rules.visit import Fault, Mention

TAIL = r"^.*/([A-Za-z]+/[^/?]+?)(/_history/[^/]+)?$|^([A-Za-z]+/[^/?]+)/_history/[^/]+$"
URN = r"^urn:(uuid|oid):"
ELSEWHERE = ("Patient",)  # stands in its own batch: whose rows name nobody known are rejected when they are received
Ids = dict[str, pa.Array]
"""By type: the ids delivered."""


def absent(mentions: Sequence[Mention], shard: Shard) -> Iterator[Fault]:
    """References to types of which some were delivered, but not this one; of types that were not, nothing is known.

    All that are written Type/id are looked up at once, by type; the rest, which are few, one element after the other.
    """
    kinds = {kind for said in mentions for kind in said.targets if kind not in ELSEWHERE}
    ids = {kind: _flat(shard[name]["id"]) for kind in sorted(kinds) if (name := f"phi/fhir/{kind}") in shard}
    for said, found in zip(mentions, _found(mentions, ids), strict=True):
        have = {kind: ids[kind] for kind in said.targets if kind in ids}
        if have and not found.all():
            lost = _lost(said.distinct.filter(pa.array(~found)), have, whole=len(have) == len(said.targets))
            if len(lost):
                yield Fault("reference-absent", said.path, said.place(np.flatnonzero(pc.is_in(said.names, lost))))


def _found(mentions: Iterable[Mention], ids: Ids) -> list[NDArray[np.bool_]]:
    """Of each mention's distinct names, which are Type/id of a row that is there, of a type allowed."""
    found = [np.zeros(len(said.distinct), bool) for said in mentions]
    for kind, there in ids.items():
        tails, places = [], []
        for said, marks in zip(mentions, found, strict=True):
            if kind in said.targets:
                at = np.flatnonzero(pc.starts_with(said.distinct, f"{kind}/"))
                names = said.distinct if len(at) == len(marks) else said.distinct.take(pa.array(at))
                tails.append(pc.utf8_slice_codeunits(names, len(kind) + 1))
                places.append((marks, at))
        known = _among(_joined(tails), there)
        for marks, at in places:
            marks[at], known = known[: len(at)], known[len(at) :]
    return found


def _among(names: pa.Array, ids: pa.Array) -> NDArray[np.bool_]:
    """Which names are ids; the shorter of the two makes the table that the other is looked up in."""
    if len(names) > len(ids):
        return np.asarray(pc.is_in(names, ids).to_numpy(zero_copy_only=False))
    distinct = pc.unique(names)
    seen = np.zeros(len(distinct), bool)
    seen[pc.drop_null(pc.index_in(ids, distinct)).to_numpy()] = True
    return seen if len(distinct) == len(names) else seen[pc.index_in(names, distinct).to_numpy()]


def fragments(said: Mention) -> NDArray[np.int64]:
    """Rows that refer to what they contain."""
    found = pc.fill_null(pc.starts_with(said.names, "#"), False)
    return said.place(np.flatnonzero(found)) if pc.any(found).as_py() else np.zeros(0, np.int64)


def _lost(names: pa.Array, ids: Ids, *, whole: bool) -> pa.Array:
    """Of names that are not found as they stand. `whole`: all types that the element may refer to were delivered; a
    reference without type can be judged."""
    is_urn = pc.match_substring_regex(names, URN)
    urns, typed = names.filter(is_urn), names.filter(pc.invert(is_urn))
    tails = pc.replace_substring_regex(typed, TAIL, r"\1\3")
    judged = pc.match_substring_regex(tails, rf"^({'|'.join(ids)})/[^/?]+$")
    typed, tails = typed.filter(judged), tails.filter(judged)
    lost = typed.filter(pc.invert(pc.is_in(tails, _named(ids)))) if len(typed) else typed
    if not whole or not len(urns):
        return lost
    bare = _joined(list(ids.values()))
    return pa.concat_arrays([lost, urns.filter(pc.invert(pc.is_in(pc.replace_substring_regex(urns, URN, ""), bare)))])


def _named(ids: Ids) -> pa.Array:
    return _joined([pc.binary_join_element_wise(kind, each, "/") for kind, each in ids.items()])


def _joined(parts: list[pa.Array]) -> pa.Array:
    return parts[0] if len(parts) == 1 else pa.concat_arrays(parts)


def _flat(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays([*column.chunks, pa.array([], column.type)])
