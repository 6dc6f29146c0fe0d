"""All names of effects, and the concept that each means: words in any order, inflected, with severities and places."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from nlp.adverse.terms.concept import Effect
from nlp.adverse.terms.labs import Labs
from nlp.adverse.terms.letters import key
from nlp.adverse.terms.phrases import Words, together
from nlp.adverse.terms.tables import FOLDER, rows, several
from nlp.text.data_files import phrases

FEWEST = 3  # letters of a name; shorter ones count as they are written: MI, not mi
TELLING = 5  # letters of a word that is left of several
LONGEST = 14  # words of a mention beyond which it is a sentence, not a name
CODE = "ICD-10-CM"


@dataclass(slots=True)
class EffectNames:
    """`terms`: by key (letters.key); `written`: the same as written; `sets`: by words in any order."""

    words: Words = field(default_factory=Words)
    terms: dict[str, Effect] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    labs: Labs = field(default_factory=Labs)
    concepts: dict[str, Effect] = field(default_factory=dict)
    sets: dict[str, Effect] = field(default_factory=dict)
    _shipped: dict[str, str | None] = field(default_factory=dict)
    _of_word: dict[str, list[tuple[frozenset[str], str]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, effect: Effect, *, over: bool = False) -> None:
        """The first that claims a name keeps it, unless `over`."""
        written = key(name)
        if not written:
            return
        if over or written not in self.terms:
            self.terms[written] = effect
            self.written[written] = name
        self.concepts.setdefault(effect.concept, effect)
        if not over:
            self._shipped.setdefault(effect.concept, effect.code)
        words = self.words.of(name)
        if words and self._telling(words, written) and (over or together(words) not in self.sets):
            self._put(words, effect, within=not name.isupper())

    def _telling(self, words: Sequence[str], written: str) -> bool:
        """Not what is left of "acute MI" when acute is left aside."""
        return len(words) > 1 or len(words[0]) >= TELLING or " " not in written

    def _put(self, words: Sequence[str], effect: Effect, *, within: bool) -> None:
        """`within`: found among other words too; short forms in capitals are not."""
        found = together(words)
        if within and found not in self.sets:
            for word in words:
                self._of_word[word].append((frozenset(words), found))
        self.sets[found] = effect

    def recode(self, codes: Mapping[str, str]) -> None:
        """All names of these concepts get the code that is given here, but those with their own."""
        for table in (self.terms, self.sets, self.concepts):
            for name, effect in table.items():
                code = codes.get(effect.concept)
                if code and effect.code == self._shipped.get(effect.concept, effect.code):
                    table[name] = replace(effect, code=code)

    def read(self, text: str) -> Effect | None:
        """The effect of all the words, or of the most of them that name one."""
        name = key(text)
        effect = self.terms.get(name)
        if effect and (len(name) >= FEWEST or text.strip() == self.written[name]):
            return effect
        for _, _, concept in self.labs.find(text):
            return self.concepts.get(concept)
        words = self.words.of(text)
        if not words or len(words) > LONGEST or len(name) < FEWEST:
            return None
        return self.sets.get(together(words)) or self._within(words)

    def _within(self, words: Sequence[str]) -> Effect | None:
        """Of the names whose words are all here, the one of most words; of these the one that ends last."""
        here = frozenset(words)
        best: tuple[int, int, str] | None = None
        for at, word in enumerate(words):
            for those, name in self._of_word.get(word, ()):
                rank = (len(those), at, name)
                if those <= here and (best is None or rank > best):
                    best = rank
        return replace(self.sets[best[2]], exact=False) if best else None


def shipped_effects() -> EffectNames:
    names = EffectNames()
    for effect, terms in of_table(FOLDER / "effects.csv"):
        for term in terms:
            names.add(term, effect)
    return names


def of_table(path: Path) -> Iterator[tuple[Effect, list[str]]]:
    """Each concept of an effects table with its names."""
    for row in rows(path, ("concept", "group", "icd10cm", "en", "es")):
        code = f"{CODE}//{row['icd10cm']}" if row["icd10cm"] else None
        effect = Effect(row["concept"], code, row["group"] or row["concept"])
        written = [row["concept"].replace("_", " "), *several(row["en"]), *several(row["es"])]
        yield effect, [form for each in written for form in phrases(each)]
