"""Whose a row is: by a column that names the person, or by one that leads there through rows of other tables."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa

from contract.work import Group
from etl.mapping.files import Through
from etl.mapping.frame import Cells
from etl.mapping.language import RawTable
from etl.mapping.load import Mapping, TableMapping
from etl.sources.tables_file import RawFile, open_file
from etl.sources.tables_homes import NOWHERE, SEVERAL, UNKNOWN, Homes, Ints, keys
from etl.sources.tables_places import place_of, tables_of


@dataclass(frozen=True)
class Way:
    """`rows`: key of the table that leads on -> row of HOMES, or why not. `persons`: whom such keys name."""

    rows: dict[str, int]
    persons: dict[str, str]

    def find(self, keys: Cells) -> Ints:
        rows = np.array([self.rows.get(key, NOWHERE) for key in keys.values.to_pylist()], np.int64)
        return rows if keys.at is None else rows[keys.at]

    def person(self, key: str) -> str:
        return self.persons.get(key, key)


Finder = Homes | Way


@dataclass
class Ways:
    """Of one group. Held in memory: the keys of tables through which others lead."""

    group: Group
    mapping: Mapping
    homes: Homes
    _known: dict[Through, Way] = field(default_factory=dict)

    def of(self, table: RawTable) -> Finder:
        if table.through is None:
            return self.homes
        if table.through not in self._known:
            self._known[table.through] = self._way(table.through)
        return self._known[table.through]

    def _way(self, through: Through) -> Way:
        table = self.mapping.tables[through.table]
        onward = self.of(table.raw)
        found = [pd.DataFrame({"key": [], "row": []})]
        persons: dict[str, str] = {}
        for mine, theirs in links(self.group, self.mapping, through):
            rows = onward.find(theirs)
            found.append(pd.DataFrame({"key": mine.take(None).to_pylist(), "row": rows}))
            lost = np.flatnonzero((rows == UNKNOWN) | (rows == SEVERAL))
            named = zip(mine.take(lost).to_pylist(), theirs.take(lost).to_pylist(), strict=True)
            persons |= {key: onward.person(person or "") for key, person in named}
        pairs = pd.concat(found).dropna().drop_duplicates()
        twice = pairs["key"].duplicated(keep=False)
        persons |= self._all(pairs[twice], persons)
        one = dict(zip(pairs["key"][~twice], pairs["row"][~twice].astype(np.int64).tolist(), strict=True))
        return Way(one | dict.fromkeys(pairs["key"][twice], SEVERAL), persons)

    def _all(self, pairs: pd.DataFrame, persons: dict[str, str]) -> dict[str, str]:
        """Everybody whom a key names that names several."""
        known = list(self.homes.rows) if len(pairs) else []
        said: dict[str, str] = {}
        for key, row in pairs.itertuples(index=False):
            name = known[int(row)] if row >= 0 else persons.get(key, "")
            said[key] = f"{said[key]},{name}" if key in said else name
        return said


def links(group: Group, mapping: Mapping, through: Through) -> Iterator[tuple[Cells, Cells]]:
    """Of the rows of a table through which others lead: their key, and what says whose they are."""
    table = mapping.tables[through.table]
    names = dict.fromkeys((through.key, table.raw.person))
    for raw, rows in table_rows(group, mapping, table, list(names)):
        if raw.has(through.key) and raw.has(table.raw.person):
            mine, theirs = (keys(rows.column(name), table.raw.column(name)) for name in (through.key, table.raw.person))
            yield mine, theirs


def table_rows(
    group: Group, mapping: Mapping, table: TableMapping, names: list[str]
) -> Iterator[tuple[RawFile, pa.Table]]:
    """Some columns of one raw table of the group, as they stand in its files."""
    for path in group.files:
        if any(each is table for each in tables_of(place_of(path, group), mapping)):
            for opened in open_file(path, group, [table]):
                for raw, piece in opened.pieces({table.raw.name: names}):
                    yield raw, piece.rows
