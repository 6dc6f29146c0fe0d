"""How tables hang together: which holds the persons, how each row leads to its person, which are code tables."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from etl.sniff.guess import OWN, Sniffed
from etl.sniff.knowledge import plain
from etl.sniff.profile import Profile

INSIDE = 0.9  # share of a column's different cells that must stand in another's, to refer to it
HALF = 0.5  # the same, of visits and codes: exports are cut by date, and code tables lack codes
SEVERAL = 5  # persons who must have a code before it may be shown: fewer may be one person's own word
COMPARED = 5_000
KEYED = ("id", "key", "integer", "string", "code")
DESCRIBES = ("sex", "birth", "birth_year", "age", "death")


@dataclass(frozen=True)
class Leads:
    """`column` of this table is `key` of `table`, whose row says the person."""

    column: str
    table: str = ""
    key: str = ""


@dataclass(frozen=True)
class Lookup:
    """`column` of this table is `key` of the code table `table`; `label` says there what it means."""

    name: str
    column: str
    table: str
    key: str
    label: str
    version: str = ""  # a further column of the same name in both, where codes of several editions stand together


@dataclass
class Related:
    """`persons`: the table that persons are made of. `leads`, `lookups`: by table."""

    persons: str = ""
    person: str = ""  # its column
    leads: dict[str, Leads] = field(default_factory=dict)
    lookups: dict[str, list[Lookup]] = field(default_factory=dict)
    visits: str = ""
    stays: dict[str, str] = field(default_factory=dict)  # table -> its column that names the visit
    doubts: list[str] = field(default_factory=list)

    @property
    def looked_up(self) -> set[str]:
        return {lookup.table for lookups in self.lookups.values() for lookup in lookups}

    def keys(self, table: str) -> set[str]:
        """Columns of the table that name a person or visit, there or in another."""
        lead = self.leads.get(table)
        found = {lead.column} if lead else set()
        found |= {each.key for each in self.leads.values() if each.table == table}
        return found | ({self.stays[table]} if table in self.stays else set())

    def codes(self, table: str) -> set[str]:
        """Columns that name a row of a code table, there or in another."""
        mine = {name for each in self.lookups.get(table, []) for name in (each.column, each.version)}
        theirs = {
            name
            for lookups in self.lookups.values()
            for each in lookups
            if each.table == table
            for name in (each.key, each.version)
        }
        return mine | theirs - {""}

    def labels(self, table: str) -> set[str]:
        return {each.label for lookups in self.lookups.values() for each in lookups if each.table == table}


def related(tables: list[Sniffed]) -> Related:
    said = Related()
    persons = _persons(tables)
    if persons is None:
        said.doubts.append("no column says whose rows these are: nothing can be mapped to persons yet")
        return said
    said.persons, said.person = persons.name, persons.column("person")
    if persons.kind != "patient":
        said.doubts.append(f"no table of persons was found: they are made of {persons.name}, by {said.person}")
    keys = _cells(persons, said.person)
    said.leads[persons.name] = Leads(said.person)
    for table in tables:
        column = _person_column(table, said.person, keys)
        if column and table is not persons:
            said.leads[table.name] = Leads(column)
    for table in tables:
        if table.name not in said.leads:
            through = _through(table, [each for each in tables if each.name in said.leads])
            if through:
                said.leads[table.name] = through
    _find_stays(said, tables)
    codes = [table for table in tables if table.name not in said.leads]
    said.lookups = {table.name: list(_lookups(table, codes)) for table in tables if table.name in said.leads}
    return said


def _find_stays(said: Related, tables: list[Sniffed]) -> None:
    """Which table holds the visits, and which column of the others names one."""
    keyed = [t for t in tables if t.column("encounter") and t.profiles[t.column("encounter")].unique]
    visits = max(
        (t for t in keyed if t.kind == "encounter" or t.name == said.persons),
        key=lambda table: (table.kind == "encounter", table.profiles[table.column("encounter")].distinct),
        default=None,
    )
    if visits is None:
        return
    said.visits = visits.name
    keys = _cells(visits, visits.column("encounter"))
    for table in tables:
        column = table.column("encounter")
        if column and (table is visits or _share(table, column, keys) >= HALF):
            said.stays[table.name] = column


def everyones(table: Sniffed, column: Profile, lead: Leads | None) -> tuple[str, ...]:
    """The codes of a column when each is several persons' own: only those may be shown. A key's cells never are."""
    if lead is None or not column.few or column.name == lead.column:
        return ()
    cells = table.found.rows.select([column.name, lead.column]).to_pandas().astype("string")
    persons = cells.groupby(cells[column.name].str.strip())[lead.column].nunique()
    return column.few if all(persons.get(code, 0) >= SEVERAL for code in column.few) else ()


def _persons(tables: list[Sniffed]) -> Sniffed | None:
    """The table of patients; else the one that best describes persons; else any that names them."""
    named = [table for table in tables if table.column("person")]
    return max(
        named,
        key=lambda table: (
            table.kind == "patient",
            sum(role in table.roles for role in DESCRIBES),
            table.profiles[table.column("person")].distinct,
        ),
        default=None,
    )


def _cells(table: Sniffed, column: str) -> set[str]:
    held = table.found.rows.column(column).to_pandas().astype("string").str.strip()
    return set(held.dropna())


def _share(table: Sniffed, column: str, keys: set[str]) -> float:
    held = pd.Series(list(_cells(table, column))[:COMPARED])
    return float(held.isin(keys).mean()) if len(held) else 0.0


def _person_column(table: Sniffed, name: str, keys: set[str]) -> str:
    """Called the same, or guessed to be it; and its cells are persons'."""
    same = [column for column in table.profiles if plain(column) == plain(name)]
    guessed = [table.column("person")] if table.column("person") else []
    for column in [*same, *guessed]:
        share = _share(table, column, keys)
        if share >= INSIDE or (column in same and share > 0):
            if share < INSIDE:
                table.doubts.append(f"{1 - share:.0%} of the persons in {column} are not in the table of persons")
            return column
    return ""


def _through(table: Sniffed, known: list[Sniffed]) -> Leads | None:
    """A column that is a key of a table whose rows name their person."""
    found: list[tuple[float, str, str, str]] = []
    for column, held in table.profiles.items():
        counted = plain(column) in OWN and held.unique  # a number of rows, here and there
        if held.kind not in KEYED or not held.tight or not held.distinct or counted:
            continue
        for other in known:
            for key in (k for k in other.profiles if plain(k) == plain(column)):
                if other.profiles[key].unique:
                    found.append((_share(table, column, _cells(other, key)), column, other.name, key))
    if not found or max(found)[0] < HALF:
        return None
    share, column, name, key = max(found)
    if share < INSIDE:
        table.doubts.append(f"{1 - share:.0%} of what {column} names is not in {name}: such rows are nobody's")
    return Leads(column, name, key)


def _lookups(table: Sniffed, codes: Iterable[Sniffed]) -> Iterable[Lookup]:
    """Code tables with a label, one for each column of codes."""
    taken: set[str] = set()
    for other in codes:
        label = other.column("label")
        for column, held in table.profiles.items():
            key = next((k for k in other.profiles if _same(column, k, other)), "")
            version = _edition(table, other) if key and not other.profiles[key].unique else ""
            fits = label and key and column not in taken and held.distinct and held.tight
            unique = key and (
                other.profiles[key].unique or (version not in ("", key) and _distinct(other, [key, version]))
            )
            if fits and unique and key != label and _share(table, column, _cells(other, key)) >= HALF:
                taken.add(column)
                yield Lookup(other.name, column, other.name, key, label, version)


def _same(column: str, key: str, other: Sniffed) -> bool:
    """icd_code is icd_code; drug_concept_id is concept_id."""
    mine, theirs = plain(column), plain(key)
    return (
        (mine == theirs or mine.endswith(f"_{theirs}")) and theirs not in ("id", "code") and other.profiles[key].tight
    )


def _edition(table: Sniffed, other: Sniffed) -> str:
    """A column that says of which edition a code is, called the same in both."""
    version = other.column("version")
    return version if version and version in table.profiles else ""


def _distinct(table: Sniffed, columns: list[str]) -> bool:
    rows = table.found.rows.select(columns)
    return len(rows.group_by(columns).aggregate([])) == len(rows)
