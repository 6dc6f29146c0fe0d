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
from nlp.deid.taggers.mend import mended
from nlp.tagging.reading import Entity, read_entities
from nlp.tagging.windows import Cut

if TYPE_CHECKING:
    from models.artifact import Artifact
    from models.tagging import TagNetwork


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
