"""The hand-written lists of this room, as roots."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from nlp.icd.titles.roots import folded, root

DATA = Path(__file__).parent / "data"
LANGUAGES = ("en", "es")


@cache
def read(name: str) -> Any:
    return yaml.load((DATA / name).read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def stop_words(language: str) -> frozenset[str]:
    """Folded, not roots: `no`, `de`."""
    return frozenset(folded(word) for word in read("words.yaml")["stop"].get(language, "").split())


@cache
def open_words() -> frozenset[str]:
    """Folded, not roots: `nec` is the root of neck."""
    return frozenset(folded(word) for line in read("words.yaml")["open"] for word in line.split())


@cache
def weak_roots() -> dict[str, float]:
    weak = read("words.yaml")["weak"]
    return {root(word): float(weak["share"]) for word in weak["words"].split()}


@cache
def written(name: str, language: str) -> dict[str, tuple[tuple[str, float], ...]]:
    """Root of a word of a list: the roots of English words that it may mean, the first being the surest."""
    found: dict[str, dict[str, float]] = {}
    for word, others in read(name).items():
        held = found.setdefault(root(str(word), language), {})
        for at, other in enumerate(str(others).split()):
            held.setdefault(root(other), 0.95 if at == 0 else 0.85)
    return {word: tuple(held.items()) for word, held in found.items()}
