"""What fills the places of a drafted resource: an expression for each role, from one table's columns."""

import re
from dataclasses import dataclass, field
from typing import Any

from etl.mapping.expressions import WORDS
from etl.sniff.guess import Sniffed
from etl.sniff.knowledge import plain
from etl.sniff.relate import Leads, Lookup, Related

HOLE = re.compile(r"\{(\w+)\}")
NAMED_SYSTEMS = ("loinc", "snomed", "rxnorm", "icd10cm", "icd9cm", "ndc", "cvx", "cpt", "atc")
BY_LOOK = {  # systems whose codes look like no other's in a table of that kind; "": of any
    "": ("loinc", "icd10cm"),
    "diagnosis": ("snomed",),
    "procedure": ("snomed",),
    "allergy": ("snomed",),
}
EDITIONS = {"9": "http://hl7.org/fhir/sid/icd-9-cm", "10": "http://hl7.org/fhir/sid/icd-10-cm"}
SOME = 0.2  # share of numbers among answers from which on they are read as numbers


@dataclass
class Values:
    """`systems`: short names that its codes need. `joins`: what its expressions need."""

    table: Sniffed
    related: Related
    lead: Leads
    source: str
    timed: str = ""  # the expression of a moment where no column is one
    joins: dict[str, Any] = field(default_factory=dict)
    systems: dict[str, str] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)

    def fill(self, said: Any) -> Any:
        """The template with every {role} filled; what has none falls away, and a structure with its content."""
        if isinstance(said, dict):
            parts = {key: filled for key, value in said.items() if (filled := self.fill(value)) not in ("", {}, [])}
            holes = [key for key, value in said.items() if HOLE.search(str(value))]
            return parts if not holes or any(key in parts for key in holes) else {}
        if isinstance(said, list):
            return [filled for each in said if (filled := self.fill(each)) not in ("", {}, [])]
        values = {role: self.of(role) for role in HOLE.findall(said)}
        return "" if not all(values.values()) else HOLE.sub(lambda hole: values[hole[1]], said)

    def of(self, role: str) -> str:
        """The expression for a role; empty: the table has none."""
        own = getattr(self, f"_{role}", None)
        return str(own()) if own else self._column(role)

    def _column(self, role: str) -> str:
        column = self.table.column(role)
        return self._whole(column) if role in ("time", "start", "end", "recorded") else quoted(column)

    def _whole(self, column: str) -> str:
        """A day and the hour of it, where they stand in columns of their own."""
        held = self.table.profiles.get(column)
        if held is None or held.kind != "date":
            return quoted(column)
        names = {re.sub("date", "time", plain(column)), f"{plain(column)}_time"} - {plain(column)}
        hour = next((name for name, each in self.table.profiles.items() if each.clock and plain(name) in names), "")
        day = quoted(column)
        return f"coalesce(clock({day}, {quoted(hour)}), {day})" if hour else day

    def _person(self) -> str:
        if not self.lead.table:
            return quoted(self.lead.column)
        self.joins["owner"] = {"table": self.lead.table, "on": {self.lead.column: self.lead.key}}
        return f"owner.{quoted(self.related.person)}"

    def _system(self) -> str:
        return f"{self.source}-person"

    def _time(self) -> str:
        return self._column("time") or self._column("start") or ("AT" if self.timed else "")

    def _start(self) -> str:
        return self._column("start") or self._column("time") or ("AT" if self.timed else "")

    def _recorded(self) -> str:
        held = self.table.profiles.get(self.table.column("recorded"))
        said = self._whole(held.name) if held else ""
        return said if held and (held.kind == "dateTime" or said != quoted(held.name)) else ""

    def _encounter(self) -> str:
        return quoted(self.related.stays.get(self.table.name, ""))

    def _birth(self) -> str:
        column, year = self.table.column("birth"), self._column("birth_year")
        if column:
            return f"{quoted(column)}[1:10]" if self.table.profiles[column].kind == "dateTime" else quoted(column)
        return f"{year}[1:4]" if year else ""

    def _quantity(self) -> str:
        column = self.table.column("number")
        held = self.table.profiles.get(column or self.table.column("answer"))
        if held is None or (not column and held.numeric < SOME):
            return ""
        return f"number({quoted(held.name)})" if not column or held.doubts or not held.distinct else quoted(column)

    def _words(self) -> str:
        """The answers that are no numbers."""
        number, answer = self._quantity(), self._column("answer")
        if not answer or not number:
            return answer
        return "" if number == answer else f"CASE WHEN {number} IS NULL THEN {answer} END"

    def _concept(self) -> str:
        """A code with its system and what it means, from a code table where there is one."""
        code, label = self.table.column("code"), self._column("label")
        lookups = self.related.lookups.get(self.table.name, [])
        lookup = next((each for each in lookups if each.column == code), None)
        label = self._meaning(lookup) if lookup else label
        if not code or quoted(code) == label:
            self.doubts.append("no column holds codes: facts without code are UNCODED in the timeline")
            return f"texted({label})"
        return f"concept({self._coded(code)}, {quoted(code)}{', ' + label if label else ''})"

    def _meaning(self, lookup: Lookup) -> str:
        self.joins["meaning"] = {"table": lookup.table, "on": {lookup.column: lookup.key}}
        if lookup.version:
            self.joins["meaning"]["on"][lookup.version] = lookup.version
        return f"meaning.{quoted(lookup.label)}"

    def _coded(self, column: str) -> str:
        """The code system: by the column's name, by the look of its codes, else one of the hospital's own."""
        name, held = plain(column).replace("_", ""), self.table.profiles[column]
        version = self.table.profiles.get(self.table.column("version"))
        if version and set(version.few) == set(EDITIONS) and "icd" in name:
            return f"CASE {quoted(version.name)} WHEN '9' THEN '{EDITIONS['9']}' ELSE '{EDITIONS['10']}' END"
        looks = (*BY_LOOK[""], *BY_LOOK.get(self.table.kind, ()))
        for system in NAMED_SYSTEMS:
            stem = {"icd10cm": "icd10", "icd9cm": "icd9"}.get(system, system)
            if stem in name or (system in looks and system in held.systems):
                self.doubts.append(f"{column}: taken for {system}; is every code of it?")
                return system
        local = f"{self.source}-{plain(column)}".replace("_", "-")
        self.systems[local] = f"urn:{self.source}:{plain(column)}"
        like = f" (they look like {' or '.join(held.systems)})" if held.systems else ""
        self.doubts.append(f"{column}: whose codes are these{like}? They stand under a system of their own: {local}")
        return local


def quoted(column: str) -> str:
    """A column as expressions name it."""
    bare = re.fullmatch(r"[A-Za-z_]\w*", column) and column.upper() not in WORDS
    return column if not column or bare else f'"{column}"'
