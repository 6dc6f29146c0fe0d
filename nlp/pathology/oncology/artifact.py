"""A trained finder of tumours as a folder: tagger/, the normaliser, config.json, card.md and a digest."""

from pathlib import Path

from models import folder as folders
from nlp.pathology.oncology.finder import Finder
from nlp.pathology.oncology.kept import keep, kept
from nlp.tagging.tagger import SpanTagger

KIND = "oncology"
TAGGER = "tagger"


def save(finder: Finder, folder: Path, card: str, *, phi: bool) -> str:
    """Into the folder that `models.folder.writing` gave; the artifact's digest."""
    finder.tagger.save(folder / TAGGER, card, phi=phi)
    keep(finder.normaliser, folder)
    return folders.finish(folder, KIND, {"languages": ["es", "en"]}, card, phi=phi)


def load(folder: Path) -> Finder:
    folders.opened(folder, KIND)
    return Finder(SpanTagger.load(folder / TAGGER), kept(folder))
