"""The drugs that a mention names: doses, forms and salts left aside, combinations joined, slips mended."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from nlp.adverse.terms.concept import BRAND, CLASS, COMBINATION, Drug
from nlp.adverse.terms.drugs import Names
from nlp.adverse.terms.letters import key
from nlp.adverse.terms.spelling import Speller
from nlp.adverse.terms.tables import said

MOST_WORDS = 6  # of one name
LONGEST = 60  # words of a mention that are looked at
NUMBER = re.compile(r"\d+(?:mg|mcg|g|ml|units?|iu|meq|hr)?")
SHORT_PLURAL = 4  # letters of a word that may be a plural


@dataclass(slots=True)
class DrugReader:
    """`read` is a pure function of its text, and remembers what it read."""

    names: Names
    speller: Speller = field(init=False, repr=False)
    _aside: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._aside = frozenset(said("words")["salts"]) | frozenset(said("words")["forms"])
        single = {
            name: drug.ingredients
            for name, drug in self.names.drugs.items()
            if name.isalpha() and drug.kind != CLASS and name not in self.names.shorts
        }
        brands = {name for name in single if self.names.drugs[name].kind in (BRAND, COMBINATION)}
        pairs = [(a, b) for a, b in said("words")["alike"]]
        self.speller = Speller(single, brands, pairs, frozenset(said("words")["no_drugs"]))

    def read(self, text: str) -> Drug | None:
        """None where no drug is named."""
        words = key(text).split()[:LONGEST]
        if not words:
            return None
        whole = self._named(words, alone=not self._dosed(words))
        if whole:
            return whole
        found = self._found(words, text)
        if not found:
            found = [drug for word in words if word not in self._aside and (drug := self.misspelt(word))]
        return self._joined(found)

    def bare(self, text: str) -> str:
        """The words of an unknown drug without dose, form and salt; all of them where nothing else is left."""
        words = key(text).split()
        return " ".join(word for word in words if word not in self._aside and not NUMBER.fullmatch(word)) or key(text)

    def misspelt(self, word: str) -> Drug | None:
        """One word in small letters without accents that is no name itself."""
        name = self.speller.nearest(word)
        if name is None and word.endswith("s"):
            name = self.speller.nearest(word[:-1])
        return replace(self.names.drugs[name], exact=False) if name else None

    def _named(self, words: Sequence[str], *, alone: bool) -> Drug | None:
        """What these words name together. `alone`: with neither dose nor form beside them."""
        name = " ".join(words)
        drug = self.names.drugs.get(name)
        if drug is None and name.endswith("s") and len(name) > SHORT_PLURAL:
            drug = self.names.drugs.get(name[:-1])
        short = self.names.shorts.get(name)
        if drug is None or short is None:
            return drug
        return None if short.ambiguous and alone else drug

    def _found(self, words: Sequence[str], text: str) -> list[Drug]:
        found = []
        at, alone = 0, not self._dosed(words)
        while at < len(words):
            for length in range(min(MOST_WORDS, len(words) - at), 0, -1):
                drug = self._inside(words[at : at + length], text, alone)
                if drug:
                    found.append(drug)
                    break
            at += length
        return found

    def _inside(self, words: Sequence[str], text: str, alone: bool) -> Drug | None:
        """As `_named`, of a part of a text: there short forms must stand as they are written."""
        short = self.names.shorts.get(" ".join(words))
        if short and short.written and short.written not in text:
            return None
        return self._named(words, alone=alone)

    def _dosed(self, words: Sequence[str]) -> bool:
        return any(NUMBER.fullmatch(word) or word in self._aside for word in words)

    def _joined(self, found: Sequence[Drug]) -> Drug | None:
        """One drug of several names: the same ingredient twice is one, a class yields to its members."""
        single = [drug for drug in found if drug.kind != CLASS] or list(found[:1])
        if not single:
            return None
        ingredients = dict.fromkeys(name for drug in single for name in drug.ingredients)
        if single[0].kind == CLASS or len(ingredients) == len(single[0].ingredients):
            return single[0]
        exact = all(drug.exact for drug in single)
        return replace(self.names.drug(tuple(ingredients), COMBINATION), exact=exact)
