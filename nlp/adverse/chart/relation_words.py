"""The words between a drug and an effect as patterns: data/relation_words.yaml."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("data") / "relation_words.yaml"
SMALL = r"(?:\s+(?:the|his|her|their|a|an|any|some|this|that|el|la|los|las|su|sus|un|una|new|oral|iv))*\s*"
Pattern = re.Pattern[str]


@dataclass(frozen=True)
class RelationWords:
    """`indicated`, `treated` and `denied` stand right before the second of the two; the others anywhere between."""

    indicated: Pattern
    blamed: Pattern
    treated: Pattern
    denied: Pattern
    causal: Pattern
    ended: Pattern

    def indicates(self, between: str) -> bool:
        """Of what stands between a drug and the effect after it."""
        found = self.indicated.search(between)
        return found is not None and self.blamed.search(between, 0, found.start()) is None


@lru_cache(maxsize=3)
def relation_words(language: str) -> RelationWords:
    chosen = [language] if language in ("en", "es") else ["en", "es"]
    said = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    any_of = {
        name: "|".join(word.replace(" ", r"\s+") for each in chosen for word in of[each]) for name, of in said.items()
    }

    def last(name: str) -> Pattern:
        return re.compile(rf"(?<!\w)(?:{any_of[name]}){SMALL}\Z")

    def somewhere(name: str) -> Pattern:
        return re.compile(rf"(?<!\w)(?:{any_of[name]})(?!\w)")

    return RelationWords(
        last("indicated"), somewhere("blamed"), last("treated"), last("denied"), somewhere("causal"), somewhere("ended")
    )
