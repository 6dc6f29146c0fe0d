"""From guesses to a first mapping: each table's columns, its way to its person, and the resources it may make."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from etl.rules.policy import policy
from etl.sniff.guess import Sniffed
from etl.sniff.knowledge import knowledge, plain
from etl.sniff.profile import ID, Profile
from etl.sniff.relate import Leads, Related, everyones
from etl.sniff.values import Values, quoted
from schemas.fhir import resource_types

APART = (  # columns that may tell rows apart, in this order
    "person", "encounter", "time", "start", "offset", "code", "label", "number", "answer", "line", "rank", "end",
    "dose", "recorded",
)  # fmt: skip
CORRECTED = ("number", "answer", "dose", "recorded")  # what a correction changes: an id that lasts does without
WORDY = (  # read as text, whatever they look like
    "code", "label", "answer", "sex", "class", "version", "birth_year", "zip", "dose", "route", "unit", "note_kind",
)  # fmt: skip
MANY = 200
KEYS = re.compile(r"(id|key|no|nr|num|number|seq|line)$")
YEARS = (1850, 2100)
SOME_DAY = "'2000-01-01T00:00:00Z'"


@dataclass
class Draft:
    """One table's file, as data. `notes`: what is said beside a column. `said`: the other parts of the language."""

    table: Sniffed
    columns: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)


@dataclass
class Drafts:
    """`systems`: short names of this mapping's own."""

    name: str
    tables: list[Draft] = field(default_factory=list)
    systems: dict[str, str] = field(default_factory=dict)
    maps: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    last: int = YEARS[1]  # year that its dates reach
    doubts: list[str] = field(default_factory=list)


def drafted(name: str, tables: list[Sniffed], related: Related) -> Drafts:
    drafts = Drafts(name, doubts=list(related.doubts), maps=knowledge().maps)
    latest = max((held.latest for table in tables for held in table.profiles.values()), default=0)
    if YEARS[1] < latest <= policy().last_year:
        drafts.last = policy().last_year
        drafts.doubts.append(f"dates reach the year {latest}: taken for moved ones, so `years` lets them through")
    drafts.systems[f"{name}-person"] = f"urn:{name}:{plain(related.person) or 'person'}"
    for table in tables:
        if table.profiles:
            drafts.tables.append(_draft(drafts, table, related))
    return drafts


def _draft(drafts: Drafts, table: Sniffed, related: Related) -> Draft:
    draft = Draft(table, doubts=list(table.doubts))
    lead = related.leads.get(table.name)
    if lead:
        _Author(draft, related, lead, drafts).resources()
    elif table.name not in related.looked_up:
        draft.doubts.append("no column leads to a person, and no table looks anything up here: it is not used")
    keys = related.keys(table.name)
    codes = related.codes(table.name)
    wanted = keys | codes | related.labels(table.name) | _mentioned(draft)
    for column, held in table.profiles.items():
        kind = _wordy(held) if column in codes - keys else _type(table, held, column in keys, lead)
        draft.columns[column] = kind if column in wanted else "ignored"
        note = _note(held, everyones(table, held, lead))
        draft.notes[column] = note if column in wanted else f"{kind.rstrip('!')}; {note}"
        draft.doubts += [f"{column}: {doubt}" for doubt in held.doubts if held.distinct and column in wanted]
    return draft


def _note(held: Profile, codes: tuple[str, ...]) -> str:
    filled = "always filled" if held.filled == 1 else f"{held.filled:.0%} filled"
    note = f"{filled}, {held.distinct:,} different" if held.distinct else "never filled in what was looked at"
    return note + (f": {', '.join(codes)}" if codes else "")


def _type(table: Sniffed, held: Profile, key: bool, lead: Leads | None) -> str:
    if key:
        plain_ids = held.kind in ("integer", "id", "decimal") or all(map(ID.fullmatch, held.few or ("_",)))
        kind = held.type if held.type == "id(whole)" else "id" if plain_ids else "key"
        return kind + ("!" if lead and held.filled == 1 and held.name == lead.column else "")
    if held.name == table.column("number"):
        return "string" if held.doubts or not held.distinct else "decimal" if held.type == "id(whole)" else held.type
    if held.name in {table.column(role) for role in WORDY}:
        return _wordy(held)
    return "decimal" if held.type == "id(whole)" else held.type


def _wordy(held: Profile) -> str:
    """Codes are text, though they may be digits."""
    return (
        "id(whole)"
        if held.type == "id(whole)"
        else "string"
        if held.kind in ("integer", "decimal", "boolean")
        else held.type
    )


def _mentioned(draft: Draft) -> set[str]:
    """Columns that the draft names."""
    text = repr(draft.said)
    return {name for name in draft.table.profiles if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)}


def _apart(table: Sniffed, columns: list[str]) -> bool:
    """Whether some columns tell all rows apart."""
    return bool(len(table.found.rows.group_by(columns).aggregate([])) == table.found.rows.num_rows)


@dataclass
class _Author:
    """Writes the resources of one table."""

    draft: Draft
    related: Related
    lead: Leads
    drafts: Drafts
    values: Values = field(init=False)

    def resources(self) -> None:
        table, said = self.draft.table, self.draft.said
        self.values = Values(table, self.related, self.lead, self.drafts.name, self._moments())
        persons, kind = table.name == self.related.persons, self._kind()
        through = {"column": self.lead.column, "table": self.lead.table, "key": self.lead.key}
        said["person"] = through if self.lead.table else self.lead.column
        made = self._patient() if persons else {}
        if kind:
            made |= self._of_kind(kind)
        elif not persons:
            self.draft.doubts.append("what it holds could not be guessed: say `resources`, or leave the file out")
        if self.values.joins:
            said["joins"] = self.values.joins
        if self.values.timed:
            said["let"] = {"AT": self.values.timed}
        if made:
            said["resources"] = made
        self.drafts.systems |= self.values.systems
        self.draft.doubts += self.values.doubts

    def _kind(self) -> str:
        table = self.draft.table
        if table.name == self.related.visits:
            return "encounter"
        if table.kind == "encounter":
            self.draft.doubts.append(f"it seems to hold visits as well; those of {self.related.visits} are taken")
            return ""
        return "" if table.kind == "patient" else table.kind

    def _moments(self) -> str:
        """Minutes since an admission become moments."""
        table, column = self.draft.table, self.draft.table.column("offset")
        if {"time", "start"} & set(table.roles) or not column:
            return ""
        unit = "hours" if re.search(r"hour|iculos", column.lower()) else "minutes"
        numbers = pd.to_numeric(table.found.rows.column(column).to_pandas(), errors="coerce").dropna().abs()
        unit = "milliseconds" if (numbers % 1000 == 0).all() and (numbers >= 60_000).any() else unit
        self.draft.doubts.append(
            f"{column} counts {unit} from something: AT counts them from a made-up day. Put "
            "the start of the stay there (joins: {stay: ...}, after(stay.START, ...))"
        )
        return f"after({SOME_DAY}, {quoted(column)}, '{unit}')"

    def _patient(self) -> dict[str, Any]:
        table, person = self.draft.table, self.related.person
        self.draft.said["people"] = {"identifying": {f"{self.drafts.name}-person": person}}
        made = {"id": person, **self.values.fill(knowledge().resources["patient"]["Patient"])}
        if not table.profiles[person].unique:
            made["by"] = [person]
        if "birth" not in table.roles:
            what = next((told for role, told in TOLD.items() if role in table.roles), "nothing")
            self.draft.doubts.append(f"birth: {what} is known; say birthDate if it can be had")
        sex = table.profiles.get(table.column("sex"))
        if sex and not all(code.lower() in knowledge().maps["sex"] for code in sex.few):
            codes = ", ".join(everyones(table, sex, self.lead))
            told = f" ({codes})" if codes else ""
            self.draft.doubts.append(f"sex: write what its codes mean into maps of source.yaml{told}")
        return {"Patient": made}

    def _of_kind(self, kind: str) -> dict[str, Any]:
        name, said = next(iter(knowledge().resources[kind].items()))
        elements, measures = {**self._identity(kind), **self.values.fill(said)}, self.draft.table.measures
        if kind == "wide":
            over = {c: {"code": m.code, "name": m.name, "unit": self._unit(c)} for c, m in measures.items()}
            self.draft.doubts.append("units were guessed by the names of the columns: look at each (`unit`)")
            elements = {"over": over, "when": "$column IS NOT NULL", **elements}
        if kind == "note" and "by" in elements:
            columns = ", ".join(quoted(self.draft.table.column(role)) for role in ("text", "note_id", "line"))
            elements["content"]["attachment"]["data"] = f"base64(encode(lines({columns})))"
        if kind == "encounter" and "class" not in elements:
            elements["class"] = "coding(act-code, = AMB)"
            self.draft.doubts.append("no column tells inpatients from others: all visits are ambulatory (AMB)")
        required = [each.name for each in resource_types()[name].elements if each.required]
        absent = [each for each in required if each not in elements]
        if absent:
            self.draft.doubts.append(f"it seems to be a {kind}, but nothing says {', '.join(absent)} of a {name}")
        return {} if absent else {name: elements}

    def _unit(self, column: str) -> str:
        """The usual one, unless the cells say that it cannot be."""
        measure, middle = self.draft.table.measures[column], self.draft.table.profiles[column].middle
        if middle is None or not measure.other or measure.least <= middle <= measure.most:
            return measure.unit
        self.draft.doubts.append(f"{column}: its cells are no {measure.unit} by their size: {measure.other} was taken")
        return measure.other

    def _identity(self, kind: str) -> dict[str, Any]:
        """The table's own key; else the columns that tell rows apart."""
        table, profiles = self.draft.table, self.draft.table.profiles
        if kind == "encounter":
            return {"id": table.column("encounter")}
        note = table.column("note_id")
        if kind == "note" and note and table.column("line") and not profiles[note].unique:
            return {"id": note, "by": [note]}
        own = [c for c, p in profiles.items() if p.unique and p.tight and p.kind not in ("date", "dateTime", "decimal")]
        others = {*self.related.codes(table.name), self.related.stays.get(table.name, ""), self.lead.column}
        others |= {table.column(role) for role in WORDY if role in table.roles}
        named = table.found.rows.num_rows < MANY  # among few rows much is different by chance
        own = [c for c in own if c not in others | set(table.measures) and (KEYS.search(plain(c)) or not named)]
        if own and kind != "wide":
            return {"id": f"'{table.name.replace('_', '-')}-' || {quoted(own[0])}"}
        named = list(dict.fromkeys(column for role in APART if (column := table.column(role))))
        lasting = [column for column in named if column not in {table.column(role) for role in CORRECTED}]
        choices = [own[:1], lasting, named, list(profiles)]
        columns = next((each for each in choices if each and _apart(table, each)), choices[-1])
        if columns == choices[-1]:
            self.draft.doubts.append("no few columns tell its rows apart: the id is made of all of them")
        elif columns == named != lasting:
            self.draft.doubts.append("the id holds the value: a corrected value will stand beside the wrong one")
        return {"id": f"hash({', '.join([*map(quoted, columns), *(['= $column'] if kind == 'wide' else [])])})"}


TOLD = {"birth_year": "only a year", "age": "only an age"}
