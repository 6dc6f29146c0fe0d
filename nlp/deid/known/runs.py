"""Marked words of names side by side: which of them belong together, and from where to where the name goes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from nlp.deid.known import context
from nlp.deid.known.knowledge import knowledge, ordinary
from nlp.deid.known.page import Page
from nlp.deid.known.terms import Term
from nlp.deid.span import Span

LAYER = "known"
EXACT, WEAK, DISGUISED, NEAR, FAINT = 1.0, 0.9, 0.8, 0.7, 0.5  # see Matcher
BETWEEN = re.compile(r"[ \t\u00a0]*[,._'’´`-]?[ \t\u00a0]*\n?[ \t\u00a0]*|\.[ \t]{0,2}|, ?\n? ?")
BEHIND = re.compile(r",? {0,3}")
LED = re.compile(r"\.{0,2} {0,2}|\. ?\n")
REACH = 4  # words from one marked word to the next of the same name
DOCTORS = ("dr", "doctor", "dra", "doctora")


@dataclass(frozen=True, slots=True)
class Mark:
    """A word of a page that is a word of a name. `alone`: it needs no other beside it."""

    term: Term
    alone: bool
    score: float = EXACT
    multi: bool = False  # a word of a name of several words that stands whole

    @property
    def given(self) -> bool:
        return bool(self.term.kinds & {"given", "nick"})

    @property
    def family(self) -> bool:
        return "family" in self.term.kinds


@dataclass
class Runs:
    page: Page
    marks: Mapping[int, Mark]
    letters: Mapping[str, frozenset[str]]  # label -> first letters of given names
    language: str

    def spans(self) -> Iterator[Span]:
        for run in self._runs():
            kept = self._kept(run)
            if kept and not (len(kept) == 1 and self._disease(kept[0])):
                first, last = self._initials(kept[0], kept[-1])
                score = max(self.marks[at].score if self.marks[at].alone else WEAK for at in kept)
                start, end = self.page.spans[first][0], self.page.spans[last][1]
                yield Span(start, end, self._label(kept), LAYER, score)

    def _disease(self, at: int) -> bool:
        return context.disease(self.page, at) and not context.titled(self.page, at)

    def _runs(self) -> Iterator[list[int]]:
        """Marked words side by side; a middle name, an initial or particles may stand between two."""
        run: list[int] = []
        for number in sorted(self.marks):
            if run and not self._joined(run[-1], number):
                yield run
                run = []
            run.append(number)
        if run:
            yield run

    def _joined(self, left: int, right: int) -> bool:
        page = self.page
        if right - left > REACH:
            return False
        for at in range(left, right):
            gap = page.gap(at)
            if not BETWEEN.fullmatch(gap) or (gap.startswith(".") and len(page.words[at]) > 1):
                return False
        if "," in page.gap(left) and not (self.marks[left].family and self.marks[right].given):
            return False
        inner = range(left + 1, right)
        particles = knowledge().words("particles")
        if all(page.words[at] in particles or self._tail(at) for at in inner):
            return True
        return len(inner) == 1 and self._middle(inner[0])

    def _tail(self, number: int) -> bool:
        """Digits at the end of a word: Synthea's Adalberto187."""
        return number < len(self.page.words) and self.page.words[number].isdigit() and not self.page.gap(number - 1)

    def _middle(self, number: int) -> bool:
        shape = self.page.original(number)
        plain = ordinary(self.page.words[number], self.language) or self.page.shouted(number)
        named = _initial(self.page, number) or (shape[0].isupper() and len(shape) > 1 and not plain)
        return named and "\n" not in self.page.gap(number)

    def _kept(self, run: list[int]) -> list[int]:
        """Words that name somebody, and ordinary ones that stand beside such a word of the same person."""
        kept = {at for at in run if self.marks[at].alone}
        kept |= {at for at in run if at not in kept and self._spoken(at, run[0])}
        for at, after in pairwise(run):
            if self._pair(at, after):
                kept |= {at, after}
        for _ in run:
            kept |= {b for a, b in pairwise(run) if a in kept and self._chained(a, b)}
            kept |= {a for a, b in pairwise(run) if b in kept and self._chained(a, b)}
        return sorted(kept)

    def _spoken(self, at: int, first: int) -> bool:
        page = self.page
        if at and _initial(page, at - 1) and LED.fullmatch(page.gap(at - 1)):
            letter, dot = page.words[at - 1], "." in page.gap(at - 1)
            mine = any(letter in self.letters[label] for label in self.marks[at].term.labels)
            if mine and context.capital(page, at) and (dot or letter not in "ai"):
                return True
            first = min(first, at - 1)
        return context.speaks(page, at, first if first < at else None)

    def _pair(self, left: int, right: int) -> bool:
        """Two words of one person's names: Grace Long; grace long; LONG, GRACE; not `smith will`."""
        one, two = self.marks[left], self.marks[right]
        if not one.term.labels & two.term.labels:
            return False
        if one.given and two.family:
            return True
        if not (one.family and two.given):
            return one.multi and two.multi
        gap = self.page.gap(left)
        return "," in gap or (self._proper(left) and self._proper(right) and "\n" not in gap)

    def _chained(self, left: int, right: int) -> bool:
        """A given name beside another word of the name: Gérard Pierre Dupont."""
        one, two = self.marks[left], self.marks[right]
        same = bool(one.term.labels & two.term.labels) and not any(
            "\n" in self.page.gap(at) for at in range(left, right)
        )
        weak = [at for at in (left, right) if not self.marks[at].alone]
        return same and all(self._proper(at) or (one.given and two.given) for at in weak)

    def _proper(self, at: int) -> bool:
        return context.capital(self.page, at) and not self.page.shouted(at)

    def _label(self, kept: list[int]) -> str:
        page = self.page
        common = frozenset.intersection(*(self.marks[at].term.labels for at in kept))
        given = [self.marks[at].term.labels for at in kept if not self.marks[at].family]
        found = common or (given[0] if given else self.marks[kept[0]].term.labels)
        if "STAFF" in found and kept[0] and page.words[kept[0] - 1] in DOCTORS:
            return "STAFF"
        return next(label for label in ("PATIENT", "RELATIVE", "STAFF") if label in found)

    def _initials(self, first: int, last: int) -> tuple[int, int]:
        """J. Smith; J SMITH where J is theirs; SMITH, J.; Watson, P. D."""
        page, mine = self.page, frozenset[str]().union(*self.letters.values())
        while first and _initial(page, first - 1) and LED.fullmatch(page.gap(first - 1)):
            letter, dot = page.words[first - 1], "." in page.gap(first - 1)
            article = letter in "ai" and not context.acting(page, last)
            if (not dot and (letter not in mine or article)) or (letter not in mine and not _capital(page, first - 1)):
                break
            first -= 1
        while last + 1 < len(page.words) and _initial(page, last + 1):
            if not BEHIND.fullmatch(page.gap(last)) and not _initial(page, last):
                break
            ends, letter, comma = page.after(last + 1, 1), page.words[last + 1], page.gap(last).startswith(",")
            known = letter in mine and ends in (".", "", "\n", ",", ";", ")")
            if not known and not (ends == "." and not comma and _capital(page, last + 1)):
                break
            last += 1
        return first, last + self._tail(last + 1)


def _capital(page: Page, number: int) -> bool:
    return page.original(number).isupper()


def _initial(page: Page, number: int) -> bool:
    """A capital, or a letter with a dot."""
    word = page.words[number]
    return len(word) == 1 and word.isalpha() and (_capital(page, number) or page.after(number, 1) == ".")
