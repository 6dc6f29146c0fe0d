"""What the audit looks for of a person: identifiers as letters and digits alone, forwards, backwards, in any order."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from itertools import product
from typing import Literal

from nlp.deid.audit.fold import glued, words
from nlp.deid.audit.knowledge import knowledge
from nlp.deid.audit.views import similar
from nlp.deid.person import Identifier, Person

Rule = Literal["word", "whole", "number", "zip", "contact", "date"]

NOT_SOUGHT = frozenset({"HOSPITAL", "STATE", "AGE", "AGE90", "PROFESSION"})
"""What the Safe Harbor list does not know, or what is no name of anyone: a policy may keep it."""

NAME_PARTS = frozenset({"given", "family", "name", "prefix"})
ADDRESS_PARTS = frozenset({"line", "city", "district", "zip"})
CONTACT_PARTS = frozenset({"phone", "email", "url"})
SHORTEST_NAME, LONGEST_NAME = 4, 6  # letters of first and last name together; words


@dataclass(frozen=True, slots=True)
class Pattern:
    """`text` stands in the glued text; `rule` says what must stand around it and between its parts."""

    text: str
    rule: Rule
    label: str


def own(person: Person, *, everything: bool = False) -> list[Pattern]:
    """All that names the person; `everything` for planted canaries, of which nothing may pass."""
    sought = [found for found in person.identifiers if everything or found.label not in NOT_SOUGHT]
    made = [pattern for found in sought for pattern in _one(found)]
    made += [
        pattern for label in {f.label for f in sought} for pattern in _names([f for f in sought if f.label == label])
    ]
    made += [Pattern(text, "date", "DATE") for text in dates(person.birth)] if person.birth else []
    return list(dict.fromkeys(made))


def household(person: Person) -> list[Pattern]:
    """Of those one lives with: whole names, address lines, contacts; a given name alone may be another's surrogate."""
    patient = [found for found in person.of("PATIENT") if found.part in NAME_PARTS]
    lines = [
        found
        for found in person.identifiers
        if found.part in ("line", *CONTACT_PARTS) and found.label not in NOT_SOUGHT
    ]
    made = [*_names(patient), *(pattern for found in lines for pattern in _one(found))]
    return [pattern for pattern in made if pattern.rule != "word"]


def _one(found: Identifier) -> Iterator[Pattern]:
    made: Iterable[tuple[str, Rule]] = ()
    if found.part in ("city", "district"):
        made = [
            (text, "word" if text.isalpha() and " " not in found.value.strip() else "whole")
            for text in _turned(found.value)
        ]
    elif found.part in ("line", "organization"):
        made = [(text, "whole") for text in _lines(found.value)]
    elif found.part == "zip":
        made = [(text, "zip") for text in {glued(found.value), glued(found.value)[:5]} if len(text) >= 4]
    elif found.part == "phone":
        made = [(text, "number") for text in phones(found.value)]
    elif found.part in ("email", "url"):
        made = [(text, "contact") for text in contacts(found.value)]
    elif found.part == "date":
        made = [(text, "date") for text in _dated(found.value)]
    elif found.part == "number":
        made = [(text, "number" if any(c.isdigit() for c in text) else "word") for text in numbers(found.value)]
    for text, rule in made:
        if len(text) >= (4 if rule == "zip" else 5):
            yield Pattern(text, rule, found.label)


def _turned(value: str) -> list[str]:
    """Forwards, backwards, and the words in the opposite order."""
    text = glued(value)
    return list(dict.fromkeys([text, text[::-1], "".join(reversed(words(value)))]))


def _lines(value: str) -> list[str]:
    """An address line, also without what follows house number and street."""
    said = words(value)
    named = next(
        (k for k, word in enumerate(said) if len(word) >= 3 and word.isalpha() and word not in knowledge().streets),
        len(said),
    )
    heads = ["".join(said[: k + 1]) for k in range(max(named, 1), len(said))] if any(c.isdigit() for c in value) else []
    return [text for text in dict.fromkeys([*_turned(value), *heads]) if len(text) >= 5]


def numbers(value: str) -> list[str]:
    """As it stands, without label, leading zeros or letters, backwards; letters as digits they are mistaken for."""
    text = glued(value)
    bare = re.sub(r"^[a-z]{2,}(?=\d{6})", "", text)  # MRN-0048213 is written without its label, too
    digits = re.sub(r"\D", "", text)
    every = [text, bare, bare.lstrip("0"), *([digits] if len(digits) >= 7 else [])]
    every += [similar(text), *(each[::-1] for each in (text, bare) if len(text) >= 6)]
    return list(dict.fromkeys(each for each in every if len(each) >= 5))


def phones(value: str) -> list[str]:
    """The national number is enough to call."""
    digits = re.sub(r"\D", "", re.split(r"(?i)\s*(?:ext|x|#)", value.strip())[0] or value)
    if len(digits) < 7:
        return []
    national = digits[-9:] if value.strip().startswith(("+34", "0034")) else digits[-10:]
    return list(dict.fromkeys([national, national[::-1]]))


def contacts(value: str) -> list[str]:
    text = glued(re.sub(r"(?i)^(?:mailto:|https?://)?(?:www\.)?", "", value.strip()))
    return [text, text[::-1]] if len(text) >= 7 else []


def _dated(value: str) -> list[str]:
    found = re.match(r"(\d{4})-(\d\d)-(\d\d)", value)
    try:
        return dates(date(*map(int, found.groups()))) if found else []
    except ValueError:
        return []


@lru_cache(maxsize=1 << 12)
def dates(day: date) -> list[str]:
    """As numbers and with the name of the month, in the orders of several countries."""
    d, m, y = f"{day.day:02d}", f"{day.month:02d}", f"{day.year:04d}"
    made = [y + m + d, m + d + y, d + m + y, f"{day.month}{day.day}{y}", f"{day.day}{day.month}{y}", (y + m + d)[::-1]]
    for name in _months()[day.month]:
        made += [f"{name}{number}{end}{y}" for number in {d, str(day.day)} for end in ("", "st", "nd", "rd", "th")]
        made += [f"{number}{of}{name}{of}{y}" for number in {d, str(day.day)} for of in ("", "de", "of", "del")]
    return [text for text in dict.fromkeys(made) if len(text) >= 7]


@cache
def _months() -> dict[int, list[str]]:
    known = knowledge().months
    return {number: [name for name in known if known[name] == number] for number in known.values()}


def _names(found: Collection[Identifier]) -> list[Pattern]:
    """Given and family names alone, beside each other in either order, with and without joints, and backwards."""
    names = [(f, part_words(f.value)) for f in found if f.part in NAME_PARTS and f.part != "prefix"]
    given = [said for f, said in names if f.part == "given"]
    family = [said for f, said in names if f.part == "family"]
    made: list[Pattern] = []
    for f, said in names:
        made += [
            Pattern(word, "word", f.label)
            for word in {*said, *([] if f.part == "name" else ["".join(said)])}
            if len(word) >= 3
        ]
        made += [Pattern(word[::-1], "word", f.label) for word in said if len(word) >= 5]
        made += (
            _pairs([said[:-1], *[[w] for w in said[:-1]]], [said[-1:]], f.label)
            if f.part == "name" and len(said) > 1
            else []
        )
    label = names[0][0].label if names else ""
    split = [(f, list(words(f.value))) for f in found if f.part in NAME_PARTS and f.part != "prefix"]
    for f, said in split:
        if f.part == "name" and len(said) <= LONGEST_NAME:
            made += [p for k in range(1, len(said)) for p in _pairs([said[:k]], [said[k:]], f.label)]
            made += _pairs([[said[0], word[0]] for word in said[1:-1]], [said[-1:]], f.label)
    whole = [said for f, said in split if f.part == "family" and said != part_words(f.value)]
    initials = [[*given[0], other[0][0]] for other in given[1:]] if len(given) <= LONGEST_NAME else []
    return made + _pairs([*given, *initials], family, label) + _pairs(given, whole, label)


def _pairs(given: list[list[str]], family: list[list[str]], label: str) -> list[Pattern]:
    """Providers' names are paired with each other's too: a wrong pair finds nothing."""
    if len(given) * len(family) > 400:
        return []
    made = []
    for g, f in product(given, family):
        for first, last in product({"".join(g), *g[:1]}, {"".join(f), *f[:1], *f[-1:]}):
            if len(first + last) < SHORTEST_NAME or not first or not last:
                continue
            for each in (first + last, last + first):
                made += [
                    Pattern(t, "whole", label) for t in (each, each[::-1])[: 2 if len(each) > SHORTEST_NAME else 1]
                ]
    return made


def part_words(value: str) -> list[str]:
    """Words of a name without joints (de, van, Jr.), unless there is nothing else."""
    said = words(value)
    return [word for word in said if word not in knowledge().joints] or [*said]
