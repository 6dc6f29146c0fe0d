"""The words of an effect as they are compared: stems, one word for many, severities left aside."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from nlp.adverse.terms.letters import key
from nlp.adverse.terms.tables import said

ENDINGS = (("ies", "y"), ("ses", "s"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"))
KEEP = ("ss", "us", "is", "os")  # no plurals


@dataclass(slots=True)
class Words:
    """What data/effect_words.yaml says of words."""

    aside: frozenset[str] = field(init=False)
    same: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        table = said("effect_words")
        self.aside = frozenset(key(word) for kind in ("severity", "small") for word in table[kind])
        self.same = {stem(key(word)): stem(key(one)) for one, many in table["same"].items() for word in many}

    def of(self, text: str) -> tuple[str, ...]:
        """Stems in order, each once; empty where nothing is said but how severe something was."""
        return tuple(dict.fromkeys(self._one(word) for word in key(text).split() if word not in self.aside))

    def _one(self, word: str) -> str:
        found = stem(word)
        return self.same.get(found, found)


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Without a plural's ending; a word that is short stays."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(KEEP):
        return word
    for ending, becomes in ENDINGS:
        if word.endswith(ending):
            return word[: -len(ending)] + becomes
    return word[:-1]


def together(words: Iterable[str]) -> str:
    """The same for the same words in any order."""
    return " ".join(sorted(words))
