"""Who is who: new persons get random ids, persons who share an identifying identifier become one subject.

Every key of every source is a row of its own; which rows are one human being is worked out anew each night from what
the sources say now. So a merge and an unmerge both move everything the next night, and nothing is ever overwritten.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from contract.work import PEOPLE
from schemas.people import IDENTITIES

OFFSET_WEEKS = 52  # dates of a person move by 1 to so many weeks, either way, unless the registry says otherwise
SPLITS = (("train", 0.8), ("tuning", 0.9), ("held_out", 1.0))
TOO_COMMON = 8  # an identifier that more keys share is a placeholder (999-99-9999), not an identity
DRAWN = 48  # random bytes a person: subject, open id, offset and split, salt


@dataclass(frozen=True)
class Sighting:
    """What one source says tonight of its persons (contract.work.PEOPLE).

    `complete`: whom it does not name it does not have any more, so nothing that it said of them holds.
    """

    source: str
    people: pa.Table
    complete: bool = False


def update(
    known: pa.Table, sightings: Sequence[Sighting], seed: int | None = None, weeks: int = OFFSET_WEEKS
) -> pa.Table:
    """phi/identities after tonight: new keys appended, identifiers refreshed, subjects worked out.

    `weeks` bounds the offsets of new keys.
    `seed` makes ids a function of source and key, for tests and benches only: such ids can be guessed.
    """
    if not sightings:
        return known
    seen = _seen([*sightings, *(_unnamed(known, sighting) for sighting in sightings if sighting.complete)])
    rows = _refresh(known.to_pandas(types_mapper=pd.ArrowDtype), seen)
    fresh = seen[~seen.set_index(["source", "key"]).index.isin(rows.set_index(["source", "key"]).index)]
    if len(fresh):
        rows = pd.concat([rows, _draw(fresh, _next_ordinal(rows), seed, weeks)], ignore_index=True)
    table = pa.Table.from_pandas(rows, preserve_index=False).select([c.name for c in IDENTITIES.columns])
    table = table.cast(IDENTITIES.schema)
    return table.set_column(table.column_names.index("merged_into"), "merged_into", _merged_into(table))


def homes_of_all(identities: pa.Table) -> pa.Table:
    """The same of every person of the lake, for who names them by subject_id: that is the key."""
    named = identities["subject_id"].cast(pa.string())
    return _homes(identities, identities.set_column(identities.column_names.index("key"), "key", named))


def homes_named(identities: pa.Table, system: str) -> pa.Table:
    """The same, the key being an identifier of a system. A placeholder that many keys share is nobody's."""
    lists = identities["identifiers"].combine_chunks()
    said = pa.table([pc.list_parent_indices(lists), *lists.flatten().flatten()], ["at", "system", "key"])
    said = said.filter(pc.and_(pc.equal(said["system"], system), pc.is_valid(said["key"]))).select(["at", "key"])
    said = said.group_by(["at", "key"]).aggregate([]).sort_by("at")  # identities stand in the order of first sight
    first = said.group_by("key", use_threads=False).aggregate([("at", "first"), ("at", "count")])
    first = first.filter(pc.less_equal(first["at_count"], TOO_COMMON))
    rows = identities.take(first["at_first"])
    return _homes(identities, rows.set_column(rows.column_names.index("key"), "key", first["key"]))


def homes(identities: pa.Table, source: str) -> pa.Table:
    """key, origin_id, subject_id, ordinal of every person of a source: contract.work.HOMES without the batch."""
    return _homes(identities, identities.filter(pc.equal(identities["source"], source)))


def _homes(identities: pa.Table, rows: pa.Table) -> pa.Table:
    ordinals = pd.Series(identities["ordinal"].to_numpy(), index=identities["subject_id"].to_numpy())
    subjects = pc.coalesce(rows["merged_into"], rows["subject_id"])
    return pa.table(
        {
            "key": rows["key"],
            "origin_id": rows["subject_id"],
            "subject_id": subjects,
            "ordinal": ordinals.loc[subjects.to_numpy()].to_numpy().astype(np.int64),
        }
    )


def moved(before: pa.Table, after: pa.Table) -> pa.Table:
    """origin_id, from_subject, to_subject of every known key whose subject is another one tonight."""
    both = _subjects(before).merge(_subjects(after), on="origin_id", suffixes=("_old", "_new"))
    both = both.rename(columns={"subject_id_old": "from_subject", "subject_id_new": "to_subject"})
    changed = both[both["from_subject"] != both["to_subject"]]
    return pa.Table.from_pandas(changed, preserve_index=False)


def _subjects(identities: pa.Table) -> pd.DataFrame:
    own = identities["subject_id"]
    return pd.DataFrame(
        {"origin_id": own.to_numpy(), "subject_id": pc.coalesce(identities["merged_into"], own).to_numpy()}
    )


def _next_ordinal(rows: pd.DataFrame) -> int:
    return int(rows["ordinal"].max()) + 1 if len(rows) else 0


def _seen(sightings: Sequence[Sighting]) -> pd.DataFrame:
    tables = [
        s.people.cast(PEOPLE).append_column("source", pa.repeat(pa.scalar(s.source), len(s.people))) for s in sightings
    ]
    seen: pd.DataFrame = pa.concat_tables(tables).to_pandas(types_mapper=pd.ArrowDtype)
    first = seen.drop_duplicates(["source", "key"])[["source", "key"]]  # the order of first sight, with the last word
    return first.merge(seen.drop_duplicates(["source", "key"], keep="last"), on=["source", "key"], how="left")


def _unnamed(known: pa.Table, sighting: Sighting) -> Sighting:
    """Persons of the source whom a complete sighting does not name, with nothing said of them."""
    mine = known.filter(pc.equal(known["source"], sighting.source))["key"]
    keys = mine.filter(pc.invert(pc.is_in(mine, sighting.people["key"].combine_chunks())))
    nothing = [pa.nulls(len(keys), PEOPLE.field(name).type) for name in ("identifiers", "replaced_by")]
    return Sighting(sighting.source, pa.table([keys, *nothing], schema=PEOPLE))


def _refresh(known: pd.DataFrame, seen: pd.DataFrame) -> pd.DataFrame:
    """What a source says tonight of a key it has named before replaces what it said."""
    if known.empty:
        return known
    places = pd.MultiIndex.from_frame(seen[["source", "key"]]).get_indexer(
        pd.MultiIndex.from_frame(known[["source", "key"]])
    )
    said = places >= 0
    if said.any():
        for column in ("identifiers", "replaced_by"):
            fresh = seen[column].take(places[said]).to_numpy()
            values = known[column].to_numpy(dtype=object).copy()
            values[said] = fresh
            known[column] = pd.Series(values, index=known.index, dtype=object)
    return known


def _draw(fresh: pd.DataFrame, first: int, seed: int | None, most: int) -> pd.DataFrame:
    count = len(fresh)
    raw = secrets.token_bytes(DRAWN * count) if seed is None else _seeded(fresh, seed)
    drawn = np.frombuffer(raw, dtype=np.uint64).reshape(count, DRAWN // 8)
    weeks = 1 + (drawn[:, 2] % np.uint64(most)).astype(np.int32)
    share = (drawn[:, 3] >> np.uint64(11)).astype(np.float64) / 2.0**53
    return pd.DataFrame(
        {
            "subject_id": (drawn[:, 0] >> np.uint64(1)).astype(np.int64),
            "ordinal": np.arange(first, first + count, dtype=np.int64),
            "source": fresh["source"].to_numpy(dtype=object),
            "key": fresh["key"].to_numpy(dtype=object),
            "identifiers": fresh["identifiers"].to_numpy(dtype=object),
            "replaced_by": fresh["replaced_by"].to_numpy(dtype=object),
            "merged_into": None,
            "open_id": (drawn[:, 1] >> np.uint64(1)).astype(np.int64),
            "offset_weeks": np.where(drawn[:, 2] >> np.uint64(63), weeks, -weeks),
            "salt": [row[4:6].tobytes() for row in drawn],
            "split": np.array([name for name, _ in SPLITS])[
                np.searchsorted([top for _, top in SPLITS], share, "right")
            ],
            "opt_out": False,
        }
    )


def _seeded(fresh: pd.DataFrame, seed: int) -> bytes:
    pairs = zip(fresh["source"], fresh["key"], strict=True)
    return b"".join(hashlib.blake2b(f"{seed}|{s}|{k}".encode(), digest_size=DRAWN).digest() for s, k in pairs)


def _merged_into(identities: pa.Table) -> pa.Array:
    """Of every row the subject of the first-seen row it is one person with; null where that is itself."""
    left, right = _links(identities)
    count = len(identities)
    group = _components(left, right, count) if len(left) else np.arange(count)
    first = pd.Series(np.arange(count)).groupby(group).transform("min").to_numpy()  # rows stand in order of first sight
    subjects = identities["subject_id"].to_numpy()
    return pa.array(subjects[first], mask=first == np.arange(count), type=pa.int64())


def _components(left: np.ndarray, right: np.ndarray, count: int) -> np.ndarray:
    from scipy.sparse import coo_matrix  # most nights link nobody, and the import costs a third of a second
    from scipy.sparse.csgraph import connected_components

    joined = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(count, count))
    found: np.ndarray = connected_components(joined, directed=False)[1]
    return found


def _links(identities: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of rows that are one person: a shared identifier, or one replaced by the other."""
    column = identities["identifiers"].combine_chunks()
    pairs = column.flatten()
    frame = pd.DataFrame(
        {
            "row": pc.list_parent_indices(column).to_numpy(),
            "system": pairs.field("system"),
            "value": pairs.field("value"),
        }
    ).dropna()
    groups = frame.groupby(["system", "value"], sort=False)["row"]
    size, first = groups.transform("nunique"), groups.transform("min")
    shared = (size > 1) & (size <= TOO_COMMON) & (first != frame["row"])
    frame, first = frame[shared], first[shared]
    rows = identities.select(["source", "key", "replaced_by"]).to_pandas()
    places = pd.Series(rows.index, index=pd.MultiIndex.from_frame(rows[["source", "key"]]))
    links = rows[rows["replaced_by"].notna()]
    targets = places.reindex(pd.MultiIndex.from_arrays([links["source"], links["replaced_by"]])).to_numpy()
    known = ~np.isnan(targets.astype(float))
    left = np.concatenate([first.to_numpy(), links.index.to_numpy()[known]])
    right = np.concatenate([frame["row"].to_numpy(), targets[known]])
    return left.astype(np.int64), right.astype(np.int64)
