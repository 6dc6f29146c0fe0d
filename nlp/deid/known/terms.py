"""The words that name the people of a person's rows: names, nicknames, spellings, and what they look like glued."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import Literal, TypeVar

from nlp.deid.known.knowledge import frequency, knowledge
from nlp.deid.known.page import IN_HAN, words_of
from nlp.deid.labels import NAMES
from nlp.deid.person import Identifier, Person

Key = TypeVar("Key", str, tuple[str, ...])
Kind = Literal["given", "family", "nick"]
UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "å": "aa", "ø": "oe", "æ": "ae", "ñ": "ny"}
FEW = 4  # given names of one naming that are written one after the other
LONGEST = 40  # words of one kind in one naming; a name longer than that is no name


@dataclass
class Naming:
    """One person's names as words: John Michael de la Cruz is ((john,), (michael,)) and ((de, la, cruz),)."""

    label: str
    given: list[tuple[str, ...]] = field(default_factory=list)
    family: list[tuple[str, ...]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Term:
    labels: frozenset[str]
    kinds: frozenset[Kind]


def namings(person: Person) -> list[Naming]:
    """The patient's names are one; of others, names stand one after the other: given names, then the family name."""
    made: dict[str, list[Naming]] = {"PATIENT": [Naming("PATIENT")]}
    for found in person.identifiers:
        if found.label in NAMES and found.part in ("given", "family", "name"):
            _add(made.setdefault(found.label, []), found)
    return [naming for each in made.values() for naming in each if naming.given or naming.family]


def _add(known: list[Naming], found: Identifier) -> None:
    words = _useful(found.value)
    if not words:
        return
    if found.label != "PATIENT" and (not known or found.part == "name" or _begins(known[-1], found.part)):
        known.append(Naming(found.label))
    if found.part == "name":
        _whole(known[-1], words, "," in found.value)
    else:
        values = known[-1].given if found.part == "given" else known[-1].family
        values.extend([words] if words not in values else [])


def _begins(last: Naming, part: str) -> bool:
    return bool(last.family) and (part == "family" or bool(last.given))


def _useful(value: str) -> tuple[str, ...]:
    no = knowledge().words("titles") | knowledge().words("suffixes") | knowledge().words("useless")
    words = tuple(word for word in words_of(value) if not word.isdigit())[:LONGEST]
    kept = tuple(word for word in words if word not in no)
    return kept if any(len(word) > 1 or IN_HAN.match(word) for word in kept) or len(words) == 1 == len(kept) else ()


def _whole(naming: Naming, words: tuple[str, ...], comma: bool) -> None:
    """A name whose parts are unknown: the last word and its particles are the family name, or what a comma follows."""
    if len(words) == 1:
        naming.family.append(words)
        return
    cut = 1 if comma else len(words) - 1
    while not comma and cut > 1 and words[cut - 1] in knowledge().words("particles"):
        cut -= 1
    family, given = (words[:cut], words[cut:]) if comma else (words[cut:], words[:cut])
    naming.family.extend([family] if family not in naming.family else [])
    naming.given.extend([(word,) for word in given if (word,) not in naming.given])


def spellings(word: str) -> set[str]:
    """Mueller is Müller; the other way round the folded page already does half."""
    made = {word}
    for short, long in (("a", "ae"), ("o", "oe"), ("u", "ue"), ("s", "ss")):
        if long in word and len(word) > 4:
            made.add(word.replace(long, short))
    return made


def written(value: str) -> set[str]:
    """Folded words of a value, and of the value with its umlauts written out."""
    lower = value.lower()
    for one, two in UMLAUTS.items():
        lower = lower.replace(one, two)
    return set(words_of(value)) | set(words_of(lower))


@cache
def _nicknamer() -> object:
    from nicknames import NickNamer

    return NickNamer()


@cache
def nicknames(given: str) -> frozenset[str]:
    """Bill for William, William for Bill, and other short forms of what a short form stands for."""
    namer = _nicknamer()
    whole = namer.canonicals_of(given)  # type: ignore[attr-defined]
    made = set(namer.nicknames_of(given)) | set(whole)  # type: ignore[attr-defined]
    said = knowledge().said["nicknames"]
    made.update(said.get(given, ()))
    made.update(name for name, short in said.items() if given in short)
    return frozenset(name for name in made if len(name) > 2 and name.isalpha() and name != given)


def terms(known: Iterable[Naming], originals: Iterable[str] = ()) -> dict[str, Term]:
    """Word -> whose it is. Nicknames only of patients and relatives. `originals` adds spellings with umlauts."""
    made: dict[str, Term] = {}
    others = {folded: written(original) for original in originals for folded in words_of(original)}
    for naming in known:
        for kind, word in _words(naming):
            forms = spellings(word) | {w for w in others.get(word, ()) if len(w) > 2}
            for form in forms:
                _note(made, form, naming.label, kind)
    for naming in known:
        if naming.label != "STAFF":
            for word, *_ in naming.given:
                for nick in nicknames(word) - made.keys():
                    _note(made, nick, naming.label, "nick")
    return made


def _note(made: dict[Key, Term], word: Key, label: str, kind: Kind) -> None:
    old = made.get(word)
    made[word] = Term((old.labels if old else frozenset()) | {label}, (old.kinds if old else frozenset()) | {kind})


def _words(naming: Naming) -> Iterator[tuple[Kind, str]]:
    particles = knowledge().words("particles")
    if len(naming.given) > 1 and not IN_HAN.match(naming.given[0][0]):
        yield "given", "".join(word for value in naming.given[:2] for word in value)
    for kind, values in (("given", naming.given), ("family", naming.family)):
        for value in values:
            for word in value:
                if len(word) > 1 and not IN_HAN.match(word) and (word not in particles or len(value) == 1):
                    yield kind, word  # type: ignore[misc]


def compounds(known: Iterable[Naming]) -> dict[tuple[str, ...], Term]:
    """Names of several words, as they stand on a page: de la Cruz, O'Brien, Mary Ann."""
    made: dict[tuple[str, ...], Term] = {}
    kinds: tuple[Kind, Kind] = ("family", "given")
    for naming in known:
        for kind, values in zip(kinds, (naming.family, naming.given), strict=True):
            for value in values:
                if len(value) > 1 and not IN_HAN.match(value[0]):
                    _note(made, value, naming.label, kind)
    return made


def glued(known: Iterable[Naming]) -> dict[str, str]:
    """johnsmith, smithjohn: one word of two; of ordinary words none."""
    known = list(known)
    made = _combined(known, lambda given, family: {given + family, family + given} if len(given) > 1 else set())
    for naming in known:
        given = "".join(word for value in naming.given for word in value)
        for family in naming.family if 1 < len(naming.given) < FEW and not IN_HAN.search(given) else ():
            made.setdefault(given + "".join(family), naming.label)
            made.setdefault("".join(family) + given, naming.label)
    return made


def usernames(known: Iterable[Naming]) -> dict[str, str]:
    """jsmith, smithj, smithjo, johns: what log-ins are made of."""
    return _combined(known, _logins)


def _combined(known: Iterable[Naming], make: Callable[[str, str], set[str]]) -> dict[str, str]:
    made: dict[str, str] = {}
    for naming in known:
        for given, family in product(naming.given, naming.family):
            for form in make("".join(given), "".join(family)):
                if len(form) > 4 and not IN_HAN.search(form) and frequency(form, "es") < 2:
                    made.setdefault(form, naming.label)
    return made


def _logins(given: str, family: str) -> set[str]:
    if len(family) < 2:
        return set()
    made = {given[:k] + family for k in (1, 2, 3)} | {family + given[:k] for k in (1, 2, 3)}
    return made | {given + family[:k] for k in (1, 2, 3)} if len(given) > 2 else made


def initials(known: Iterable[Naming]) -> dict[str, str]:
    """js, jms, ss of a double family name; of Latin names only. Folded, without dots -> label."""
    made: dict[str, str] = {}
    for naming in known:
        first = [value[0][0] for value in naming.given if not IN_HAN.match(value[0])]
        for family in naming.family:
            if first and not IN_HAN.match(family[0]):
                last = [word[0] for word in family if word not in knowledge().words("particles")] or [family[0][0]]
                forms = {first[0] + last[0], "".join(first) + last[0], "".join(first) + "".join(last)}
                for form in sorted(forms | {first[0] + "".join(last), first[0] + family[0][0]}):
                    made.setdefault(form, naming.label)
    return made
