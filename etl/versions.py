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

IDS = ("id", "decision_id", "study_id", "image_id", "encoder")  # a table has one of them, or those of an image
APPENDED = frozenset({"decision_id"})  # what was said once stands: of such rows the first version wins
NOBODY = -1  # ids of persons are positive


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
    `standing`: source -> persons (origin_id) delivered again as they were: their rows stand, nothing of them arrives.
    """

    replaced: Set[tuple[str, str]] = frozenset()
    deleted: Mapping[str, Mapping[tuple[str, str], int]] = field(default_factory=dict)
    standing: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Merged:
    rows: pa.Table
    counts: Mapping[str, Counts]  # by source
    touched: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # subjects whose rows changed
    contested: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # persons (origin_id) with a
    # row whose key another standing or arriving row has: what stands of it depends on more than their own rows


def merge(kind: str, old: pa.Table, new: pa.Table, changes: Changes) -> Merged:
    """Rows that stand, old ones first. Both tables hold resources of one type, or of `Other` with resourceType."""
    rows = pa.concat_tables([old, new], promote_options="default") if len(old) else new
    fate, contested = _fates(kind, rows, len(old), changes)
    stays = fate["stays"]
    changed = stays != (np.arange(len(rows)) < len(old))  # an old row that goes, or a new one that stays
    if stays.all():
        return Merged(rows, _counts(rows, len(old), fate), _subjects(rows.slice(len(old))), contested)
    return Merged(keep(rows, stays), _counts(rows, len(old), fate), _subjects(keep(rows, changed)), contested)


def _fates(kind: str, rows: pa.Table, old: int, changes: Changes) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """What becomes of every row, and who is contested. Only rows that differ within a key are looked at one by one."""
    fate = {name: np.zeros(len(rows), dtype=bool) for name in ("duplicate", "superseded", "deleted")}
    withdrawn, buried = _withdrawn(rows, old, changes), _buried(kind, rows, changes)
    versions = _Versions.of(rows)
    settled, fate["duplicate"] = versions.alike(rows, old, withdrawn, buried)
    contested = np.flatnonzero((versions.repeated | withdrawn | buried) & ~settled)
    if len(contested):
        frame = _frame(kind, keep(rows, np.isin(np.arange(len(rows)), contested)))
        frame = frame.assign(old=contested < old, gone=(withdrawn | buried)[contested])
        for name, found in _decide(frame).items():
            fate[name][contested] |= found
    stays = ~(fate["duplicate"] | fate["superseded"] | fate["deleted"])
    return {**fate, "stays": stays}, versions.contested(rows, withdrawn, fate["superseded"])


@dataclass(frozen=True)
class _Versions:
    """Rows grouped by key. Keys are compared by 64 bits of hash: a group may hold too many keys, never too few rows."""

    order: np.ndarray  # places of rows, those of one key together, last night's first
    starts: np.ndarray  # where each key begins in `order`
    sizes: np.ndarray

    @classmethod
    def of(cls, rows: pa.Table) -> "_Versions":
        names = [name for name in ("source", "resourceType", *IDS) if name in rows.column_names]
        keys = hashed(rows.select(names), f"hash({', '.join(names)})") if len(rows) else np.zeros(0, np.uint64)
        order = np.argsort(keys, kind="stable")
        sorted_keys = keys[order]
        starts = np.flatnonzero(np.concatenate(([True], sorted_keys[1:] != sorted_keys[:-1]))[: len(order)])
        return cls(order, starts, np.diff(np.append(starts, len(order))))

    @property
    def repeated(self) -> np.ndarray:
        """True of rows that share their key."""
        found = np.zeros(len(self.order), dtype=bool)
        found[self.order] = np.repeat(self.sizes > 1, self.sizes)
        return found

    def contested(self, rows: pa.Table, withdrawn: np.ndarray, superseded: np.ndarray) -> np.ndarray:
        """Persons with a row whose key has another one, beside what is withdrawn: of another person, or unlike it."""
        if "origin_id" not in rows.column_names or not (self.sizes > 1).any():
            return np.zeros(0, dtype=np.int64)
        key = np.empty(len(rows), dtype=np.int64)
        key[self.order] = np.repeat(np.arange(len(self.sizes)), self.sizes)
        many = np.bincount(key[~withdrawn], minlength=len(self.sizes)) > 1
        places = np.flatnonzero(many[key] & ~withdrawn)
        origins = rows["origin_id"].take(pa.array(places)).fill_null(NOBODY).to_numpy()
        frame = pd.DataFrame({"key": key[places], "origin": origins, "unlike": superseded[places]})
        keys = frame.groupby("key")
        wrong = keys["unlike"].transform("any") | (keys["origin"].transform("nunique") > 1)
        found: np.ndarray = np.setdiff1d(frame["origin"][wrong].to_numpy(), [NOBODY])
        return found

    def alike(
        self, rows: pa.Table, old: int, withdrawn: np.ndarray, buried: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """(rows of keys whose versions all say the same, those of them that are duplicates of the first).

        A row that its own group delivers again unchanged stays the row of last night: nothing of it need be done again.
        """
        settled = np.zeros(len(rows), dtype=bool)
        if not (self.sizes > 1).any():
            return settled, settled.copy()
        digests = np.zeros(len(rows), dtype=np.uint64)
        digests[self.repeated] = row_digests(keep(rows, self.repeated))
        same = np.minimum.reduceat(digests[self.order], self.starts) == np.maximum.reduceat(
            digests[self.order], self.starts
        )
        first, last = self.order[self.starts], self.order[self.starts + self.sizes - 1]
        stays = ~withdrawn[first] | ((last >= old) & _same_group(rows, first, last))
        alive = ~np.logical_or.reduceat(buried[self.order], self.starts)
        settled[self.order] = np.repeat((self.sizes > 1) & same & stays & alive, self.sizes)
        duplicate = settled.copy()
        duplicate[first] = False
        return settled, duplicate


def _same_group(rows: pa.Table, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    if "source_group" not in rows.column_names:
        return np.ones(len(left), dtype=bool)
    groups = hashed(rows.select(["source_group"]), "hash(source_group)")
    found: np.ndarray = groups[left] == groups[right]
    return found


def _withdrawn(rows: pa.Table, old: int, changes: Changes) -> np.ndarray:
    """Old rows whose group is delivered again, or not any more."""
    gone = np.zeros(len(rows), dtype=bool)
    before = rows.slice(0, old)
    for source in {source for source, _ in changes.replaced} if old else ():
        groups = pa.array(sorted(group for other, group in changes.replaced if other == source), pa.string())
        mine = pc.and_(pc.equal(before["source"], source), pc.is_in(before["source_group"], groups))
        gone[:old] |= pc.fill_null(mine, False).to_numpy()
        if len(changes.standing.get(source, ())) and "origin_id" in before.column_names:
            gone[:old] &= ~pc.is_in(before["origin_id"], pa.array(changes.standing[source], pa.int64())).to_numpy()
    return gone


def _buried(kind: str, rows: pa.Table, changes: Changes) -> np.ndarray:
    """Rows that a tombstone names which came after them."""
    gone = np.zeros(len(rows), dtype=bool)
    kinds = pc.unique(rows["resourceType"]).to_pylist() if "resourceType" in rows.column_names else [kind]
    deleted = {named: changes.deleted[named] for named in kinds if named in changes.deleted}
    if not len(rows) or not deleted:
        return gone
    ids = pa.array([id_ for named in deleted.values() for _, id_ in named], pa.string())
    found = np.flatnonzero(pc.is_in(rows["id"], ids))
    names = [name for name in ("source", "id", "arrival", "resourceType") if name in rows.column_names]
    for place, row in zip(found, rows.select(names).take(pa.array(found)).to_pylist(), strict=True):
        newest = deleted.get(row.get("resourceType", kind), {}).get((row["source"], row["id"]))
        gone[place] = newest is not None and row["arrival"] < newest
    return gone


def _frame(kind: str, rows: pa.Table) -> pd.DataFrame:
    """One line a contested row: its key, and what decides between versions of one key."""
    named = [name for name in IDS if name in rows.column_names]
    source, identifier = rows["source"].to_pandas(), _joined(rows, named)
    kinds = rows["resourceType"].to_pandas() if "resourceType" in rows.column_names else kind
    updated = rows["lastUpdated"].to_numpy().astype("int64") if "lastUpdated" in rows.column_names else 0
    if not APPENDED.isdisjoint(named):
        updated = -rows["arrival"].to_numpy()
    return pd.DataFrame(
        {
            "key": pd.factorize(source + "\0" + kinds + "\0" + identifier)[0],
            "updated": updated,
            "arrival": rows["arrival"].to_numpy(),
            "digest": row_digests(rows),
        }
    )


def _joined(rows: pa.Table, names: list[str]) -> "pd.Series[str]":
    found: pd.Series[str] = rows[names[0]].to_pandas()
    for name in names[1:]:
        found = found + "\0" + rows[name].to_pandas()
    return found


def _decide(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """The last version of every key stays; of versions that arrived together, the one that stands last."""
    ranked = frame[~frame["gone"]].sort_values(["updated", "arrival"], kind="stable")
    winners = ranked.drop_duplicates("key", keep="last").reset_index().set_index("key")
    won = winners.reindex(frame["key"]).set_index(frame.index)
    stays = won["index"].to_numpy() == frame.index.to_numpy()
    lost = ~stays & won["index"].notna().to_numpy()
    same = (frame["digest"] == won["digest"]).to_numpy()
    return {"duplicate": lost & same, "superseded": lost & ~same, "deleted": ~stays & ~lost}


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
