"""A note as the layers see it: its text, its words, and whose it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Protocol

from nlp.deid.person import NOBODY, Person
from nlp.deid.span import Span

WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Note:
    """`language` is BCP 47 without region (en, es, zh); `time` is the note's own, UTC, before any shift."""

    text: str
    language: str = "en"
    time: datetime | None = None
    person: Person = field(default=NOBODY, repr=False)

    @cached_property
    def words(self) -> tuple[tuple[int, int], ...]:
        """Runs of word characters: what recall is counted in."""
        return tuple(found.span() for found in WORD.finditer(self.text))


class Layer(Protocol):
    """One way of finding identifiers. Pure; many notes at once, because networks want batches."""

    def find(self, notes: Sequence[Note]) -> list[list[Span]]:
        """Spans of each note, in order of start; they may overlap."""


class Guard(Protocol):
    """What speaks for a stretch of text being no identifier: eponyms, drugs, labs, anatomy, devices."""

    def safe(self, note: Note) -> list[Span]:
        """Stretches that only the known identifiers of the person may override."""
