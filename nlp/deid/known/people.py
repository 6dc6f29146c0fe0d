"""What FHIR rows know to name each subject: own names and numbers, relatives, staff and places referred to."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from nlp.deid.known import rows
from nlp.deid.known.columns import distinct, paths
from nlp.deid.known.referred import Referred
from nlp.deid.known.sources import sources
from nlp.deid.person import Identifier, Person
from schemas.fhir import resource_types

IDENTITIES = "phi/identities"
WHOLE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass
class _Gathered:
    """In order and without repetition: the first rows say first who somebody is."""

    identifiers: dict[Identifier, None] = field(default_factory=dict)
    gender: str = ""
    births: list[date] = field(default_factory=list)
    deaths: list[date] = field(default_factory=list)

    def person(self, subject: int) -> Person:
        more = [Identifier("DATE", "date", day.isoformat()) for day in (*self.births[1:], *self.deaths[1:])]
        found = (*self.identifiers, *(one for one in more if one not in self.identifiers))
        return Person(subject, found, self.gender, next(iter(self.births), None), next(iter(self.deaths), None))


def persons(shard: Mapping[str, pa.Table], shared: Mapping[str, pa.Table] | None = None) -> dict[int, Person]:
    """Every subject of the shard. `shared`: Practitioner, Organization, Location; absent: they lie in the shard."""
    made: dict[int, _Gathered] = defaultdict(_Gathered)
    _own(shard, made)
    for subject, found in _all(shard, shared if shared is not None else shard):
        made[subject].identifiers[found] = None
    return {subject: gathered.person(subject) for subject, gathered in made.items()}


def _own(shard: Mapping[str, pa.Table], made: dict[int, _Gathered]) -> None:
    for subject, patient in rows.of(shard, "Patient", ("gender", "birthDate", "deceasedDateTime")):
        one = made[subject]
        one.gender = one.gender or str(patient.get("gender") or "")
        for days, said in ((one.births, patient.get("birthDate")), (one.deaths, patient.get("deceasedDateTime"))):
            day = _day(said)
            if day and day not in days:
                days.append(day)


def _day(value: object) -> date | None:
    found = WHOLE_DATE.match(value) if isinstance(value, str) else None
    try:
        return date.fromisoformat(found.group()) if found else None
    except ValueError:
        return None


def _all(shard: Mapping[str, pa.Table], shared: Mapping[str, pa.Table]) -> Iterator[tuple[int, Identifier]]:
    """The patient first: where a name is the patient's and a relative's, or a doctor's, it is the patient's."""
    yield from rows.patients(shard)
    yield from rows.relatives(shard)
    yield from _identities(shard)
    for kind in resource_types():
        yield from _numbers(shard, kind)
    yield from rows.others(shard)
    yield from Referred(shared).of(shard)


def _identities(shard: Mapping[str, pa.Table]) -> Iterator[tuple[int, Identifier]]:
    if IDENTITIES in shard:
        for subject, found in rows.listed(shard[IDENTITIES], "identifiers"):
            yield from ((subject, one) for one in rows.number(found, "MRN"))


def _numbers(shard: Mapping[str, pa.Table], kind: str) -> Iterator[tuple[int, Identifier]]:
    """Identifiers of encounters, reports, devices; texts of `columns`."""
    table, said = shard.get(f"phi/fhir/{kind}"), sources()
    if table is None or "subject_id" not in table.column_names:
        return
    if kind in said["resources"] and kind not in ("Patient", "RelatedPerson", "Practitioner"):
        for path, _ in paths(kind, "Identifier"):
            for found in distinct(table, path, ("system", "value")):
                yield from ((found["subject_id"], one) for one in rows.number(found, said["resources"][kind]))
    for path, label in said["columns"].get(kind, {}).items():
        for found in distinct(table, path):
            if rows.useful_number(found["value"]):
                yield found["subject_id"], Identifier(label, "number", found["value"].strip())
