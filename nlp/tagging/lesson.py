"""Training data of a tagger: documents with marked spans to windows with tags, varied in each epoch."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from eval.corpora.marked import Marked
from models.window import Window, same_width
from nlp.tagging.windows import Cut, tags_of
from nlp.text.tokens import Tokens, tokenize


@dataclass(frozen=True)
class Variety:
    """How likely a window is all capitals, or all small letters."""

    upper: float = 0.06
    lower: float = 0.06


@dataclass(frozen=True)
class Lesson:
    """Tokens and tags of the documents; the windows of an epoch follow from its number and the seed."""

    notes: Sequence[tuple[Tokens, list[int]]]
    cut: Cut
    batch: int = 4096  # words
    seed: int = 1
    variety: Variety = field(default_factory=Variety)

    @staticmethod
    def of(documents: Sequence[Marked], labels: Sequence[str], cut: Cut) -> "Lesson":
        tokens = [tokenize(document.text) for document in documents]
        pairs = zip(tokens, documents, strict=True)
        return Lesson([(found, tags_of(found, document.spans, labels)) for found, document in pairs], cut)

    def epoch(self, number: int) -> Iterator[list[Window]]:
        chance = random.Random(f"{self.seed}/{number}")
        windows = [
            self._varied(window, chance)
            for tokens, tags in self.notes
            for window in self.cut.windows(tokens, tags, chance.randrange(self.cut.body))
        ]
        chance.shuffle(windows)
        batches = list(same_width(windows, self.batch))
        chance.shuffle(batches)
        return ([windows[at] for at in batch] for batch in batches)

    def _varied(self, window: Window, chance: random.Random) -> Window:
        drawn = chance.random()
        if drawn < self.variety.upper:
            return replace(window, words=[word.upper() for word in window.words])
        if drawn > 1 - self.variety.lower:
            return replace(window, words=[word.lower() for word in window.words])
        return window
