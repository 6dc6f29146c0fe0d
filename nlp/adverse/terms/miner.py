"""A miner without training: known names, and rules for what is said between them. English and Spanish."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from nlp.adverse.mention import Mention, Mined, Relation
from nlp.adverse.terms.finding import longest
from nlp.adverse.terms.headings import Headings
from nlp.adverse.terms.relating import Relating, Said
from nlp.adverse.terms.rules import punctuated, rules
from nlp.adverse.terms.shapes import Shapes
from nlp.adverse.terms.tables import said
from nlp.adverse.terms.terms import Terms
from nlp.text.language import guess
from nlp.text.sentences import sentences

BY_NAME = re.compile(r"(?i)(?:drug|medication)\b")
"""Effects that say themselves that a drug did it: "drug fever" is no reason to give one."""


@dataclass(slots=True)
class TermMiner:
    """The fallback where no artifact is there; also the way for Spanish."""

    terms: Terms = field(default_factory=Terms.shipped)
    name: str = "terms"
    languages: Sequence[str] = ("en", "es")
    _shapes: Shapes = field(init=False, default_factory=Shapes, repr=False)
    _treats: dict[str, frozenset[str]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._treats = {effect: frozenset(map(str, drugs)) for effect, drugs in said("treats").items()}

    def mine(self, texts: Sequence[str]) -> list[Mined]:
        return [self._mined(text) for text in texts]

    def mentions(self, text: str) -> list[Mention]:
        """Known names first; what is only shaped like one fills the gaps."""
        known = self.terms.mentions(text)
        return longest([*known, *self._unclaimed(text, known)])

    def _unclaimed(self, text: str, known: Sequence[Mention]) -> list[Mention]:
        taken = {place for mention in known for place in range(mention.start, mention.end)}
        return [m for m in self._shapes.find(text) if m.start not in taken and m.end - 1 not in taken]

    def _mined(self, text: str) -> Mined:
        mentions = self.mentions(text)
        if not mentions:
            return Mined()
        language = guess(text)
        relating = Relating(rules(language), _Reasons(text, self.terms, self._treats).treats)
        return Mined(mentions, self._relations(_sentences(text, language, mentions), relating))

    def _relations(self, parts: Sequence[Said], relating: Relating) -> list[Relation]:
        found: list[Relation] = []
        for at, part in enumerate(parts):
            within = relating.within(part)
            found += within
            if at and not within:
                found += relating.across(parts[at - 1], part)
        return found


@dataclass(frozen=True, slots=True)
class _Reasons:
    """What drugs of one text are given for."""

    text: str
    terms: Terms
    known: dict[str, frozenset[str]]

    def treats(self, drug: Mention, effect: Mention) -> bool:
        given = self.terms.drug(self.text[drug.start : drug.end])
        words = self.text[effect.start : effect.end]
        felt = self.terms.effect(words)
        if given is None or felt is None or BY_NAME.match(words):
            return False
        drugs = self.known.get(felt.concept, frozenset()) | self.known.get(felt.group, frozenset())
        return not drugs.isdisjoint(_kinds(self.terms, given.concept, given.ingredients))


def _kinds(terms: Terms, concept: str, ingredients: tuple[str, ...]) -> frozenset[str]:
    """The ingredients of a drug and all classes they are of; of a class itself that class alone."""
    if concept.startswith("class:"):
        return frozenset({concept.removeprefix("class:")})
    return frozenset(ingredients) | {kind for name in ingredients for kind in terms.names.kinds.get(name, ())}


def _sentences(text: str, language: str, mentions: Sequence[Mention]) -> list[Said]:
    """Each with the mentions that lie in it; sentences without any are left in their place, empty."""
    plain, headings = punctuated(text), Headings(text, language)
    found, at = [], 0
    for start, end in sentences(text, language):
        while at < len(mentions) and mentions[at].start < start:
            at += 1
        first = at
        while at < len(mentions) and mentions[at].end <= end:
            at += 1
        found.append(Said(plain, start, end, mentions[first:at], headings))
    return found
