"""Where the notes say it: the mentions of a code; where there is none, the words that moved its score, marked weak."""

from collections.abc import Sequence

import numpy as np

from nlp.icd.chart import Evidence
from nlp.icd.coder.columns import EXACT, INDEX, NEAR_INDEX, SHADOW, SIMILAR, TAUGHT, TITLE, Mention
from nlp.icd.coder.content import Content
from nlp.icd.coder.features import Candidates
from nlp.icd.coder.whole import Whole

MOST = 5  # spans of a code
TRUST = {EXACT: 0.9, TAUGHT: 0.9, INDEX: 0.8, SIMILAR: 0.7, TITLE: 0.6, NEAR_INDEX: 0.5, SHADOW: 0.4}
"""How far each layer knows the right place: in the order in which its spans met those of annotators."""
WITHIN = 0.09  # what a mention's own strength adds
WORDS = 3  # of weak evidence
WEAK = "words"
WEAKEST = 0.1  # no weak evidence weighs more


def evidence(codes: Sequence[str], content: Content, each: Candidates, whole: Whole) -> list[tuple[Evidence, ...]]:
    """Of each code, strongest first; empty only where the chart has no words."""
    spoken = {code: each.spoken.of(code) for code in codes}
    silent = [code for code in codes if not spoken[code]]
    weak = dict(zip(silent, _weak(silent, content, whole), strict=True)) if silent else {}
    return [_mentioned(spoken[code], content) if spoken[code] else weak[code] for code in codes]


def _mentioned(mentions: Sequence[Mention], content: Content) -> tuple[Evidence, ...]:
    """A place once, by what says most there."""
    kept: dict[tuple[int, int], Mention] = {}
    for mention in sorted(mentions, key=lambda m: (-_weight(m), m.first)):
        kept.setdefault((mention.first, mention.end), mention)
    chosen = list(kept.values())[:MOST]
    return tuple(content.evidence(m.first, m.end, m.layer, _weight(m)) for m in chosen)


def _weight(mention: Mention) -> float:
    return TRUST[mention.layer] + WITHIN * min(mention.says, 1.0)


def _weak(codes: Sequence[str], content: Content, whole: Whole) -> list[tuple[Evidence, ...]]:
    """The words that the regression over the whole text gives most weight for the code."""
    first: dict[str, int] = {}
    for at, word in enumerate(content.stems):
        if word in whole.words:
            first.setdefault(word, at)
    known = [code for code in codes if code in whole.places]
    if not first or not known:
        return [_first_word(content)] * len(codes)
    weights = whole.weights([whole.words[word] for word in first], [whole.places[code] for code in known])
    stands, found = list(first.values()), {}
    for column, code in enumerate(known):
        best = np.argsort(-weights[:, column], kind="stable")[:WORDS]
        top = max(float(weights[best[0], column]), 1e-9)
        found[code] = tuple(
            content.evidence(stands[at], stands[at] + 1, WEAK, WEAKEST * max(float(weights[at, column]), 0.0) / top)
            for at in best
        )
    return [found.get(code, _first_word(content)) for code in codes]


def _first_word(content: Content) -> tuple[Evidence, ...]:
    return (content.evidence(0, 1, WEAK, 0.0),) if len(content) else ()
