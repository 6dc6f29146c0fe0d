"""One edition of a code system: which codes exist, which may be billed, what each means and what it forbids."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import islice, takewhile
from pathlib import Path
from typing import Literal

from nlp.icd.catalogue import cache, tabular
from nlp.icd.catalogue.content import Content, Notes
from nlp.icd.catalogue.files import DOTS, dotted, read
from nlp.icd.catalogue.references import Range, named
from nlp.icd.catalogue.search import Found, Index

NOTHING = Notes()
Kind = Literal["excludes1", "excludes2", "code_first", "use_additional"]
Line = tuple[str, tuple[Range, ...]]
LIKE_A_CODE = re.compile(r"[A-Z]?\d[A-Z0-9]*\.?[A-Z0-9]*$")
LIKE_ANY_CODE = re.compile(r"(?=.*\d)[A-Z0-9]{2,7}$")  # of systems without a dot, whose letters may stand anywhere
SHOWN = 8  # codes that a message names


@dataclass
class Catalogue:
    """`edition` is a name of editions.yaml, or what the site calls it. Codes are asked for in capitals with their dot.

    `open`: the table is known to lack codes (CodiEsp's CIE-10-ES): a code that is not there is no error.
    """

    system: str
    edition: str
    content: Content = field(repr=False)
    open: bool = False
    _above: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _cited: dict[tuple[str, str], tuple[Line, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def icd10cm(cls) -> "Catalogue":
        """The tabular list that is installed; read once a process, parsed once a machine."""
        return _icd10cm()

    @classmethod
    def file(cls, path: Path, system: str, edition: str = "", *, open: bool = False) -> "Catalogue":
        """An edition that a site supplies: an order file of CMS, its descriptions of ICD-9-CM, or CSV."""
        return cls(system, edition or path.name, read(path, system), open)

    @classmethod
    def unknown(cls, system: str, edition: str = "") -> "Catalogue":
        """A system of which no table is at hand: every code may exist."""
        return cls(system, edition, Content(), open=True)

    def with_notes(self, other: "Catalogue") -> "Catalogue":
        """The same codes with the notes, chapters and blocks of another edition, where both know the code."""
        mine, theirs = self.content, other.content
        groups = theirs.groups
        titles = {code: theirs.titles[code] for code in theirs.titles if code in groups} | mine.titles
        parents = {c: p for c, p in theirs.parents.items() if p in groups and c in titles} | mine.parents
        notes = {code: notes for code, notes in theirs.notes.items() if code in titles}
        return Catalogue(self.system, self.edition, Content(titles, parents, mine.billable, groups, notes), self.open)

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and self.exists(code)

    def __iter__(self) -> Iterator[str]:
        """Every code, categories included, in the order of the list."""
        return (code for code in self.content.titles if code not in self.content.groups)

    def __len__(self) -> int:
        return len(self.content.titles) - len(self.content.groups)

    def exists(self, code: str) -> bool:
        """Of an open table also what may exist: all."""
        return self.open or self.knows(code)

    def knows(self, code: str) -> bool:
        return code in self.content.titles and code not in self.content.groups

    def billable(self, code: str) -> bool:
        return code in self.content.billable or (self.open and not self.knows(code))

    def title(self, code: str) -> str:
        """Nothing where the code is not known; chapters and blocks have titles too."""
        return self.content.titles.get(code, "")

    def parent(self, code: str) -> str:
        """The next level up: a code, then a block, then a chapter, then nothing."""
        return self.content.parents.get(code, "")

    def ancestors(self, code: str, *, groups: bool = True) -> tuple[str, ...]:
        """Nearest first; `groups`: with block and chapter."""
        if code not in self._above:
            found, above = [], self.parent(code)
            while above:
                found.append(above)
                above = self.parent(above)
            self._above[code] = tuple(found)
        every = self._above[code]
        return every if groups else tuple(above for above in every if above not in self.content.groups)

    def children(self, code: str) -> tuple[str, ...]:
        return tuple(self._children.get(code, ()))

    def billable_below(self, code: str, limit: int = SHOWN) -> tuple[str, ...]:
        """The first codes below that may be billed, also below a category that the table itself lacks."""
        below = (known for known in self._beginning(code) if known in self.content.billable and known != code)
        return tuple(islice(below, limit))

    def terms(self, code: str) -> tuple[str, ...]:
        """Title first, then the inclusion terms."""
        title = self.title(code)
        return (title, *self._own(code, "terms")) if title else ()

    def includes(self, code: str) -> tuple[str, ...]:
        return self._inherited(code, "includes")

    def excludes1(self, code: str) -> tuple[str, ...]:
        """Lines of the notes at the code and at everything above it: they hold for all below."""
        return self._inherited(code, "excludes1")

    def excludes2(self, code: str) -> tuple[str, ...]:
        return self._inherited(code, "excludes2")

    def code_first(self, code: str) -> tuple[str, ...]:
        return self._inherited(code, "code_first")

    def use_additional(self, code: str) -> tuple[str, ...]:
        return self._inherited(code, "use_additional")

    def code_also(self, code: str) -> tuple[str, ...]:
        return self._inherited(code, "code_also")

    def seventh(self, code: str) -> dict[str, str]:
        """Seventh characters that the list prints for the code: those of the nearest level that has some."""
        for level in (code, *self.ancestors(code)):
            found = self.content.notes.get(level, NOTHING).get("seventh")
            if found:
                return dict(found)
        return {}

    def notes(self, code: str) -> Notes:
        """What is printed at this very level."""
        return self.content.notes.get(code, NOTHING)

    def cited(self, level: str, kind: Kind) -> tuple[Line, ...]:
        """Lines of a note at this very level, each with the codes that it names; taken apart once."""
        if (level, kind) not in self._cited:
            self._cited[level, kind] = tuple((line, named(line)) for line in self._own(level, kind))
        return self._cited[level, kind]

    def search(self, text: str, limit: int = 20) -> list[Found]:
        """Best first. Text that begins a code answers with the codes that it begins."""
        return self.begun(text, limit) or self._index.search(text, limit)

    def begun(self, text: str, limit: int) -> list[Found]:
        """Codes that begin as typed, with or without the dot, sorted; nothing for what is a word."""
        typed = text.strip().upper()
        like = LIKE_A_CODE if self.system in DOTS else LIKE_ANY_CODE
        codes = islice(self._beginning(dotted(typed, self.system)), limit) if like.match(typed) else ()
        return [Found(code, self.title(code), 1.0) for code in codes]

    def lines(self) -> list[tuple[str, str]]:
        """(code, title or inclusion term) of every code: billable ones first, then the shorter code."""
        codes = sorted(self, key=lambda code: (code not in self.content.billable, len(code)))
        return [(code, term) for code in codes for term in self.terms(code)]

    def _beginning(self, start: str) -> Iterator[str]:
        """Codes that begin so, sorted."""
        first = bisect_left(self._sorted, start)
        return takewhile(lambda code: code.startswith(start), islice(self._sorted, first, None))

    def _own(self, code: str, name: str) -> Sequence[str]:
        return self.content.notes.get(code, NOTHING).get(name, ())  # type: ignore[return-value]

    def _inherited(self, code: str, name: str) -> tuple[str, ...]:
        return tuple(line for level in (code, *self.ancestors(code)) for line in self._own(level, name))

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self)

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for code in self.content.titles:
            found.setdefault(self.parent(code), []).append(code)
        return found

    @cached_property
    def _index(self) -> Index:
        """Built at the first search, in half a second; then kept."""
        return Index(self.lines())


@lru_cache(maxsize=1)
def _icd10cm() -> Catalogue:
    return Catalogue("ICD-10-CM", tabular.edition(), cache.kept(f"icd10cm-{tabular.carried()}", tabular.content))
