"""Everyone's numbers, contacts and names with birth date as digests, kept shard by shard from night to night."""

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from contract.work import Shard
from nlp.deid.audit.sightings import digest, known
from nlp.deid.known.people import persons
from nlp.deid.person import Person
from schemas.fhir import resource_types
from schemas.gate import KNOWN_DIGESTS

READS = ("phi/identities", *(f"phi/fhir/{kind}" for kind in resource_types()))


@dataclass
class KnownDigests:
    """A Summary, so that a night makes anew only those of touched shards. Under phi/, beside what they are of."""

    @property
    def reads(self) -> tuple[str, ...]:
        return READS

    @property
    def writes(self) -> tuple[str, ...]:
        return (KNOWN_DIGESTS.name,)

    @property
    def version(self) -> str:
        return "1"

    def partial(self, shard: Shard) -> Shard:
        return {KNOWN_DIGESTS.name: digests(persons(shard).values())}

    def merge(self, partials: Iterable[Shard]) -> Shard:
        parts = [part[KNOWN_DIGESTS.name] for part in partials if KNOWN_DIGESTS.name in part]
        rows = pa.concat_tables([KNOWN_DIGESTS.empty(), *parts], promote_options="default")
        return {KNOWN_DIGESTS.name: rows.sort_by([("digest", "ascending"), ("subject_id", "ascending")])}


def digests(everyone: Iterable[Person]) -> pa.Table:
    """Of a number of digits there are two digests, the second for where it stands behind a label."""
    rows = [
        (person.subject_id, form, length)
        for person in everyone
        for text in sorted(known(person))
        for form, length in _forms(text)
    ]
    subjects, texts, lengths = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table([subjects, [digest(text) for text in texts], lengths], schema=KNOWN_DIGESTS.schema)


def _forms(text: str) -> tuple[tuple[str, int], ...]:
    if text[0] == "#" and text[1:].isdigit():
        return (text, len(text) - 1), ("~" + text[1:], 1 - len(text))
    return ((text, 0),)
