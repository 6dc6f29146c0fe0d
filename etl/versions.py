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

from schemas.digests import row_digests


@dataclass(frozen=True)
class Counts:
    before: int = 0
    made: int = 0
    kept: int = 0
    duplicates: int = 0
    superseded: int = 0
    deleted: int = 0


@dataclass(frozen=True)
class Changes:
    """What leaves: groups delivered again or withdrawn (source, group), and tombstones (source, type, id)."""

    replaced: Set[tuple[str, str]] = frozenset()
    deleted: Set[tuple[str, str, str]] = frozenset()


@dataclass(frozen=True)
class Merged:
    rows: pa.Table
    counts: Mapping[str, Counts]  # by source
    touched: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # subjects whose rows changed


def merge(kind: str, old: pa.Table, new: pa.Table, changes: Changes) -> Merged:
    """Rows that stand, old ones first. Both tables hold resources of one type, or of `Other` with resourceType."""
    if not len(old) and _distinct(new):
        count = {str(new["source"][0]): Counts(made=len(new), kept=len(new))} if len(new) else {}
        return Merged(new, count, _subjects(new))
    rows = pa.concat_tables([old, new], promote_options="default") if len(old) else new
    frame = _frame(kind, rows, len(old))
    frame["gone"] = _gone(frame, changes, len(old))
    frame["winner"] = _winner(frame)
    frame["lost"] = ~frame["gone"] & ~frame["winner"]
    frame["duplicate"] = _same_as_winner(rows, frame)
    frame["deleted"] = frame["gone"] & ~frame["key"].isin(frame["key"][frame["winner"]])
    winner = frame["winner"].to_numpy()
    changed = winner != frame["old"].to_numpy()  # an old row that goes, or a new one that stays
    return Merged(rows.filter(pa.array(winner)), _counts(frame), _subjects(rows.filter(pa.array(changed))))


def _counts(frame: pd.DataFrame) -> dict[str, Counts]:
    frame = frame.assign(made=~frame["old"])
    sums = frame.groupby("source")[["old", "made", "winner", "duplicate", "lost", "gone", "deleted"]].sum()
    return {
        str(source): Counts(
            before=int(n["old"]),
            made=int(n["made"]),
            kept=int(n["winner"]),
            duplicates=int(n["duplicate"]),
            superseded=int(n["lost"] - n["duplicate"] + n["gone"] - n["deleted"]),
            deleted=int(n["deleted"]),
        )
        for source, n in sums.iterrows()
    }


def _distinct(rows: pa.Table) -> bool:
    """True when no two rows are versions of one resource."""
    if pc.count_distinct(rows["source"]).as_py() > 1:
        return False
    names = ["id"] + (["resourceType"] if "resourceType" in rows.column_names else [])
    return len(names) == 1 and pc.count_distinct(rows["id"]).as_py() == len(rows)


def _frame(kind: str, rows: pa.Table, old: int) -> pd.DataFrame:
    """One line a row: key, what decides between versions, and what may remove it."""
    source, identifier = rows["source"].to_pandas(), rows["id"].to_pandas()
    kinds = rows["resourceType"].to_pandas() if "resourceType" in rows.column_names else pd.Series(kind, identifier.index)
    key = pd.factorize(source + "\0" + kinds + "\0" + identifier)[0]
    updated = rows["lastUpdated"].to_numpy().astype("int64") if "lastUpdated" in rows.column_names else np.int64(0)
    return pd.DataFrame(
        {
            "key": key,
            "source": source,
            "group": rows["source_group"].to_pandas() if "source_group" in rows.column_names else None,
            "type": kinds,
            "id": identifier,
            "updated": updated,
            "arrival": rows["arrival"].to_numpy(),
            "old": np.arange(len(rows)) < old,
        }
    )


def _gone(frame: pd.DataFrame, changes: Changes, old: int) -> np.ndarray:
    gone = np.zeros(len(frame), dtype=bool)
    if changes.replaced and old:
        pairs = pd.MultiIndex.from_arrays([frame["source"][:old], frame["group"][:old]])
        gone[:old] = pairs.isin(list(changes.replaced))
    if changes.deleted:
        triples = pd.MultiIndex.from_arrays([frame["source"], frame["type"], frame["id"]])
        gone |= triples.isin(list(changes.deleted)) & frame["old"].to_numpy()
    return gone


def _winner(frame: pd.DataFrame) -> np.ndarray:
    """The last version of every key; of versions that arrived together, the one that stands last."""
    ranked = frame[~frame["gone"]].sort_values(["updated", "arrival"], kind="stable")
    winner = np.zeros(len(frame), dtype=bool)
    winner[ranked.drop_duplicates("key", keep="last").index] = True
    return winner


def _same_as_winner(rows: pa.Table, frame: pd.DataFrame) -> np.ndarray:
    """Of every row that lost: does the row that won say the same?"""
    same = np.zeros(len(frame), dtype=bool)
    if not frame["lost"].any():
        return same
    met = frame["key"].isin(frame["key"][frame["lost"]]).to_numpy()
    part = frame[met].assign(digest=row_digests(rows.filter(pa.array(met))))
    won = part[part["winner"]].set_index("key")["digest"]
    same[met] = part["lost"] & (part["digest"].to_numpy() == won.reindex(part["key"]).to_numpy())
    return same


def _subjects(rows: pa.Table) -> np.ndarray:
    if "subject_id" not in rows.column_names:  # rows of the shared shard
        return np.zeros(0, dtype=np.int64)
    found: np.ndarray = pc.unique(rows["subject_id"].drop_null()).to_numpy()
    return found
