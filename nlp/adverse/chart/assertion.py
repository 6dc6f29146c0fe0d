"""What a note says of a drug and an effect together, out of what it says of each and of the words between."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nlp.adverse.chart.relation_words import RelationWords, relation_words
from nlp.adverse.mention import Relation
from nlp.text.assertion import Asserter, Assertion

INDICATION, CAUSE_DENIED, UNCERTAIN = "indication", "cause-denied", "uncertain"
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
    known = relation_words(language)
    return [_said(text.lower(), each, found, known) for each in relations]


def _spans(relation: Relation) -> Iterable[Span]:
    return (relation.drug.start, relation.drug.end), (relation.effect.start, relation.effect.end)


def _said(lower: str, relation: Relation, found: Mapping[Span, Assertion], known: RelationWords) -> Said:
    drug, effect = (found[span] for span in _spans(relation))
    doubt = (UNCERTAIN,) if effect.uncertain or drug.uncertain else ()
    first, second = sorted((relation.drug, relation.effect), key=lambda mention: mention.start)
    between = lower[first.end : second.start] if second.start - first.end <= NEAR else ""
    drug_first = first is relation.drug
    if "other_person" in (drug.kind, effect.kind):
        return Said("other_person", doubt)
    if effect.kind == "negated":
        return Said("negated")
    if not drug_first and known.denied.search(between):
        return Said("negated", (CAUSE_DENIED,))
    if known.indicates(between) if drug_first else known.treated.search(between):
        return Said("negated", (INDICATION,))
    return Said(_kind(lower, drug, effect, between if drug_first else "", known), doubt)


def _kind(lower: str, drug: Assertion, effect: Assertion, before_effect: str, known: RelationWords) -> str:
    """`before_effect`: what stands between, where the drug comes first."""
    ended = drug.cue is not None and known.ended.search(lower, *drug.cue) is not None
    if drug.kind == "negated" and not ended and not known.causal.search(before_effect):
        return "negated"
    if "allergy" in (drug.kind, effect.kind):
        return "allergy"
    if effect.kind in ("hypothetical", "planned"):
        return effect.kind
    if drug.kind == "hypothetical" or (drug.kind == "planned" and not ended):
        return drug.kind if effect.kind == "present" and not known.causal.search(before_effect) else effect.kind
    return effect.kind
