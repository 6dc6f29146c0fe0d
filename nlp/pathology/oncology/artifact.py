"""A trained finder of tumours as a folder: tagger/, its choice, the normaliser, config.json, card.md, a digest."""

from pathlib import Path

from models import folder as folders
from nlp.pathology.oncology.finder import Finder
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
