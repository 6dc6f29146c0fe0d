"""Layer (a): the person's known identifiers, wherever they stand in their notes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from nlp.deid.known.matcher import Matcher
from nlp.deid.note import Note
from nlp.deid.span import Span

KEPT = 512  # matchers of persons that stay in memory: first their notes come, then their other texts


@dataclass
class Known:
    """Implements nlp.deid.note.Layer."""

    _matchers: dict[tuple[object, str], Matcher] = field(default_factory=dict, repr=False)

    def find(self, notes: Sequence[Note]) -> list[list[Span]]:
        return [
            self._matcher(note).find(note.text) if note.person.identifiers or note.person.birth else []
            for note in notes
        ]

    def _matcher(self, note: Note) -> Matcher:
        key = (note.person, note.language)
        if key not in self._matchers:
            while len(self._matchers) >= KEPT:
                del self._matchers[next(iter(self._matchers))]
            self._matchers[key] = Matcher(*key)
        return self._matchers[key]
