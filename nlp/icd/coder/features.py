"""Candidates of one chart as rows of numbers: what the ranker learns from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from nlp.icd.coder.context import Context
from nlp.icd.coder.mentions import EXACT, INDEX, NEAR_INDEX, SIMILAR, TAUGHT, TITLE, Mention

NONE = float("nan")
OF_MENTION = ("says", "charts", "rate", "share", "codes", "weight", "words", "nested", "place")
OF_LAYER = (*OF_MENTION, "count", "phrases", "joined", "first", "unnested", "longest")
TOLD_LAYERS = (EXACT, SIMILAR, INDEX, NEAR_INDEX, TITLE, TAUGHT)
OF_CONTEXT = ("negated", "historical", "other_person", "hypothetical", "uncertain", "asserted")
OF_CODE = (
    "charts", "charts_of_category", "ridge", "neighbours", "ridge_of_category", "letters", "chapter", "siblings",
    "best_sibling", "layers", "longest_note",
)  # fmt: skip
NAMES = (*OF_CODE, *(f"{layer}:{name}" for layer in TOLD_LAYERS for name in OF_LAYER), *OF_CONTEXT)


@dataclass
class Candidates:
    """Of one chart: `rows` is candidates x NAMES; `mentions` by code, those that say most first.

    `left`: codes that were not worth a row, best first, and how probable they look.
    """

    codes: list[str]
    rows: np.ndarray
    mentions: Mapping[str, Sequence[Mention]] = field(default_factory=dict)
    left: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Prior:
    """What is known of a code before the chart is read; of a chart that was learned from, without it."""

    charts: Callable[[str], int]
    category: Callable[[str], int]
    ridge: Callable[[str], float]
    neighbours: Callable[[str], float]
    ridge_category: Callable[[str], float]


def rows(found: Mapping[str, list[Mention]], codes: Sequence[str], prior: Prior, context: Context) -> Candidates:
    kept = {code: sorted(found[code], key=lambda each: -each.says) for code in found}
    best = {code: max(each.says for each in mentions) for code, mentions in kept.items()}
    families: dict[str, list[str]] = {}
    for code in kept:
        families.setdefault(code[:3], []).append(code)
    size = max(context.size, 1)
    made = np.empty((len(codes), len(NAMES)), np.float32)
    for at, code in enumerate(codes):
        siblings = [other for other in families.get(code[:3], ()) if other != code]
        mentions = kept.get(code, [])
        row: list[float] = [
            prior.charts(code), prior.category(code), prior.ridge(code), prior.neighbours(code),
            prior.ridge_category(code), len(code), ord(code[0]), len(siblings),
            max((best[other] for other in siblings), default=0.0), len({each.layer for each in mentions}), size,
        ]  # fmt: skip
        for layer in TOLD_LAYERS:
            row += _of_layer([each for each in mentions if each.layer == layer], size)
        row += context.of(mentions)
        made[at] = row
    return Candidates(list(codes), made, kept)


def _of_layer(mentions: Sequence[Mention], size: int) -> list[float]:
    """Of the mention that says most, and of all together. `joined`: one minus the product of all doubts."""
    if not mentions:
        return [NONE] * len(OF_LAYER)
    top, doubt, first, unnested, longest = mentions[0], 1.0, size, 0.0, 0
    for each in mentions:
        doubt *= 1 - min(each.says, 0.99) * (0.5 if each.nested else 1.0)
        first, longest = min(first, each.first), max(longest, each.words)
        if not each.nested:
            unnested = max(unnested, each.says)
    return [
        top.says, top.charts, top.rate, top.share, top.codes, top.weight, top.words, top.nested, top.first / size,
        len(mentions), len({each.phrase for each in mentions}), 1 - doubt, first / size, unnested, longest,
    ]  # fmt: skip
