"""What a note says of a drug and an effect together, out of what it says of each and of the words between."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nlp.adverse.chart.relation_words import RelationWords, relation_words
from nlp.adverse.mention import Relation
from nlp.text.assertion import Asserter, Assertion, small
from nlp.text.sentences import sentences

INDICATION, CAUSE_DENIED, UNCERTAIN = "indication", "cause-denied", "uncertain"
FAR = 300  # characters of a sentence on either side of the two that are looked at
NEAR = 120  # characters between the two in which their connecting words are looked for
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Said:
    """`kind` as in docs/text.md. `flags`: why, where the words between decided, and doubt."""

    kind: str
    flags: tuple[str, ...] = ()


def said(text: str, language: str, relations: Sequence[Relation]) -> list[Said]:
    """One for each relation, in their order."""
    spans = sorted({span for each in relations for span in _spans(each)})
    found = dict(zip(spans, Asserter(language).assertions(text, spans), strict=True))
    reading = _Reading(small(text), sentences(text, language), found, relation_words(language))
    return [reading.said(each) for each in relations]


def _spans(relation: Relation) -> Iterable[Span]:
    return (relation.drug.start, relation.drug.end), (relation.effect.start, relation.effect.end)


@dataclass(frozen=True)
class _Reading:
    lower: str
    sentences: Sequence[Span]
    found: Mapping[Span, Assertion]
    known: RelationWords

    def said(self, relation: Relation) -> Said:
        drug, effect = (self.found[span] for span in _spans(relation))
        doubt = (UNCERTAIN,) if effect.uncertain or drug.uncertain else ()
        if "other_person" in (drug.kind, effect.kind):
            return Said("other_person", doubt)
        if effect.kind == "negated":
            return Said("negated")
        first, second = sorted((relation.drug, relation.effect), key=lambda mention: mention.start)
        between = self.lower[first.end : second.start] if second.start - first.end <= NEAR else ""
        drug_first = first is relation.drug
        if not drug_first and self.known.denied.search(between):
            return Said("negated", (CAUSE_DENIED,))
        if self.known.indicates(between) if drug_first else self.known.treated.search(between):
            return Said("negated", (INDICATION,))
        kind = self._kind(drug, effect, between if drug_first else "")
        return Said(self._told(relation) if kind == "present" else kind, doubt)

    def _kind(self, drug: Assertion, effect: Assertion, before_effect: str) -> str:
        """`before_effect`: what stands between, where the drug comes first."""
        ended = drug.cue is not None and self.known.ended.search(self.lower, *drug.cue) is not None
        caused = self.known.causal.search(before_effect) is not None
        if drug.kind == "negated" and not ended and not caused:
            return "negated"
        if any(each.kind == "allergy" and not self._intolerance(each) for each in (drug, effect)):
            return "allergy"
        if effect.kind == "allergy":
            return "present"
        doubted = drug.kind == "hypothetical" or (drug.kind == "planned" and not ended)
        return drug.kind if doubted and effect.kind == "present" and not caused else effect.kind

    def _intolerance(self, said: Assertion) -> bool:
        """In running text a drug not borne is harm that it did; in an allergy list it is one of many."""
        return said.cue is not None and self.lower[said.cue[0] : said.cue[1]].startswith("intoler")

    def _told(self, relation: Relation) -> str:
        """What the sentence of both says beside: that it may come, that it was long ago."""
        first, last = min(relation.drug.start, relation.effect.start), max(relation.drug.end, relation.effect.end)
        at = max(0, bisect_right([start for start, _ in self.sentences], first) - 1)
        begin, end = max(self.sentences[at][0], first - FAR), min(max(self.sentences[at][1], last), last + FAR)
        effect = (relation.effect.start, relation.effect.end)
        if self.known.lists(self.lower, begin, end):
            return "allergy"
        if self.known.fears(self.lower, begin, effect, (effect[1], last)):
            return "hypothetical"
        return "historical" if self.known.is_past(self.lower, begin, end) else "present"
