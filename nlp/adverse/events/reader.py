"""A trained event asked of notes: the label, how sure, what is said of the event, and where."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from models.folder import name_of
from nlp.adverse.events import artifact
from nlp.adverse.events.event import Event
from nlp.adverse.events.note import EventNote, Evidence
from nlp.adverse.events.reading import Read, read
from nlp.adverse.events.systems.windowed import Windowed
from nlp.text.language import guess


@dataclass(frozen=True)
class Answer:
    """`score`: probability of `label`. `happened`: the label is positive; `speaks`: the note speaks of the event.

    `assertion` is one of nlp.text.assertion.KINDS; `words` are the note's own for the event, or nothing.
    """

    label: str
    score: float
    happened: bool
    speaks: bool
    assertion: str
    words: str = field(default="", repr=False)
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class EventReader:
    system: Windowed
    name: str  # of the artifact, with the beginning of its digest

    @staticmethod
    def load(folder: Path) -> "EventReader":
        return EventReader(artifact.load(folder), name_of(folder))

    @property
    def event(self) -> Event:
        return self.system.event

    def read(
        self, texts: Sequence[str], kinds: Sequence[str | None] = (), languages: Sequence[str | None] = ()
    ) -> list[Answer | None]:
        """One a text; nothing where the note is of a kind or language that the event does not ask.

        A language that is not given is guessed.
        """
        kind = [one or "" for one in kinds] or [""] * len(texts)
        spoken = [(one or "").lower().replace("_", "-").partition("-")[0] for one in languages] or [""] * len(texts)
        spoken = [one or guess(text) for one, text in zip(spoken, texts, strict=True)]
        notes = [EventNote(*each) for each in zip(texts, kind, spoken, strict=True)]
        asked = [at for at, note in enumerate(notes) if note.text.strip() and self.event.asks(note.kind, note.language)]
        found = [read(notes[at], self.system.terms) for at in asked]
        answers: list[Answer | None] = [None] * len(notes)
        for at, one, row in zip(asked, found, self.system.judged(found), strict=True):
            answers[at] = self._answer(notes[at].text, one, row)
        return answers

    def _answer(self, text: str, found: Read, row: np.ndarray) -> Answer:
        at = int(row.argmax())
        label = self.event.labels[at]
        happened = label in self.event.positive
        evidence = tuple(self.system.speaks(found, at))
        named = [(one, said) for one, said in zip(found.mentions, found.kinds, strict=True) if one.group != "sign"]
        first = next(((m.start, m.end) for m, said in named if (said.kind == "present") == happened), None)
        spans = [first] if first else [(m.start, m.end) for m, _ in named] or [(e.start, e.end) for e in evidence]
        words = " ".join(text[spans[0][0] : spans[0][1]].split()) if spans else ""
        kinds = Counter(said.kind for _, said in named if said.kind != "present")
        against = "negated" if not kinds or "negated" in kinds else kinds.most_common(1)[0][0]
        assertion = "present" if happened else against
        return Answer(label, float(row[at]), happened, bool(named), assertion, words, evidence)
