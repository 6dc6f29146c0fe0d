"""What the layers pass on: spans of a note that may name a person."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """`start` and `end` (exclusive) are offsets in characters; `score` is the layer's belief, from 0 to 1."""

    start: int
    end: int
    label: str  # of nlp.deid.labels.LABELS
    layer: str  # known, rules, tagger, veto
    score: float = 1.0

    def overlaps(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end
