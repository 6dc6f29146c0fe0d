"""What a person's raw rows say, as one number a person: whether anything of them is not as it was the night before."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from contract.work import SHARED_BATCH
from etl.mapping.load import Mapping, TableMapping
from etl.mapping.steps import OWNER, Lines
from etl.sources.tables_rows import spooled_rows
from schemas.digests import hashed

Words = npt.NDArray[np.uint64]
FACTORS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xFF51AFD7ED558CCD))  # odd, well-mixing multipliers
SHIFT = np.uint64(32)
DIGESTS = pa.schema([pa.field("origin_id", pa.int64(), nullable=False), pa.field("digest", pa.uint64())])
Counted = dict[str, npt.NDArray[np.int64]]
NONE = pd.DataFrame({"origin_id": np.zeros(0, np.int64), "digest": np.zeros(0, np.uint64)})
OVER = re.compile(r"\bover\b", re.IGNORECASE)
PARTITION = re.compile(r'\bover\s*\(\s*partition\s+by\s+("[^"]+"(?:\s*,\s*"[^"]+")*)\s*(?:\)|order\b)', re.IGNORECASE)


def person_digests(folder: Path, batch: int, mapping: Mapping) -> pa.Table:
    """DIGESTS of every person with rows in the batch, in the order of origin_id; null where it cannot be told.

    With how many rows of each raw table they have.
    """
    found, entangled = [NONE], [np.zeros(0, np.int64)]
    persons: Counted = {}
    beside = Beside(folder, mapping)
    for name, table in mapping.tables.items():
        rows = spooled_rows(folder, name, batch) if table.raw.person else None
        if rows is not None and len(rows):
            summed, theirs = _of_table(table, rows, beside)
            found.append(summed)
            entangled.append(theirs)
            persons[name] = rows.column("origin_id$").to_numpy()
    total = _summed(pd.concat(found))
    origins, digests = total["origin_id"].to_numpy(), total["digest"].to_numpy()
    unsure = np.isin(origins, np.concatenate(entangled))
    digested = pa.table([pa.array(origins), pa.array(digests, mask=unsure)], schema=DIGESTS)
    for name, whose in persons.items():
        digested = digested.append_column(
            name, pa.array(np.bincount(np.searchsorted(origins, whose), minlength=len(origins)))
        )
    return digested


def _summed(frame: pd.DataFrame) -> pd.DataFrame:
    """Modulo 2^64, so the order of rows makes no difference and a row sent twice does."""
    return frame.groupby("origin_id")["digest"].sum().reset_index()


@dataclass(frozen=True)
class Beside:
    """The tables of a group that a table is joined with."""

    folder: Path
    mapping: Mapping
    _known: dict[str, int] = field(default_factory=dict)

    def ordered(self, table: TableMapping) -> bool:
        """The first match counts, or all in their order."""
        return any(look.join.table == table.raw.name for each in self.mapping.tables.values() for look in each.looks)

    def word(self, table: TableMapping) -> int:
        """Of all rows of no person that rows of the table may meet: when one changes, so does everybody's digest."""
        shared = [self.mapping.tables[look.join.table] for look in table.looks]
        said = [f"{each.raw.name} {self._whole(each)} {self.word(each)}" for each in shared]
        return _number(" ".join([table.raw.name, *said]))

    def _whole(self, table: TableMapping) -> int:
        name = table.raw.name
        if name not in self._known:
            rows = None if table.raw.person else spooled_rows(self.folder, name, SHARED_BATCH)
            self._known[name] = 0 if rows is None else _in_order(rows, table.raw.stored)
        return self._known[name]


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def _in_order(rows: pa.Table, names: list[str]) -> int:
    state = np.arange(len(rows), dtype=np.uint64)
    for _, words in _words(rows, names):
        state = _mixed(state if words is None else state + words)
    return int(state.sum())


def _of_table(table: TableMapping, rows: pa.Table, beside: Beside) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """Digests of the persons over the cells that the mapping reads, and whom they do not tell all of."""
    together = _together(table)
    keys = {name for key in together or () for name in key}
    held: dict[str, Words] = {}
    state = np.full(len(rows), beside.word(table), np.uint64)
    for name, words in _words(rows, table.raw.stored):
        state *= FACTORS[0]
        if words is not None:  # an absent column says what an empty one says
            state += words
            held |= {name: words} if name in keys else {}
    origins = rows.column("origin_id$").to_numpy()
    if together is None or together or beside.ordered(table):  # what several rows make may depend on how they stand
        state += pd.Series(origins).groupby(origins).cumcount().to_numpy().astype(np.uint64) * FACTORS[1]
    summed = _summed(pd.DataFrame({"origin_id": origins, "digest": _mixed(state)}))
    return summed, summed["origin_id"].to_numpy() if together is None else _entangled(table, together, held, origins)


def _together(table: TableMapping) -> list[tuple[str, ...]] | None:
    """Columns whose agreement makes rows one piece, of `by` and of window functions; None: any rows may be."""
    texts = [sql.text for sql in table.sqls()]
    windows = [found for text in texts for found in PARTITION.findall(text)]
    if len(windows) < sum(len(OVER.findall(re.sub(r"'[^']*'|\"[^\"]*\"", "", text))) for text in texts):
        return None
    known = set(table.raw.stored)
    keys = [tuple(re.findall(r'"([^"]+)"', window)) for window in windows]
    if any(not (set(key) <= known or table.raw.person in key) for key in keys):
        return None
    lines = [(OWNER,) for step in table.steps if isinstance(step, Lines)]  # never those of two persons
    found = [*(tuple(resource.by) for resource in table.resources if resource.by), *keys, *lines]
    varied = {column.name for column in table.raw.read if column.variants}  # equal, however unlike their texts
    alone = {table.raw.person, OWNER}
    sure = [key if alone & set(key) else tuple(name for name in key if name not in varied) for key in found]
    return sure if all(sure) else None


def _entangled(
    table: TableMapping, together: list[tuple[str, ...]], held: dict[str, Words], origins: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Persons whose rows make one piece with another's, by a mistake of the exporter."""
    found = [np.zeros(0, np.int64)]
    for key in {key for key in together if not {table.raw.person, OWNER} & set(key)}:
        state = np.zeros(len(origins), np.uint64)
        for name in key:
            state = _mixed(state + held[name]) if name in held else state
        pairs = pd.DataFrame({"key": state, "origin_id": origins}).drop_duplicates()
        found.append(pairs["origin_id"][pairs["key"].duplicated(keep=False)].to_numpy())
    return np.concatenate(found)


def _mixed(state: Words) -> Words:
    """Not linear: cells that change places between two rows must not give the same sum."""
    for factor in FACTORS:
        state ^= state >> SHIFT
        state *= factor
    state ^= state >> SHIFT
    return state


def _words(rows: pa.Table, names: list[str]) -> Iterator[tuple[str, Words | None]]:
    """Of every cell of each column, 0 where it is empty; all values are hashed at once, coded ones once a chunk."""
    chunks = {name: [c for c in rows.column(name).chunks if len(c)] for name in names if name in rows.column_names}
    values = [_values(chunk) for held in chunks.values() for chunk in held]
    texts = pa.table({"cell": pa.chunked_array(values, pa.string())})
    words = hashed(texts, "CASE WHEN cell IS NULL THEN 0::UBIGINT ELSE hash(cell) END")
    start = 0
    for name in names:
        found = []
        for chunk in chunks.get(name, ()):
            length = len(_values(chunk))
            found.append(_coded(chunk, words[start : start + length]))
            start += length
        yield name, np.concatenate(found) if found else None


def _values(chunk: pa.Array) -> pa.Array:
    return (chunk.dictionary if pa.types.is_dictionary(chunk.type) else chunk).cast(pa.string())


def _coded(chunk: pa.Array, words: Words) -> Words:
    if not pa.types.is_dictionary(chunk.type):
        return words
    found = np.zeros(len(chunk), np.uint64)
    found[chunk.is_valid().to_numpy(zero_copy_only=False)] = words[chunk.indices.drop_null().to_numpy()]
    return found
