"""Known numbers in a text: the same digits however divided, one digit off, and last fours where something says so."""

import re
from collections.abc import Iterator

from rapidfuzz.distance import OSA

from nlp.deid.known.knowledge import cued, knowledge
from nlp.deid.known.page import Page, words_of
from nlp.deid.known.runs import EXACT, LAYER, NEAR, WEAK
from nlp.deid.labels import NUMBERS
from nlp.deid.person import Identifier, Person
from nlp.deid.span import Span

DIVIDED = re.compile(r"[\s\-./()#:_,–—·*]{0,3}")
CLOSE = re.compile(r"[\-./ _–]?")
LONG = re.compile(r"[0-9](?:[-. ]?[0-9]){7,15}")
COUNTRY = re.compile(r"(?:\+|\b00)?\d{1,3}[-. (]{1,2}$|\+\d{1,3}$|\($")
MASK = re.compile(r"(?:[x*#•]{2,}[- ]?){1,3}\Z")
EXTENSION = re.compile(r"\)?[ ,]{0,2}(?:x|ext|extension|anexo|分机)[.: ]{0,2}\d{1,6}\b")
COUNTRIES = ("1", "34", "86", "52", "44", "49", "33", "39", "54", "57", "51", "56")
SHORT, LOOSE = 5, 7  # characters from which a number stands for itself; from which any divider may stand within
LAST = 4


class NumberFinder:
    def __init__(self, person: Person) -> None:
        self.forms: dict[str, str] = {}
        self.phones: set[str] = set()
        self.tails: dict[str, set[str]] = {}
        for found in person.identifiers:
            if found.part == "phone" or found.label in NUMBERS or found.part == "number":
                self._add(found)
        self.long = [(form, label) for form, label in self.forms.items() if form.isdigit() and len(form) > LOOSE]

    def _add(self, found: Identifier) -> None:
        value = "".join(words_of(found.value))
        if len(value) < 3 or not any(map(str.isdigit, value)) or len(set(value)) == 1:
            return
        phone = found.part == "phone"
        for form in _phones(value, found.value) if phone else _numbers(value):
            self.forms.setdefault(form, found.label)
            self.phones.update([form] if phone else [])
        digits = "".join(filter(str.isdigit, value))
        if len(digits) > LAST + 1:
            self.tails.setdefault(digits[-LAST:], set()).add(found.label)

    def find(self, page: Page) -> Iterator[Span]:
        for form, label in self.forms.items():
            if form in page.squeezed:
                yield from self._places(page, form, label)
        for tail in self.tails.keys() & page.index.keys():
            yield from self._tails(page, tail)
        if self.long:
            yield from self._near(page)

    def _places(self, page: Page, form: str, label: str) -> Iterator[Span]:
        for place in page.places(form):
            if place.head or place.tail:
                continue
            numbers = range(place.first, place.last)
            divider = DIVIDED if len(form) >= LOOSE else CLOSE
            if not all(divider.fullmatch(page.gap(at)) for at in numbers):
                continue
            if len(form) < SHORT and not self._labelled(page, place.first, label):
                continue
            start, end = page.spans[place.first][0], page.spans[place.last][1]
            if form in self.phones:
                start, end = _wider(page, start, end)
            elif _fraction(page, start, end):
                continue
            yield Span(start, end, label, LAYER, EXACT)

    def _labelled(self, page: Page, number: int, label: str) -> bool:
        cues = knowledge().said["cues"]
        return label in cues and cued(knowledge().pattern("cues", label), page.before(number))

    def _tails(self, page: Page, tail: str) -> Iterator[Span]:
        """1234 after `last four`, `ending in`, xxx-xx-, or the name of the number."""
        for number in page.index[tail]:
            hidden = cued(knowledge().pattern("cues", "tail"), page.before(number))
            named = [label for label in sorted(self.tails[tail]) if self._labelled(page, number, label)]
            if hidden or (named and named[0] == "SSN" and page.after(number, 1) != "."):
                label = named[0] if named else min(self.tails[tail], key=_rank)
                start, end = page.spans[number]
                mask = MASK.search(page.folded[max(0, start - 12) : start])
                yield Span(start - len(mask.group()) if mask else start, end, label, LAYER, WEAK)

    def _near(self, page: Page) -> Iterator[Span]:
        for found in LONG.finditer(page.folded):
            start, end = found.span()
            if (start and page.folded[start - 1].isalnum()) or page.folded[end : end + 1].isalnum():
                continue
            digits = "".join(filter(str.isdigit, found.group()))
            for form, label in self.long:
                if digits != form and OSA.distance(digits, form, score_cutoff=1) == 1:
                    yield Span(start, end, label, LAYER, NEAR)


def _rank(label: str) -> int:
    order = ("SSN", "PHONE", "ACCOUNT", "HEALTHPLAN", "MRN")
    return order.index(label) if label in order else len(order)


def _numbers(value: str) -> set[str]:
    """The number; without the letters before it, without its leading zeros, where enough is left."""
    bare = value.lstrip("abcdefghijklmnopqrstuvwxyz")
    forms = {value}
    if bare.isdigit() and len(bare) >= SHORT:
        forms.add(bare)
    if bare.isdigit() and len(bare.lstrip("0")) > SHORT:
        forms.add(bare.lstrip("0"))
    return forms


def _phones(value: str, original: str) -> set[str]:
    """With and without country code and extension; the last seven of a North American number."""
    digits = re.split("[a-z]+", value)[0] if value[0].isdigit() else "".join(filter(str.isdigit, value))
    forms = {digits} if len(digits) >= LOOSE else set()
    national = digits.removeprefix("00")
    if len(digits) > 10 or original.strip().startswith(("+", "00")):
        for code in COUNTRIES:
            if national.startswith(code) and len(national) - len(code) >= 8:
                forms.add(national[len(code) :])
    forms |= {form[3:] for form in set(forms) if len(form) == 10}
    return forms | ({value} if len(value) > LOOSE else set())


def _wider(page: Page, start: int, end: int) -> tuple[int, int]:
    """With the country code and area before, and the extension behind."""
    lead = page.folded[max(0, start - 6) : start]
    found = COUNTRY.search(lead)
    if found and (lead[found.start()] in "+0(" or lead[found.start() :].strip("-. (") == "1"):
        start -= len(lead) - found.start()
    behind = EXTENSION.match(page.folded, end)
    return start, behind.end() if behind else end


def _fraction(page: Page, start: int, end: int) -> bool:
    """Part of a longer number: 12,345 or 1.2345; a sentence may end behind it."""
    before, after = page.folded[max(0, start - 2) : start], page.folded[end : end + 2]
    return bool(re.fullmatch(r"\d[.,]", before) or re.fullmatch(r"[.,]\d", after)) or after[:1] == "%"
