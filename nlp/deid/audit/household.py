"""Who lives with whom, as far as the persons of one batch tell, and which names are ordinary words there."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from nlp.deid.audit.fold import APART, glued
from nlp.deid.audit.patterns import phones
from nlp.deid.person import Person

MOST = 8  # persons who share an address or number; where more do it is a switchboard, a home, a placeholder
WITNESSES = 3  # persons of another name in whose notes a name stands in small letters


def households(people: Mapping[int, Person]) -> dict[int, list[Person]]:
    """subject_id -> the others who share an address line with ZIP, or a phone."""
    homes: dict[str, set[int]] = defaultdict(set)
    for subject, person in people.items():
        for home in _homes(person):
            homes[home].add(subject)
    found: dict[int, set[int]] = defaultdict(set)
    for subjects in homes.values():
        if 1 < len(subjects) <= MOST:
            for subject in subjects:
                found[subject] |= subjects - {subject}
    return {subject: [people[other] for other in sorted(others)] for subject, others in found.items()}


def _homes(person: Person) -> set[str]:
    said = [found for found in person.identifiers if found.label not in ("STAFF", "HOSPITAL", "EMPLOYER")]
    zips = [glued(found.value)[:5] for found in said if found.part == "zip"]
    lines = [glued(found.value) for found in said if found.part == "line"]
    numbers = {phones(found.value)[0] for found in said if found.part == "phone" and phones(found.value)}
    return {f"{line} {code}" for line in lines for code in zips} | numbers


def ordinary(notes: Iterable[tuple[int, str]], names: Mapping[int, frozenset[str]]) -> set[str]:
    """Names that stand in small letters in the notes of several persons who do not bear them: words, too.

    Notes without capitals are no witnesses: in those every name stands in small letters.
    """
    every = frozenset().union(*names.values())
    seen: dict[str, set[int]] = defaultdict(set)
    for subject, text in notes:
        said = every.intersection(APART.split(text))
        if said and not text.islower():
            for name in said - names.get(subject, frozenset()):
                seen[name].add(subject)
    return {name for name, subjects in seen.items() if len(subjects) >= WITNESSES}
