"""fhir_mappings/deid/safe as sets: eponyms, drugs, and words that name no person."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any

import yaml

from nlp.text.names import names

KEPT = 1 << 16
"""Words whose judgement is kept: they come again in other notes."""


def read(file: str) -> dict[str, Any]:
    text = resources.files("fhir_mappings").joinpath(f"deid/safe/{file}").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def words(said: list[str]) -> frozenset[str]:
    return frozenset(" ".join(map(str, said)).lower().split())


@dataclass(frozen=True)
class Safe:
    """All in lower case. `ends`: endings of drug names and medical words by length, with the least length of a word."""

    heads: frozenset[str]
    needs_head: frozenset[str]
    eponyms: frozenset[str]
    drugs: frozenset[str]
    labs: frozenset[str]  # behind these a number is a result
    words: frozenset[str]  # all else: anatomy, microbes, units, headings, credentials ...
    stems: dict[str, int]
    ends: dict[str, int]

    def drug(self, word: str) -> bool:
        return word in self.drugs or ending(word, self.stems)

    @cached_property
    def medical(self) -> Callable[[str], bool]:
        """True of a word of this file; asked of every word of every note, so what was asked is kept."""
        return lru_cache(maxsize=KEPT)(self._medical)

    def _medical(self, word: str) -> bool:
        if word in self.words or word in self.labs or word in self.drugs:
            return True
        if word[-1] == "s" and (word[:-1] in self.words or word[:-1] in self.labs):
            return True
        return (ending(word, self.stems) or ending(word, self.ends)) and word not in called()


def ending(word: str, ends: dict[str, int]) -> bool:
    return any(len(word) >= ends.get(word[-n:], 99) for n in range(3, 9))


@lru_cache(maxsize=1)
def called() -> frozenset[str]:
    """What people are called anywhere; the end of such a word explains nothing."""
    return names("first") | names("last")


@lru_cache(maxsize=1)
def safe() -> Safe:
    eponyms, drugs, other = read("eponyms.yaml"), read("drugs.yaml"), read("words.yaml")
    lists = {key: words(said) for key, said in other.items() if key != "ends"}
    needs_head, names = words(eponyms["needs_head"]), words(eponyms["eponyms"])
    return Safe(
        heads=words(eponyms["heads"]),
        needs_head=needs_head,
        eponyms=(names | needs_head) - words(["his"]),
        drugs=words(drugs["generic"] + drugs["brand"] + drugs["spanish"]),
        labs=lists["labs"] | lists["vitals_and_exam"],
        words=frozenset().union(*lists.values()),
        stems=drugs["stems"],
        ends=other["ends"],
    )
