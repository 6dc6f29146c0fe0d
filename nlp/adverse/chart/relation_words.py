"""The words between a drug and an effect as patterns: data/relation_words.yaml."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("data") / "relation_words.yaml"
SMALL = r"(?:\s+(?:the|his|her|their|a|an|any|some|this|that|el|la|los|las|su|sus|un|una|new|oral|iv))*\s*"
SPACE = re.compile(r"[\s,;(–-]*")
Pattern = re.Pattern[str]
Span = tuple[int, int]


@dataclass(frozen=True)
class RelationWords:
    """`indicated`, `treated` and `denied` stand right before the second of the two; the others anywhere between."""

    indicated: Pattern
    blamed: Pattern
    treated: Pattern
    denied: Pattern
    causal: Pattern
    caused: Pattern
    ended: Pattern
    feared: Pattern
    feared_after: Pattern
    listed: Pattern
    past: Pattern
    now: Pattern
    had: Pattern

    def indicates(self, between: str) -> bool:
        """Of what stands between a drug and the effect after it."""
        found = self.indicated.search(between)
        return found is not None and self.blamed.search(between, 0, found.start()) is None

    def blames(self, between: str) -> bool:
        """Of what stands between an effect and the drug after it: it is its cause."""
        return self.caused.search(between) is not None

    def fears(self, lower: str, begin: int, effect: Span, after: Sequence[int]) -> bool:
        """Whether the sentence from `begin` on speaks of the effect as of something that may come.

        `after`: places behind the effect, and behind the pair, where that may be said.
        """
        if any(self.feared_after.match(lower, _behind(lower, at)) for at in after):
            return True
        found = list(self.feared.finditer(lower, begin, effect[0]))
        if not found:
            return False
        last = found[-1].end()
        return not (self.had.search(lower, last, effect[0]) or self.ended.search(lower, last, effect[0]))

    def lists(self, lower: str, begin: int, end: int) -> bool:
        """Whether the sentence is of an allergy list."""
        return self.listed.search(lower, begin, end) is not None and self.now.search(lower, begin, end) is None

    def is_past(self, lower: str, begin: int, end: int) -> bool:
        """Whether the sentence tells of former times, and of nothing that is so now."""
        return self.past.search(lower, begin, end) is not None and self.now.search(lower, begin, end) is None


def _behind(lower: str, at: int) -> int:
    found = SPACE.match(lower, at)
    return found.end() if found else at


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

    anywhere = ("blamed", "causal", "ended", "feared", "feared_after", "listed", "past", "now", "had")
    before = ("indicated", "treated", "denied", "caused")
    return RelationWords(**{name: last(name) for name in before}, **{name: somewhere(name) for name in anywhere})
