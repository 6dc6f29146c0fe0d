"""Names in disguise: spaced or broken over lines, inside longer words, as initials, Chinese names in a run."""

import re
from collections.abc import Iterator
from itertools import pairwise

from nlp.deid.known import context
from nlp.deid.known.knowledge import frequency, knowledge, ordinary
from nlp.deid.known.page import IN_HAN, Page, Place
from nlp.deid.known.runs import DISGUISED, EXACT, LAYER, WEAK
from nlp.deid.known.terms import compounds, glued, initials, namings, terms
from nlp.deid.labels import NAMES
from nlp.deid.person import Person
from nlp.deid.span import Span

SPACED = re.compile(r"[ \t\u00a0._*·'’-]{1,3}|[-‐¬]?[ \t]*\n[ \t]*")
PERSON_BEFORE = re.compile(r"\b(?:pt|patient|paciente|name|nombre|re|mr|mrs|ms|miss)\b[.:#\s]{1,4}$")
BROKEN = re.compile(r"[-‐¬][ \t]*\n[ \t]*")
PIECE = 3.3  # zipf below which a piece is no word, so that the pieces may be one name
INSIDE_FROM = 6  # letters of a name that is looked for within longer words
TWO_SURNAMES = ("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯", "端木")


class DisguiseFinder:
    def __init__(self, person: Person, language: str) -> None:
        self.language = language
        known = namings(person)
        found = terms(known)
        joined = {"".join(words): min(term.labels) for words, term in compounds(known).items()}
        single = {word: min(term.labels) for word, term in found.items() if term.kinds != {"nick"}}
        plain = {w: label for w, label in single.items() if not ordinary(w, language)}
        self.forms = {w: label for w, label in {**glued(known), **joined, **plain}.items() if len(w) > 3}
        self.known = frozenset(found)
        self.initials = {f: label for f, label in initials(known).items() if label != "RELATIVE"}
        self.han = _han(person)

    def find(self, page: Page) -> Iterator[Span]:
        for form, label in self.forms.items():
            if form in page.squeezed:
                for place in page.places(form):
                    yield from self._place(page, place, label, len(form))
        yield from self._initials(page)
        if self.han and IN_HAN.search(page.text):
            yield from self._chinese(page)

    def _place(self, page: Page, place: Place, label: str, length: int) -> Iterator[Span]:
        start, end = page.spans[place.first][0] + place.head, page.spans[place.last][1] - place.tail
        whole = not place.head and not place.tail
        if place.first == place.last:
            known = page.words[place.first] in self.known
            if (whole and not known) or (not whole and self._inside(page, place, length)):
                yield Span(start, end, label, LAYER, DISGUISED)
        elif whole and self._spaced(page, place):
            yield Span(start, end, label, LAYER, DISGUISED)

    def _spaced(self, page: Page, place: Place) -> bool:
        numbers = range(place.first, place.last + 1)
        pieces = [page.words[at] for at in numbers]
        gaps = [page.gap(at) for at in numbers[:-1]]
        if not any(gaps):
            return True  # only what has no width stands between
        if any(piece in self.known and len(piece) > 2 for piece in pieces) or not all(map(SPACED.fullmatch, gaps)):
            return False  # names side by side are the other finder's
        if all(len(piece) == 1 for piece in pieces):
            return True
        if all(not gap.strip(" '’") or gap in ("'", "’") for gap in gaps) and "".join(gaps) in ("'", "’"):
            return True
        if any(map(BROKEN.fullmatch, gaps)):
            return True
        odd = min(frequency(piece, self.language) for piece in pieces if len(piece) > 1) < PIECE
        shouted = all(page.original(at).isupper() for at in numbers) and not page.shouted(place.first)
        return (odd or shouted) and sum(map(len, pieces)) > 4 and context.capital(page, place.first)

    def _inside(self, page: Page, place: Place, length: int) -> bool:
        """MrSmith, patientjohnsmith, smithfamily; not Johnson for John."""
        shape, word = page.original(place.first), page.words[place.first]
        start, end = place.head, len(word) - place.tail
        humps = (not start or (shape[start].isupper() and shape[start - 1].islower())) and (
            not place.tail or (shape[end].isupper() and shape[end - 1].islower())
        )
        if humps and not (shape.isupper() or shape.islower()):
            return True
        return length >= INSIDE_FROM and len(word) >= length + 2 and not frequency(word, self.language)

    def _initials(self, page: Page) -> Iterator[Span]:
        no = knowledge().words("abbreviations")
        for form, label in self.initials.items():
            for separator in (".", ". "):
                for at in _occurrences(page.folded, separator.join(form) + "."):
                    end = at + (len(form) - 1) * (1 + len(separator)) + 2
                    if self._dotted(page, at, end) and (form not in no or _person_around(page, at, end)):
                        yield Span(at, end, label, LAYER, WEAK)
            for number in page.index.get(form, ()):
                if page.original(number).isupper() and _signed(page, number):
                    yield Span(*page.spans[number], label, LAYER, WEAK)

    def _dotted(self, page: Page, at: int, end: int) -> bool:
        shape = page.text[at:end]
        before, after = page.folded[max(0, at - 2) : at], page.folded[end : end + 2]
        alone = not before[-1:].isalnum() and not (before[-1:] == "." and before[:1].isalpha())
        return shape.upper() == shape and alone and not re.match(r"\w|\s?\w\.", after + page.folded[end + 2 : end + 3])

    def _chinese(self, page: Page) -> Iterator[Span]:
        after = knowledge().pattern("surnames_zh")
        for form, label in self.han.items():
            for at in _occurrences(page.folded, form):
                if (
                    len(form) > 1
                    or after.match(page.folded, at + 1)
                    or page.folded[max(0, at - 1) : at] in ("姓", "老", "小")
                ):
                    yield Span(at, at + len(form), label, LAYER, EXACT if len(form) > 1 else WEAK)
        for form, label in self.han.items():
            if len(form) > 1 and form in page.squeezed:
                for place in page.places(form):
                    if place.first != place.last:
                        start, end = page.spans[place.first][0] + place.head, page.spans[place.last][1] - place.tail
                        if end - start <= 3 * len(form):
                            yield Span(start, end, label, LAYER, DISGUISED)


def _han(person: Person) -> dict[str, str]:
    """Chinese names: whole, given name of two characters, surname (which needs a title behind it)."""
    made: dict[str, str] = {}
    values = [found for found in person.identifiers if found.label in NAMES and IN_HAN.search(found.value)]
    for found in values:
        value = re.sub(r"[\s·]", "", found.value)
        made.setdefault(value, found.label)
        if found.part == "name" and len(value) > 1:
            cut = 2 if value.startswith(TWO_SURNAMES) else 1
            made.setdefault(value[:cut], found.label)
            if len(value) - cut > 1:
                made.setdefault(value[cut:], found.label)
    for one, two in pairwise(values):
        if {one.part, two.part} == {"given", "family"} and one.label == two.label:
            given, family = (one, two) if one.part == "given" else (two, one)
            made.setdefault(family.value + given.value, one.label)
    return {form: label for form, label in made.items() if form}


def _occurrences(text: str, form: str) -> Iterator[int]:
    at = text.find(form)
    while at >= 0:
        yield at
        at = text.find(form, at + 1)


def _person_around(page: Page, at: int, end: int) -> bool:
    if PERSON_BEFORE.search(page.folded[max(0, at - 16) : at]):
        return True
    verbs = knowledge().words("verbs") | knowledge().words("being")
    word = re.match(r" ([a-z]+)", page.folded[end : end + 20])
    return bool(word) and word.group(1) in verbs  # type: ignore[union-attr]


def _signed(page: Page, number: int) -> bool:
    """Pt JS, initials JS, JS reports; no other two letters."""
    before = page.before(number)
    if page.words[number] in knowledge().words("titles"):
        return False
    if re.search(r"(?:initials|iniciales)\W{1,3}$", before) or context.labelled(page, number):
        return True
    if page.words[number] in knowledge().words("abbreviations"):
        return False
    if re.search(r"\n[ \t]*[-–/]{0,2} ?$", before) and re.match(r"\s*(?:\n|$)", page.after(number, 4)):
        return True  # a line of its own: a signature
    return bool(re.search(r"\b(?:pt|patient|paciente)\.? $", before)) or context.acting(page, number)
