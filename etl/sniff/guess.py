"""Which role each column plays and what kind of table it makes: guesses from names and types, and how sure they are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from etl.sniff.knowledge import Kind, Measure, knowledge, match, plain, spoken
from etl.sniff.look import Found
from etl.sniff.profile import Profile, order, profile

NAMED, FURTHER = 0.9, 0.07  # sure of the best name of a role; less for each that is further down
SHARED = ("time", "start", "recorded", "code", "label", "number", "answer")  # one column may play several of these
WIDE = 3  # measures that make a table a wide one
OWN = ("id", "key", "uid", "uuid", "guid", "pk", "nr", "no", "row_id", "rowid")
TEXTUAL = ("id", "key", "integer", "string", "code", "boolean")


@dataclass(frozen=True)
class Guess:
    column: str
    sure: float


@dataclass
class Sniffed:
    """A table with what is thought of it. `doubts` are shown to whoever mends the mapping."""

    found: Found
    profiles: dict[str, Profile]
    roles: dict[str, Guess]
    measures: dict[str, Measure]
    kind: str = ""
    sure: float = 0.0
    doubts: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.found.name

    def column(self, role: str) -> str:
        return self.roles[role].column if role in self.roles else ""


def sniffed(found: Found) -> Sniffed:
    profiles = _profiles(found)
    roles = {**_own(found.name, profiles), **_roles(found.name, profiles)}
    taken = {guess.column for role, guess in roles.items() if role not in SHARED}
    measures = {name: said for name in profiles if name not in taken and (said := _measure(profiles[name]))}
    table = Sniffed(found, profiles, roles, measures, doubts=list(found.problems))
    table.kind, table.sure = _kind(table)
    return table


def _profiles(found: Found) -> dict[str, Profile]:
    """A word that means nothing in one column means nothing in those that hold no other."""
    first = {name: profile(name, found.rows.column(name)) for name in found.rows.column_names}
    known = tuple({word for held in first.values() for word in held.empty})
    alone = [name for name, held in first.items() if held.distinct == 1 and not held.empty]
    return first | {name: profile(name, found.rows.column(name), known) for name in alone if known}


def agreed(tables: list["Sniffed"]) -> None:
    """Day before month, or month first: what most columns leave no doubt of holds for all columns of the export."""
    held = [each for table in tables for each in table.profiles.values() if "%" in each.type]
    sure = {order(each.type) for each in held if not each.also}
    for table in tables:
        for name, each in table.profiles.items():
            if each.also and len(sure) == 1:
                kind = each.type if order(each.type) in sure else each.also
                doubts = tuple(doubt for doubt in each.doubts if not doubt.startswith("the days fit"))
                table.profiles[name] = replace(each, type=kind, also="", doubts=doubts)


def _own(table: str, profiles: Mapping[str, Profile]) -> dict[str, Guess]:
    """The key of a table of persons or visits, which is mostly called no more than id."""
    column = next((name for name, held in profiles.items() if plain(name) in OWN and held.unique and held.tight), "")
    for kind, role in (("patient", "person"), ("encounter", "encounter"), ("note", "note_id")):
        if column and spoken(knowledge().kinds[kind].names, table):
            return {role: Guess(column, NAMED)}
    return {}


def _roles(table: str, profiles: Mapping[str, Profile]) -> dict[str, Guess]:
    found: dict[str, Guess] = {}
    taken: set[str] = set()
    for role, said in knowledge().roles.items():
        ranked = [
            (place, -profiles[name].filled, name)
            for name in profiles
            if name not in taken
            and _fits(profiles[name], said.types)
            and (place := match(said.names, name)) is not None
            and not (role == "code" and profiles[name].unique and _numbers_rows(table, name))
        ]
        if ranked:
            place, _, name = min(ranked, key=lambda each: each[:2])
            found[role] = Guess(name, max(NAMED - FURTHER * place, 0.3))
            taken |= set() if role in SHARED else {name}
    return found


def _numbers_rows(table: str, column: str) -> bool:
    """labid of lab and DIAGNOSISID of DIAGNOSIS say which row it is, not what it is about."""
    mine, name = plain(column).replace("_", ""), plain(table).replace("_", "")
    return re.fullmatch(r"(id|key|no|nr|num)", mine.removeprefix(name.rstrip("s"))) is not None


def _fits(column: Profile, types: tuple[str, ...]) -> bool:
    if not column.distinct:
        return False
    if "id" in types and "decimal" not in types:
        return column.kind in types or (column.tight and column.kind in TEXTUAL)
    return column.kind in types or (column.type == "id(whole)" and bool({"integer", "decimal"} & set(types)))


def _measure(column: Profile) -> Measure | None:
    if column.kind not in ("decimal", "integer", "id") or not column.distinct:
        return None
    return next((said for said in knowledge().measures.values() if match(said.names, column.name) is not None), None)


def _kind(table: Sniffed) -> tuple[str, float]:
    """The kind that most speaks for, and how sure it is."""
    described = {"sex", "birth", "birth_year"} & set(table.roles)
    described = described if _one_a_person(table) else set()  # some repeat what is known of a person in each row
    if len(table.measures) >= WIDE and {"time", "start", "offset"} & set(table.roles) and not described:
        return "wide", min(0.5 + 0.05 * len(table.measures), 0.9)
    scores = {name: _score(table, kind) for name, kind in knowledge().kinds.items()}
    best = max(scores, key=lambda name: scores[name])
    return (best, min(scores[best], 0.95)) if scores[best] >= 0.3 else ("", 0.0)


def _score(table: Sniffed, kind: Kind) -> float:
    """0: it cannot be one. The person may stand elsewhere."""
    there = {*table.roles, "person"}
    if not all(there & set(group) for group in kind.needs):
        return 0.0
    if kind.one_row_a_person and not _one_a_person(table):
        return 0.0
    named = spoken(kind.names, table.name)
    if kind.by_name and not named:
        return 0.0
    likes = sum(table.roles[role].sure for role in kind.likes if role in table.roles) / len(kind.likes)
    return 0.5 * named + 0.45 * likes


def _one_a_person(table: Sniffed) -> bool:
    person = table.profiles.get(table.column("person"))
    return person is not None and person.unique and bool({"sex", "birth", "birth_year", "age"} & set(table.roles))
