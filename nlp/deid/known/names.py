"""Names of the patient, of relatives and of staff in a text: exact words, words one edit away, log-ins."""

import re
from collections.abc import Iterator

from rapidfuzz import process
from rapidfuzz.distance import OSA

from nlp.deid.known import context
from nlp.deid.known.knowledge import misspelt, nameable, ordinary, plain
from nlp.deid.known.page import Page
from nlp.deid.known.runs import BETWEEN, DISGUISED, FAINT, LAYER, NEAR, Mark, Runs
from nlp.deid.known.terms import Term, compounds, glued, namings, terms, usernames
from nlp.deid.labels import NAMES
from nlp.deid.person import Person
from nlp.deid.span import Span

REMEMBERED = 20_000  # words of which a person's names one edit away are remembered
FUZZY_FROM = 5  # letters of a name below which one edit makes another name


class NameFinder:
    def __init__(self, person: Person, language: str) -> None:
        self.language, self.nameable = language, nameable(language)
        known = namings(person)
        self.terms = terms(known, [found.value for found in person.identifiers if found.label in NAMES])
        self.compounds = compounds(known)
        self.glued = glued(known)
        self.logins = {**usernames(known), **self.glued}
        self.near = sorted(word for word in self.terms.keys() | self.glued.keys() if self._fuzzy(word))
        self._alike: dict[str, tuple[str, ...]] = {}  # word -> names one edit away
        letters = {(naming.label, value[0][0]) for naming in known for value in naming.given}
        self.letters = {label: frozenset(c for of, c in letters if of == label) for label in NAMES}

    def _fuzzy(self, word: str) -> bool:
        term = self.terms.get(word)
        return len(word) >= FUZZY_FROM and (term is None or term.kinds != {"nick"})

    def find(self, page: Page) -> Iterator[Span]:
        marks = self._marks(page)
        if marks:
            yield from Runs(page, marks, self.letters, self.language).spans()
        yield from self._logins(page)

    def _marks(self, page: Page) -> dict[int, Mark]:
        made: dict[int, Mark] = {}
        for near, name in self._nearby(page):
            for number in page.index[near]:
                made[number] = self._near(page, number, self._term(name))
        for word in self.terms.keys() & page.index.keys():
            for number in page.index[word]:
                made[number] = Mark(self.terms[word], self._alone(page, number))
        for words, term in self.compounds.items():
            for number in _sequences(page, words):
                alone = context.capital(page, number) or not page.capitals
                made.update((at, Mark(term, alone, multi=True)) for at in range(number, number + len(words)))
        return made

    def _term(self, word: str) -> Term:
        return self.terms.get(word) or Term(frozenset({self.glued[word]}), frozenset({"family"}))

    def _nearby(self, page: Page) -> list[tuple[str, str]]:
        """Words of the page one edit away from a name, and the name."""
        may = self.nameable
        asked = [word for word in page.index if may[word] and word not in self.terms and word not in self.logins]
        if not asked or not self.near:
            return []
        if len(self._alike) > REMEMBERED:
            self._alike.clear()
        fresh = [word for word in asked if word not in self._alike]
        if fresh:
            self._compare(fresh)
        return [(word, name) for word in asked for name in self._alike[word]]

    def _compare(self, words: list[str]) -> None:
        """Each word once a person: labels of codes are made of few words."""
        distances = process.cdist(words, self.near, scorer=OSA.distance, score_cutoff=1)
        self._alike.update(dict.fromkeys(words, ()))
        rows, columns = (distances == 1).nonzero()
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            self._alike[words[row]] += (self.near[column],)

    def _near(self, page: Page, number: int, term: Term) -> Mark:
        """Alone with a capital, or where it is no word at all; else beside another name, a title or a label."""
        word = page.words[number]
        if context.capital(page, number) and not page.shouted(number):
            return Mark(term, not (plain(word, self.language) and context.starts(page, number)), NEAR)
        return Mark(term, len(word) > FUZZY_FROM and misspelt(word, self.language), FAINT)

    def _alone(self, page: Page, number: int) -> bool:
        """Whether the word names somebody by itself, in this case of letters."""
        word, shape = page.words[number], page.original(number)
        if len(word) < 3 or ordinary(word, self.language):
            return False
        if len(word) == 3:
            return shape[0].isupper() and not shape.isupper()
        return self.terms[word].kinds != {"nick"} or shape[0].isupper()

    def _logins(self, page: Page) -> Iterator[Span]:
        for form in self.logins.keys() & page.index.keys():
            for number in page.index[form]:
                start, end = page.spans[number]
                tail = number + 1 < len(page.words) and not page.gap(number) and page.words[number + 1].isdigit()
                label = "USERNAME" if tail else self.logins[form]
                yield Span(start, page.spans[number + 1][1] if tail else end, label, LAYER, DISGUISED)


def _sequences(page: Page, words: tuple[str, ...]) -> Iterator[int]:
    """Where these words stand one after the other, divided by little."""
    for number in page.index.get(words[0], ()):
        if tuple(page.words[number : number + len(words)]) == words and all(
            re.fullmatch(BETWEEN, page.gap(at)) for at in range(number, number + len(words) - 1)
        ):
            yield number
