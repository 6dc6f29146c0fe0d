"""Free text that stands in structured rows, through the same layers as notes; what is alike is read once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from nlp.deid.audit.own import own_leaks
from nlp.deid.drawing import Drawing
from nlp.deid.note import Note
from nlp.deid.person import Person
from nlp.deid.pipeline import LAYERS, Pipeline
from nlp.deid.screen import language_of, objection
from nlp.deid.span import Span
from nlp.deid.surrogates.rewrite import rewrite
from nlp.text.names import names
from nlp.text.words import commonness

LABEL = 200
"""Characters up to which a line is read as a label of a code: capitals are its style, and say nothing of names."""
RARE = 3.6
"""Zipf frequency below which a word that may be a name is one, in a label."""
IMPERSONAL = tuple(name for name in LAYERS if name != "known")


@dataclass(frozen=True)
class Read:
    """A text as every layer but the known reads it; displays repeat over persons."""

    note: Note
    found: Sequence[Sequence[Span]]
    safe: Sequence[Span]
    rule: str = ""


@dataclass
class Texts:
    """Called with texts and their subjects; None stands for what cannot be de-identified."""

    pipeline: Pipeline
    languages: Sequence[str]
    persons: Callable[[int], Person]
    surrogates: Callable[[int], Drawing]
    _read: dict[str, Read] = field(default_factory=dict)
    _merged: dict[str, list[Span]] = field(default_factory=dict)
    _done: dict[tuple[int, str], str | None] = field(default_factory=dict)

    def __call__(self, texts: Sequence[str], subjects: Sequence[int]) -> list[str | None]:
        pairs = list(zip(subjects, texts, strict=True))
        fresh = [pair for pair in dict.fromkeys(pairs) if pair not in self._done]
        self._look(dict.fromkeys(text for _, text in fresh if text not in self._read))
        for subject, text in fresh:
            self._done[subject, text] = self._rewritten(subject, self._read[text])
        return [self._done[pair] for pair in pairs]

    def _look(self, texts: Sequence[str] | dict[str, None]) -> None:
        notes = [Note(text, language_of(text, None, self.languages)) for text in texts]
        rules = [objection(note.text, note.language, self.languages) for note in notes]
        self._read |= {note.text: Read(note, [], [], rule) for note, rule in zip(notes, rules, strict=True) if rule}
        notes = [note for note, rule in zip(notes, rules, strict=True) if not rule]
        found, safe = self.pipeline.by_layer(notes, IMPERSONAL), self.pipeline.safe(notes)
        for k, note in enumerate(notes):
            spans = [[span for span in layer[k] if telling(note, span)] for layer in found.values()]
            self._read[note.text] = Read(note, spans, safe[k])

    def _rewritten(self, subject: int, read: Read) -> str | None:
        if read.rule:
            return None
        person, surrogates = self.persons(subject), self.surrogates(subject)
        note = replace(read.note, person=person)
        known = self.pipeline.by_layer([note], ("known",)).get("known", [[]])[0]
        spans = self.pipeline.merged(note, [known, *read.found], read.safe) if known else self._impersonal(read)
        text, _ = rewrite(note.text, spans, lambda found, label: surrogates.of(found, label, note.language))
        return None if own_leaks(person, [text])[0] else text

    def _impersonal(self, read: Read) -> list[Span]:
        """Of a text that says nothing known of the person: once, whoever's it is."""
        text = read.note.text
        if text not in self._merged:
            self._merged[text] = self.pipeline.merged(read.note, read.found, read.safe)
        return self._merged[text]


def telling(note: Note, span: Span) -> bool:
    """False for a word of a label that the veto doubts for its capital alone, such as Serum."""
    word = note.text[span.start : span.end].lower()
    if span.layer != "veto" or len(note.text) > LABEL or "\n" in note.text or not word.isalpha():
        return True
    common = commonness(note.language).get(word, 0.0)
    return common == 0 or (common < RARE and any(word in names(kind, note.language) for kind in ("first", "last")))
