"""What of a person's own identifiers is left in text that is to be released: asked by the gate of its own output."""

from collections.abc import Collection, Sequence
from functools import lru_cache

from nlp.deid.audit.patterns import own
from nlp.deid.audit.scan import Hit, Scanner
from nlp.deid.audit.views import seen_as
from nlp.deid.person import Person


def own_leaks(person: Person, texts: Sequence[str], ordinary: Collection[str] = ()) -> list[set[Hit]]:
    """Of each text what in it names the person; empty sets where nothing does.

    `ordinary`: names that are words too, beyond those of fhir_mappings/deid/audit.yaml.
    """
    scanner = _scanner(person, frozenset(ordinary))
    return [scanner.find_in(seen_as(text)) for text in texts] if scanner.patterns else [set() for _ in texts]


@lru_cache(maxsize=512)
def _scanner(person: Person, ordinary: frozenset[str]) -> Scanner:
    return Scanner(own(person), ordinary)
