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
def open_roots() -> frozenset[str]:
    return frozenset(root(word) for line in read("words.yaml")["open"] for word in line.split())


@cache
def weak_roots() -> dict[str, float]:
    weak = read("words.yaml")["weak"]
    return {root(word): float(weak["share"]) for word in weak["words"].split()}
