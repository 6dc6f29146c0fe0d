"""The tagger as a layer: a trained network reads notes and marks what names a person."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlp.deid.labels import LABELS
from nlp.deid.note import Note
from nlp.deid.span import Span
from nlp.deid.taggers.conventions import kept
from nlp.deid.taggers.mend import Entity, mended
from nlp.deid.taggers.windows import Cut, spans_of
from nlp.text.tokens import Tokens, tokenize

if TYPE_CHECKING:
    from models.artifact import Artifact
    from models.tagging import TagNetwork

AT_ONCE = 100_000  # words after which those read so far are tagged
TOGETHER = 400  # windows, so that a long note is tagged piece by piece


@dataclass(frozen=True)
class Tagger:
    """`bias` is taken from the score of "names nobody": more is found. By default what training chose."""

    artifact: Path
    bias: float | None = None

    def find(self, notes: Sequence[Note]) -> list[list[Span]]:
        found = self.entities([note.text for note in notes])
        return [list(self._spans(note, entities)) for note, entities in zip(notes, found, strict=True)]

    def _spans(self, note: Note, entities: Sequence[Entity]) -> Iterator[Span]:
        for start, end, said, score in entities:
            label = self._labels[said]
            place = kept(note.text, start, end, label) if label else None
            if place:
                yield Span(*place, label, "tagger", score)

    def entities(self, texts: Sequence[str]) -> list[list[Entity]]:
        """In the artifact's own labels; in order, disjoint."""
        found = read_entities(self._networks, texts, self._loaded.labels, self._cut, self._bias)
        emails = {label for label, ours in self._labels.items() if ours == "EMAIL"}
        return [mended(text, entities, emails) for text, entities in zip(texts, found, strict=True)]

    @cached_property
    def _loaded(self) -> "Artifact":
        from models.artifact import load

        return load(self.artifact)

    @cached_property
    def _networks(self) -> "list[TagNetwork]":
        from models.kinds import rebuilt

        return rebuilt(self._loaded)

    @cached_property
    def _labels(self) -> dict[str, str]:
        """The artifact's labels as ours; none where the label names nobody (a sex)."""
        named: dict[str, Any] = self._loaded.config.get("means", {})
        return {label: named.get(label, label if label in LABELS else "") for label in self._loaded.labels}

    @property
    def _cut(self) -> Cut:
        return Cut(**self._loaded.config["cut"])

    @property
    def _bias(self) -> float:
        return float(self._loaded.config["bias"]) if self.bias is None else self.bias


def read_entities(
    networks: "Sequence[TagNetwork]", texts: Sequence[str], labels: Sequence[str], cut: Cut, bias: float
) -> list[list[Entity]]:
    """Entities of each text; long texts are read piece by piece."""
    found: list[list[Entity]] = []
    for group in _groups(texts):
        found += _read(networks, group, labels, cut, bias)
    return found


def _read(
    networks: "Sequence[TagNetwork]", notes: Sequence[Tokens], labels: Sequence[str], cut: Cut, bias: float
) -> list[list[Entity]]:
    from models.tagging import tag

    windows = [cut.windows(tokens) for tokens in notes]
    flat = [window for of_note in windows for window in of_note]
    pieces = (flat[at : at + TOGETHER] for at in range(0, len(flat), TOGETHER))
    tagged = (answer for piece in pieces for answer in tag(networks, piece, bias))
    found = []
    for tokens, of_note in zip(notes, windows, strict=True):
        answers = [next(tagged) for _ in of_note]
        tags = [tag for answer in answers for tag in answer[0]]
        sure = [score for answer in answers for score in answer[1]]
        found.append(spans_of(tokens, tags, sure, labels))
    return found


def _groups(texts: Sequence[str]) -> Iterator[list[Tokens]]:
    """Texts as tokens, some at a time."""
    group: list[Tokens] = []
    held = 0
    for text in texts:
        group.append(tokenize(text))
        held += len(group[-1])
        if held > AT_ONCE:
            yield group
            group, held = [], 0
    if group:
        yield group
