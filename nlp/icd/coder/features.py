"""Candidates of one chart as rows of numbers: what the ranker learns from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from nlp.icd.coder.columns import LAYERS, SHADOW, Columns, Floats, Ints, Spoken, begins
from nlp.icd.coder.context import OF_CONTEXT
from nlp.icd.coder.prior import Prior

NONE = float("nan")
OF_MENTION = ("says", "charts", "rate", "share", "codes", "weight", "words", "nested", "place")
OF_LAYER = (*OF_MENTION, "count", "phrases", "joined", "first", "unnested", "longest")
TOLD_LAYERS = tuple(layer for layer in LAYERS if layer != SHADOW)
OF_CODE = (
    "charts", "charts_of_category", "ridge", "neighbours", "ridge_of_category", "letters", "chapter", "siblings",
    "best_sibling", "layers", "longest_note",
)  # fmt: skip
NAMES = (*OF_CODE, *(f"{layer}:{name}" for layer in TOLD_LAYERS for name in OF_LAYER), *OF_CONTEXT)
SURE = 0.99  # no mention is surer


@dataclass
class Candidates:
    """Of one chart: `rows` is candidates x NAMES; `first`, `end`: where each one's best mention stands, 0 and 0 where
    it has none. `left`: codes that were not worth a row, best first, and how probable they look.
    """

    codes: list[str]
    rows: np.ndarray
    first: Ints
    end: Ints
    spoken: Spoken = field(default_factory=Spoken)
    left: Mapping[str, float] = field(default_factory=dict)


def rows(codes: list[str], mentions: Columns, context: Floats, prior: Prior, size: int) -> Candidates:
    """`code` of the mentions points into `codes`, in whose order `prior` is; `context` is of the mentions."""
    order = np.lexsort((-mentions.says, mentions.code))
    held, said = mentions.take(order), context[order]
    starts = begins(held.code)
    spoken = held.code[starts]
    first, end = np.zeros((2, len(codes)), np.int64)
    first[spoken], end[spoken] = held.first[starts], held.end[starts]
    layered = _layers(held, len(codes), max(size, 1))
    asserted = np.full((len(codes), len(OF_CONTEXT)), NONE)
    if len(starts):
        asserted[spoken] = said[starts]
        asserted[spoken, -1] = np.add.reduceat(said[:, -1], starts) / np.diff(starts, append=len(held.code))
    made = np.column_stack([_of_codes(codes, held, prior, size), layered, asserted])
    return Candidates(codes, made.astype(np.float32), first, end)


def _of_codes(codes: list[str], held: Columns, prior: Prior, size: int) -> Floats:
    """`held`: by code, those that say most first."""
    number = len(codes)
    best = np.full(number, -1.0)
    starts = begins(held.code)
    best[held.code[starts]] = held.says[starts]
    siblings, best_sibling = _siblings(best, prior.group)
    layers = np.zeros((number, len(LAYERS)), bool)
    layers[held.code, held.layer] = True
    return np.column_stack([
        prior.charts, prior.category, prior.ridge, prior.neighbours, prior.ridge_category,
        [len(code) for code in codes], [ord(code[0]) for code in codes], siblings, best_sibling, layers.sum(1),
        np.full(number, max(size, 1)),
    ])  # fmt: skip


def _siblings(best: Floats, group: Ints) -> tuple[Ints, Floats]:
    """Other codes of the category that are mentioned, and how much the best of them says; `best` -1: not mentioned."""
    mentioned = best >= 0
    groups, of = np.unique(group, return_inverse=True)
    count = np.bincount(of[mentioned], minlength=len(groups))[of] - mentioned
    order = np.lexsort((-best, of))
    starts = begins(of[order])
    tops, second = order[starts], np.full(len(groups), -1.0)
    several = np.flatnonzero(np.diff(starts, append=len(order)) > 1)
    second[several] = best[order[starts[several] + 1]]
    other = best[tops][of]
    other[tops] = second
    return count, np.maximum(other, 0.0)


def _layers(held: Columns, codes: int, size: int) -> Floats:
    """Codes x layers and OF_LAYER: of the mention that says most, and of all together.

    `joined`: one minus the product of all doubts.
    """
    made = np.full((codes, len(TOLD_LAYERS), len(OF_LAYER)), NONE)
    each = held.take(held.layer < len(TOLD_LAYERS))
    key = each.code * len(LAYERS) + each.layer
    order = np.argsort(key, kind="stable")
    each, key = each.take(order), key[order]
    starts = begins(key)
    if len(starts):
        made[each.code[starts], each.layer[starts]] = _of_layer(each, key, starts, size)
    return made.reshape(codes, -1)


def _of_layer(each: Columns, key: Ints, starts: Ints, size: int) -> Floats:
    top = each.take(starts)
    doubt = 1 - np.minimum(each.says, SURE) * np.where(each.nested, 0.5, 1.0)
    phrases = np.unique(key * (each.phrase.max() + 2) + each.phrase + 1) // (each.phrase.max() + 2)
    return np.column_stack([
        top.says, top.charts, top.rate, top.share, top.codes, top.weight, top.words, top.nested, top.first / size,
        np.diff(starts, append=len(key)), np.diff(begins(phrases), append=len(phrases)),
        1 - np.multiply.reduceat(doubt, starts), np.minimum.reduceat(each.first, starts) / size,
        np.maximum.reduceat(np.where(each.nested, 0.0, each.says), starts), np.maximum.reduceat(each.words, starts),
    ])  # fmt: skip
