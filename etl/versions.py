"""Versions of resources: of what the last night had and what tonight brings, which rows stand.

The newest lastUpdated wins, then the newest arrival. A group that is delivered again replaces what it brought before;
a tombstone removes. Every row is accounted for: before + made = kept + duplicates + superseded + deleted.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from schemas.digests import hashed, row_digests
from schemas.segments import keep


@dataclass(frozen=True)
class Counts:
    before: int = 0
    made: int = 0
    kept: int = 0
    duplicates: int = 0
    superseded: int = 0
    deleted: int = 0

    def plus(self, other: "Counts") -> "Counts":
        return Counts(**{name: count + vars(other)[name] for name, count in vars(self).items()})


@dataclass(frozen=True)
class Changes:
    """What leaves: groups delivered again or withdrawn (source, group), and what a tombstone of any night names.

    `deleted`: type -> (source, id) -> arrival of the newest tombstone; a version that arrives after it stands.
    """

    replaced: Set[tuple[str, str]] = frozenset()
    deleted: Mapping[str, Mapping[tuple[str, str], int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Merged:
    rows: pa.Table
    counts: Mapping[str, Counts]  # by source
    touched: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # subjects whose rows changed


def merge(kind: str, old: pa.Table, new: pa.Table, changes: Changes) -> Merged:
    """Rows that stand, old ones first. Both tables hold resources of one type, or of `Other` with resourceType."""
    rows = pa.concat_tables([old, new], promote_options="default") if len(old) else new
    fate = _fates(kind, rows, len(old), changes)
    stays = fate["stays"]
    changed = stays != (np.arange(len(rows)) < len(old))  # an old row that goes, or a new one that stays
    if stays.all():
        return Merged(rows, _counts(rows, len(old), fate), _subjects(rows.slice(len(old))))
    return Merged(keep(rows, stays), _counts(rows, len(old), fate), _subjects(keep(rows, changed)))


def _fates(kind: str, rows: pa.Table, old: int, changes: Changes) -> dict[str, np.ndarray]:
    """What becomes of every row. Only rows that another row or a change contests are looked at one by one."""
    fate = {name: np.zeros(len(rows), dtype=bool) for name in ("duplicate", "superseded", "deleted")}
    gone = _gone(kind, rows, old, changes)
    contested = np.flatnonzero(_repeated(rows) | gone)
    if len(contested):
        frame = _frame(kind, rows.take(pa.array(contested)), contested < old, gone[contested])
        for name, found in _decide(frame).items():
            fate[name][contested] = found
    return {**fate, "stays": ~(fate["duplicate"] | fate["superseded"] | fate["deleted"])}


def _repeated(rows: pa.Table) -> np.ndarray:
    """True of rows whose key may occur more than once: keys are compared by 64 bits of hash, so never too few."""
    names = [name for name in ("source", "resourceType", "id") if name in rows.column_names]
    if not len(rows):
        return np.zeros(0, dtype=bool)
    keys = hashed(rows.select(names), f"hash({', '.join(names)})")
    order = np.argsort(keys)
    same = keys[order][1:] == keys[order][:-1]
    repeated = np.zeros(len(rows), dtype=bool)
    repeated[order[1:][same]] = repeated[order[:-1][same]] = True
    return repeated


def _gone(kind: str, rows: pa.Table, old: int, changes: Changes) -> np.ndarray:
    """Old rows whose group is delivered again or withdrawn, and rows that a tombstone names which came after them."""
    gone = np.zeros(len(rows), dtype=bool)
    before = rows.slice(0, old)
    for source, group in changes.replaced if old else ():
        mine = pc.and_(pc.equal(before["source"], source), pc.equal(before["source_group"], group))
        gone[:old] |= pc.fill_null(mine, False).to_numpy()
    kinds = pc.unique(rows["resourceType"]).to_pylist() if "resourceType" in rows.column_names else [kind]
    if len(rows) and any(kind in changes.deleted for kind in kinds):
        gone |= _buried(kind, rows, {named: changes.deleted[named] for named in kinds if named in changes.deleted})
    return gone


def _buried(kind: str, rows: pa.Table, deleted: Mapping[str, Mapping[tuple[str, str], int]]) -> np.ndarray:
    ids = pa.array([id_ for named in deleted.values() for _, id_ in named], pa.string())
    found = np.flatnonzero(pc.is_in(rows["id"], ids))
    names = [name for name in ("source", "id", "arrival", "resourceType") if name in rows.column_names]
    gone = np.zeros(len(rows), dtype=bool)
    for place, row in zip(found, rows.select(names).take(pa.array(found)).to_pylist(), strict=True):
        newest = deleted.get(row.get("resourceType", kind), {}).get((row["source"], row["id"]))
        gone[place] = newest is not None and row["arrival"] < newest
    return gone


def _frame(kind: str, rows: pa.Table, old: np.ndarray, gone: np.ndarray) -> pd.DataFrame:
    """One line a contested row: its key, and what decides between versions of one key."""
    source, identifier = rows["source"].to_pandas(), rows["id"].to_pandas()
    kinds = rows["resourceType"].to_pandas() if "resourceType" in rows.column_names else kind
    updated = rows["lastUpdated"].to_numpy().astype("int64") if "lastUpdated" in rows.column_names else 0
    group = rows["source_group"].to_pandas() if "source_group" in rows.column_names else ""
    return pd.DataFrame(
        {
            "key": pd.factorize(source + "\0" + kinds + "\0" + identifier)[0],
            "group": group,
            "updated": updated,
            "arrival": rows["arrival"].to_numpy(),
            "digest": row_digests(rows),
            "old": old,
            "gone": gone,
        }
    )


def _decide(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    ranked = frame[~frame["gone"]].sort_values(["updated", "arrival"], kind="stable")
    winners = ranked.drop_duplicates("key", keep="last").reset_index().set_index("key")
    won = winners.reindex(frame["key"]).set_index(frame.index)
    winner = won["index"].to_numpy() == frame.index.to_numpy()
    same = (frame["digest"] == won["digest"]).to_numpy()
    # a row that its own group delivers again unchanged is the row of last night: nothing of it need be done again
    again = frame["old"].to_numpy() & same & (frame["group"] == won["group"]).to_numpy() & ~winner
    resent = winner & frame["key"].isin(frame["key"][again]).to_numpy() & ~frame["old"].to_numpy()
    first = (
        again & ~frame.assign(again=again)[again].duplicated("key").reindex(frame.index, fill_value=False).to_numpy()
    )
    stays = (winner & ~resent) | first
    lost = ~stays & won["index"].notna().to_numpy()
    return {"duplicate": lost & (same | resent), "superseded": lost & ~(same | resent), "deleted": ~stays & ~lost}


def _counts(rows: pa.Table, old: int, fate: Mapping[str, np.ndarray]) -> dict[str, Counts]:
    """Rows by source and fate."""
    if not len(rows):
        return {}
    encoded = rows["source"].combine_chunks().dictionary_encode()
    names, places = encoded.dictionary.to_pylist(), encoded.indices.to_numpy()
    before = np.arange(len(rows)) < old
    flags = {"before": before, "made": ~before, "kept": fate["stays"], "duplicates": fate["duplicate"],
             "superseded": fate["superseded"], "deleted": fate["deleted"]}  # fmt: skip
    found = {what: np.bincount(places[flag], minlength=len(names)) for what, flag in flags.items()}
    return {name: Counts(**{what: int(n[k]) for what, n in found.items()}) for k, name in enumerate(names)}


def _subjects(rows: pa.Table) -> np.ndarray:
    if "subject_id" not in rows.column_names:  # rows of the shared shard
        return np.zeros(0, dtype=np.int64)
    found: np.ndarray = pc.unique(rows["subject_id"].drop_null()).to_numpy()
    return found
