"""A trained finder of tumours as a folder: tagger/, its choice, the normaliser, config.json, card.md, a digest."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from models import folder as folders
from nlp.pathology.oncology.finder import Finder, Found
from nlp.pathology.oncology.kept import keep, keep_choice, kept, kept_choice
from nlp.pathology.oncology.spans import SpanFinder
from nlp.tagging.tagger import SpanTagger

KIND = "oncology"
TAGGER = "tagger"
PART = "# Part of an artifact\n\nThe card in the folder above is its card.\n"


def save(finder: Finder, folder: Path, card: str, *, phi: bool) -> str:
    """Into the folder that `models.folder.writing` gave; the artifact's digest."""
    spans = finder.spans
    assert isinstance(spans, SpanFinder)
    spans.tagger.save(folder / TAGGER, PART, phi=phi)
    keep_choice(spans.habits, spans.choice, folder)
    keep(finder.normaliser, folder)
    return folders.finish(folder, KIND, {"languages": ["es", "en"]}, card, phi=phi)


def load(folder: Path) -> Finder:
    folders.opened(folder, KIND)
    habits, choice = kept_choice(folder)
    return Finder(SpanFinder(SpanTagger.load(folder / TAGGER), habits, choice), kept(folder))


@dataclass
class Shelved:
    """A finder of a folder that is as it was saved; loaded for the first text, which many nights do not have."""

    folder: Path

    def __post_init__(self) -> None:
        folders.opened(self.folder, KIND)

    @cached_property
    def finder(self) -> Finder:
        return load(self.folder)

    def find(self, texts: Sequence[str]) -> list[Found]:
        return self.finder.find(texts) if texts else []
