"""What came out of the gate, held against what went in: planted values that survive, and what had to be kept."""

import base64
import binascii
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from bench.gate import LAKE_KEY, Given
from bench.plants.fuzz import Record
from bench.plants.resources import Fuzzed
from contract.work import Shard
from nlp.deid.keys import rekey

NUMBERED = re.compile(r"[\d(+][\d\s().+/_-]{5,}\d")
BASE64 = re.compile(r"^[A-Za-z0-9+/\s]{16,}={0,2}$")
WHEN = re.compile(r"^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?$")
PEOPLE = frozenset({"Patient", "RelatedPerson", "Practitioner", "PractitionerRole"})
"""Types that describe people: what is kept of them is the policy's choice, so their codes are reported apart."""

Leaf = tuple[str, Any]


def leaves(value: Any, path: str = "") -> Iterator[Leaf]:
    """Every value that is no list and no struct; JSON inside a string is walked too."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from leaves(part, f"{path}.{name}" if path else name)
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            yield from leaves(part, f"{path}[{number}]")
    elif isinstance(value, str) and value[:1] == "{":
        try:
            yield from leaves(orjson.loads(value), path)
        except orjson.JSONDecodeError:
            yield path, value
    elif value is not None:
        yield path, value


def readings(text: str) -> Iterator[str]:
    """The ways in which a string may still be read: as it is, and what base64 hides."""
    yield text.casefold()
    if BASE64.match(text):
        try:
            yield base64.b64decode(text, validate=False).decode("utf-8", "ignore").casefold()
        except binascii.Error:
            return


@dataclass(frozen=True)
class Survivor:
    table: str
    path: str
    value: str


@dataclass
class Sought:
    """Values of each open subject, folded; key None: of everybody in rows of nobody."""

    values: dict[int | None, set[str]] = field(default_factory=lambda: defaultdict(set))
    families: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, made: Fuzzed, gone_in: Given) -> "Sought":
        sought = cls()
        for record in (record for records in made.records.values() for record in records):
            owner = gone_in.secrets[record.subject].open_id if record.subject else None
            sought.values[owner] |= {value.casefold() for _, value in record.plants}
        for person in (*made.patients, *made.clinicians):
            sought.families |= {person.family.casefold(), person.relative.casefold()}
        return sought

    def in_row(self, subject: int | None, found: Sequence[Leaf]) -> Iterator[tuple[str, str]]:
        """Own values anywhere, their digits in what looks like a number, and anybody's family name as a word."""
        texts = [(path, reading) for path, leaf in found if isinstance(leaf, str) for reading in readings(leaf)]
        whole = "\n".join(text for _, text in texts)
        words = self.families.intersection(re.findall(r"[^\W\d_]+", whole))
        wanted = {value for value in self.values[subject] if value in whole} | words
        digits = {d for value in self.values[subject] if len(d := re.sub(r"\D", "", value)) >= 8}
        for path, text in texts:
            runs = {re.sub(r"\D", "", run) for run in NUMBERED.findall(text)}
            for value in {value for value in wanted if value in text} | (digits & runs):
                yield path, value


def survivors(made: Fuzzed, gone_in: Given, out: Shard) -> list[Survivor]:
    sought = Sought.of(made, gone_in)
    found = []
    for name, rows in _open(out):
        for row in rows:
            hits = sought.in_row(row.get("subject_id"), list(leaves(row)))
            found += [Survivor(name, re.sub(r"\[\d+\]", "", path), value) for path, value in hits]
    return found


def _open(out: Shard) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for name, rows in out.items():
        if not name.startswith("phi/"):
            yield name, rows.to_pylist()


@dataclass
class Kept:
    """Counted over resources: what had to come through, and what did."""

    rows: int = 0
    rows_missing: int = 0
    codes: Counter[str] = field(default_factory=Counter)  # wanted, kept, wanted of people, kept of people
    numbers: Counter[str] = field(default_factory=Counter)
    shifts: dict[int, Counter[timedelta]] = field(default_factory=lambda: defaultdict(Counter))
    dates: Counter[str] = field(default_factory=Counter)
    names: dict[tuple[int, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    lost: Counter[str] = field(default_factory=Counter)  # by type, of codes and numbers

    def share(self, of: Counter[str], suffix: str = "") -> float:
        return of["kept" + suffix] / of["wanted" + suffix] if of["wanted" + suffix] else 1.0

    @property
    def intervals(self) -> float:
        """Share of the instants that came out which moved as the person's others did."""
        moved = sum(count for shifts in self.shifts.values() for count in shifts.values())
        together = sum(max(shifts.values()) for shifts in self.shifts.values())
        return together / moved if moved else 1.0

    @property
    def consistent(self) -> float:
        return sum(len(s) == 1 for s in self.names.values()) / len(self.names) if self.names else 1.0


def kept(made: Fuzzed, gone_in: Given, out: Shard) -> Kept:
    """Row by row: the open id of a resource is known, because the bench drew the secrets."""
    counted, people = Kept(), {person.subject: person for person in made.patients}
    for kind in (kind for kind in made.records if f"phi/fhir/{kind}" in gone_in.shard):
        table_out = out.get(f"fhir/{kind}")
        after = {row["id"]: row for row in table_out.to_pylist()} if table_out is not None else {}
        before = {row["id"]: row for row in gone_in.shard[f"phi/fhir/{kind}"].to_pylist()}
        for record in made.records[kind]:
            salt = gone_in.secrets[record.subject].salt if record.subject else LAKE_KEY
            _hold(counted, record, before[record.id], after.get(rekey(salt, kind, record.id)))
            if record.subject and rekey(salt, kind, record.id) in after:
                own = (people[record.subject].full, people[record.subject].family)
                _names(counted, record, before[record.id], after[rekey(salt, kind, record.id)], own)
    return counted


def _hold(counted: Kept, record: Record, before: Mapping[str, Any], after: Mapping[str, Any] | None) -> None:
    people = " of people" if record.type in PEOPLE else ""
    counted.rows += 1
    counted.rows_missing += after is None
    found = Counter(_codes(after or {}))
    wanted = Counter(record.codes)
    codes = sum((wanted & found).values())
    counted.codes.update({"wanted" + people: sum(wanted.values()), "kept" + people: codes})
    floats = {round(v, 4) for _, v in leaves(after or {}) if isinstance(v, float)}
    numbers = sum(round(value, 4) in floats for _, value in record.numbers)
    counted.numbers.update({"wanted" + people: len(record.numbers), "kept" + people: numbers})
    counted.lost[record.type] += sum(wanted.values()) - codes + len(record.numbers) - numbers
    if record.subject and after is not None and not people:
        _dates(counted, record.subject, dict(leaves(before)), dict(leaves(after)))


def _codes(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        if isinstance(value.get("system"), str) and isinstance(value.get("code"), str):
            yield value["system"], value["code"]
        for part in value.values():
            yield from _codes(part)
    elif isinstance(value, list):
        for part in value:
            yield from _codes(part)


def _dates(counted: Kept, subject: int, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    for path, value in before.items():
        if "resource_json" in path or not isinstance(value, str) or not WHEN.match(value):
            continue
        now = after.get(path)
        counted.dates["in"] += 1
        if isinstance(now, str) and WHEN.match(now) and ("T" in now) == ("T" in value):
            counted.dates["out"] += 1
            counted.shifts[subject][_instant(now) - _instant(value)] += 1


def _instant(text: str) -> datetime:
    when = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _names(
    counted: Kept, record: Record, before: Mapping[str, Any], after: Mapping[str, Any], own: Sequence[str]
) -> None:
    now = dict(leaves(after))
    for path, value in leaves(before):
        if value in own and isinstance(now.get(path), str):
            counted.names[(record.subject, value)].add(now[path])
