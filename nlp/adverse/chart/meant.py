"""What drug and effect words mean, and whether two mean the same."""

from dataclasses import dataclass, field

from nlp.adverse.chart.knowledge import Knowledge

DRUG_UNKNOWN, EFFECT_UNKNOWN, INEXACT = "drug-unknown", "effect-unknown", "drug-misspelt"


@dataclass(frozen=True, slots=True)
class Meant:
    """A drug. `concept`: its words, where nobody knows it."""

    words: str
    concept: str
    ingredients: frozenset[str]
    code: str = ""
    flags: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        return bool(self.ingredients)

    def among(self, ingredients: frozenset[str]) -> bool:
        return not self.ingredients.isdisjoint(ingredients)

    def same(self, other: "Meant") -> bool:
        """One is the other, a part of it, or the class that it belongs to."""
        return self.concept == other.concept or self.among(other.ingredients)


@dataclass(frozen=True, slots=True)
class Effects:
    """An effect."""

    words: str
    concept: str
    group: str = ""
    code: str = ""
    flags: tuple[str, ...] = ()

    def same(self, other: "Effects") -> bool:
        return self.concept == other.concept or bool(self.group and self.group == other.group)


@dataclass
class Meanings:
    """Looked up once a spelling."""

    knowledge: Knowledge
    _drugs: dict[str, Meant] = field(default_factory=dict)
    _effects: dict[str, Effects] = field(default_factory=dict)

    def drug(self, words: str) -> Meant:
        if words not in self._drugs:
            self._drugs[words] = self._drug(words)
        return self._drugs[words]

    def effect(self, words: str) -> Effects:
        if words not in self._effects:
            self._effects[words] = self._effect(words)
        return self._effects[words]

    def _drug(self, words: str) -> Meant:
        found = self.knowledge.drug(words)
        if found is None:
            return Meant(words, plain(words), frozenset(), flags=(DRUG_UNKNOWN,))
        ingredients = frozenset(found.ingredients) or frozenset({found.concept})
        return Meant(words, found.concept, ingredients, found.code or "", () if found.exact else (INEXACT,))

    def _effect(self, words: str) -> Effects:
        found = self.knowledge.effect(words)
        if found is None:
            return Effects(words, plain(words), flags=(EFFECT_UNKNOWN,))
        return Effects(words, found.concept, found.group, found.code or "")


def plain(words: str) -> str:
    return " ".join(words.lower().split())
