"""Everything known of one person, looked for in one text: what the layer and the audit both stand on."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Protocol

from nlp.deid.known.addresses import AddressFinder
from nlp.deid.known.contacts import ContactFinder
from nlp.deid.known.dates import DateFinder
from nlp.deid.known.disguise import DisguiseFinder
from nlp.deid.known.names import NameFinder
from nlp.deid.known.numbers import NumberFinder
from nlp.deid.known.page import Page
from nlp.deid.person import Person
from nlp.deid.span import Span

BRIEF = 200  # characters up to which a page is remembered: labels of codes repeat over persons


@lru_cache(maxsize=1 << 13)
def _page(text: str, language: str) -> Page:
    return Page(text, language)


class Finder(Protocol):
    def find(self, page: Page) -> Iterator[Span]: ...


class Matcher:
    """Made once per person and language (some milliseconds), then asked of any number of texts (under one each).

    It finds, in any case of letters and without need of spaces between words:
    - names: with or without accents (Müller, Muller, Mueller), one edit away from five letters on, swapped, with
      initials or a middle name, possessive, nicknames of patient and relatives (capitalised), glued (JohnSmith,
      smithjohn, MrSmith), spaced (J o h n, SMI TH), broken over lines, as initials (J.S.; JS beside a label), Chinese
      names in a run of text and a Chinese surname before a title;
    - numbers: whatever divides their digits, without leading zeros or letters, one digit off from eight digits on, last
      four digits beside `last four`, `ending in`, xxx; phones with and without country code, with extension;
    - mail, links and log-ins, also when they are only made of a name; `at` and `dot` in words;
    - dates of birth and death in any order and language (en, es, zh), glued, two-digit years, birthday without year;
    - streets in any abbreviation, with unit; towns, states, postal codes, hospitals and employers.

    A name that is an ordinary word too (Will, Grace, Long) counts beside another name of the same person, a title or a
    label, before a verb that only persons do, and with a capital in the middle of a sentence; a word of charts (Pain,
    Heart) only in the first three. A name before `disease`, `syndrome`, `palsy` names the disease, whoever the patient
    is: it says nothing of the patient. Everything else named like the patient goes, eponym or not.
    Scores: 1 exact, .9 a word whose place speaks, .8 disguised, .7 one edit away, .5 that without a capital: weak.
    """

    def __init__(self, person: Person, language: str = "en") -> None:
        self.language = language
        self.finders: tuple[Finder, ...] = (
            NameFinder(person, language),
            DisguiseFinder(person, language),
            NumberFinder(person),
            DateFinder(person),
            ContactFinder(person),
            AddressFinder(person, language),
        )

    def find(self, text: str) -> list[Span]:
        """In order of start; spans may overlap, none is given twice."""
        page = _page(text, self.language) if len(text) <= BRIEF else Page(text, self.language)
        best: dict[tuple[int, int], Span] = {}
        for finder in self.finders:
            for span in finder.find(page):
                old = best.get((span.start, span.end))
                if old is None or old.score < span.score:
                    best[span.start, span.end] = span
        return sorted(best.values(), key=lambda span: (span.start, span.end))
