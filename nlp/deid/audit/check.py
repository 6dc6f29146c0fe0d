"""The audit before publication: nothing known to name a person stands in the open tables, disguised or not."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa

from contract.work import MANIFEST, Shard, Verdict, Withheld
from nlp.deid.audit import sheet
from nlp.deid.audit.batch import Batch
from nlp.deid.audit.digests import READS
from nlp.deid.audit.everyone import Everyone, everyone
from nlp.deid.audit.patterns import own
from nlp.deid.audit.places import HITS, PLACES, Found, Place
from nlp.deid.audit.rows import APART
from nlp.deid.audit.scan import Scanner
from nlp.deid.audit.sightings import sightings
from nlp.deid.audit.views import views
from nlp.deid.known.people import persons
from nlp.deid.person import Identifier, Person
from schemas.fhir import resource_types
from schemas.gate import KNOWN_DIGESTS, SPANS

OPEN = (*(f"fhir/{kind}" for kind in resource_types()), "fhir/Other", "timeline", "notes", "embeddings", "labels")
CODES = "timeline_codes"
BLIND = (
    "nobody's identifiers are at hand, so nothing can be audited: name the summary nlp.deid.audit.digests:KnownDigests "
    "in pipelines.yaml"
)


@dataclass
class LeakAudit:
    """Fails closed: a hit withholds the note or row, too many of them the night.

    Names and addresses are looked for in the rows of the person and the household; numbers, contacts and whole names
    with birth dates in everyone's. max_share: of the notes (or rows of a table) looked at, the share that may be
    withheld; `few` are no reason to fail. max_density: share of all numbers of one length that are somebody's, above
    which only those behind a label count. canaries: identifiers of patients who never were; one of them, wherever it
    stands, fails the night. sample: notes on the reviewer's sheet, 0 for none.
    """

    max_share: float = 0.01
    few: int = 5
    max_density: float = 0.0001
    canaries: list[str] = field(default_factory=list)
    sample: int = 30

    @property
    def reads(self) -> tuple[str, ...]:
        return (*READS, "phi/notes", SPANS.name, *OPEN, KNOWN_DIGESTS.name, CODES, MANIFEST)

    @property
    def samples(self) -> tuple[str, ...]:
        return ("notes", SPANS.name)

    def sheet(self, drawn: pa.Table, beside: Shard) -> Mapping[str, bytes]:
        return sheet.files(drawn, beside[SPANS.name])

    @cached_property
    def planted(self) -> Scanner:
        return Scanner(own(Person(0, tuple(map(_canary, self.canaries))), everything=True))

    def partial(self, shard: Shard) -> Shard:
        if KNOWN_DIGESTS.name in shard or MANIFEST in shard:
            return {**self._whole(shard).tables(), **{n: t for n, t in shard.items() if n == KNOWN_DIGESTS.name}}
        tables = tuple(name for name in OPEN if name in shard)
        return Batch(shard, persons(shard), self.planted, tables).read().tables()

    def _whole(self, shard: Shard) -> Found:
        """What is of no person: the meaning of codes, the manifest."""
        found = Found()
        for place, text in _sayings(shard):
            seen = views(text)
            found.see(place, sightings(seen))
            if self.planted.find_in(seen):
                found.hit(place, "canary")
        return found

    def verdict(self, partials: Iterable[Shard]) -> Verdict:
        parts = list(partials)
        known = [part[KNOWN_DIGESTS.name] for part in parts if KNOWN_DIGESTS.name in part]
        known = [rows for rows in known if rows.num_columns]  # none where no summary writes them
        rows = _added(parts)
        if not known and not rows:
            return Verdict(True, ("nothing open was looked at",))
        if not known:
            return Verdict(False, (BLIND,))
        all_known = everyone(known, self.max_density)
        hits = dict.fromkeys(all_known.hits(parts), "everyone") | _decided(parts)
        lines = (*_lines(hits, rows), *_crowded(all_known))
        return Verdict(self._bearable(hits, rows), lines, _withheld(hits))

    def _bearable(self, hits: Mapping[Place, str], rows: Counter[str]) -> bool:
        if any(rule == "canary" or not place.column for place, rule in hits.items()):
            return False
        many = Counter(place.table for place in hits)
        return all(count <= max(self.few, self.max_share * rows[name]) for name, count in many.items())


def _canary(value: str) -> Identifier:
    part = "email" if "@" in value else "number" if sum(map(str.isdigit, value)) > 4 else "name"
    return Identifier("PATIENT", part, value)  # type: ignore[arg-type]


def _sayings(shard: Shard) -> Iterable[tuple[Place, str]]:
    if CODES in shard:
        for row in shard[CODES].to_pylist():
            yield Place(CODES, "code", row["code"]), row["description"] or ""
    if MANIFEST in shard:
        for text in shard[MANIFEST]["text"].to_pylist():
            yield Place(MANIFEST, "", ""), APART.join(_strings(json.loads(text)))


def _strings(said: object) -> Iterable[str]:
    """Names and values of text; counts are numbers of nobody."""
    if isinstance(said, str):
        yield said
    elif isinstance(said, Mapping):
        for key, value in said.items():
            yield from (key, *_strings(value))
    elif isinstance(said, Sequence):
        for value in said:
            yield from _strings(value)


def _decided(parts: Sequence[Shard]) -> dict[Place, str]:
    rows = [row for part in parts if "hits" in part for row in part["hits"].to_pylist()]
    return {Place(*(row[name] for name in PLACES.names)): row[HITS.names[-1]] for row in rows}


def _added(parts: Sequence[Shard]) -> Counter[str]:
    found: Counter[str] = Counter()
    for part in parts:
        for row in part["rows"].to_pylist() if "rows" in part else ():
            found[row["table"]] += row["rows"]
    return found


def _lines(hits: Mapping[Place, str], rows: Counter[str]) -> Iterable[str]:
    others = sum(rows.values()) - rows["notes"]
    yield f"{rows['notes']:,} notes and {others:,} other rows looked at, {len(hits):,} withheld"
    for (name, rule), count in sorted(Counter((place.table, rule) for place, rule in hits.items()).items()):
        yield f"{name}: {count:,} named by {RULES[rule]}"


RULES = {
    "own": "what is known of the person or household",
    "everyone": "a number, a contact, or name and birth date of somebody",
    "canary": "a planted canary",
}


def _crowded(known: Everyone) -> Iterable[str]:
    if known.crowded:
        said = ", ".join(map(str, known.crowded))
        yield f"numbers of {said} digits are so many that they count only behind a label or in the person's own rows"


def _withheld(hits: Mapping[Place, str]) -> tuple[Withheld, ...]:
    return tuple(place.withheld("deid-leak") for place in hits if place.column)
