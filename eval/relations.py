"""How well relations between spans were found, sentence by sentence: counts that add up, and figures of their sums.

Figures are computed over any weighting of groups (abstracts, patients), so that intervals are a matter of weights.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from eval.entities import Entity
from eval.resampling import Estimate, draws

Floats = npt.NDArray[np.floating[Any]]
Ends = tuple[int, int, int, int]  # start and end of the one span, start and end of the other
RESAMPLES = 1000


@dataclass(frozen=True)
class Sentence:
    """Of one sentence what is true. Positive: it has a relation; the spans of others are not known."""

    group: str
    spans: frozenset[Entity] = frozenset()
    relations: frozenset[Ends] = frozenset()


@dataclass(frozen=True)
class Answer:
    """`telling`: whether the sentence was held to have a relation; none where nobody was asked.

    `known`: the relations, were it known that the sentence has one; none: the same ones.
    """

    spans: frozenset[Entity] = frozenset()
    relations: frozenset[Ends] = frozenset()
    telling: bool | None = None
    known: frozenset[Ends] | None = None


def counts(sentences: Sequence[Sentence], answers: Sequence[Answer], labels: Sequence[str]) -> tuple[list[str], Floats]:
    """Names of the groups, and of each group what is counted (G, 3 a label + 7 + 4)."""
    groups: dict[str, Floats] = {}
    for sentence, answer in zip(sentences, answers, strict=True):
        row = np.array(_counted(sentence, answer, labels), float)
        groups[sentence.group] = groups.get(sentence.group, np.zeros(len(row))) + row
    return list(groups), np.array(list(groups.values()))


def _counted(sentence: Sentence, answer: Answer, labels: Sequence[str]) -> list[int]:
    positive = bool(sentence.relations)
    found: list[int] = []
    for label in labels:
        gold = {span for span in sentence.spans if span[2] == label and positive}
        said = {span for span in answer.spans if span[2] == label and positive}
        found += [len(gold & said), len(said), len(gold)]
    known = (answer.relations if answer.known is None else answer.known) if positive else frozenset()
    found += [len(sentence.relations & known), len(known), len(sentence.relations)]
    said_pairs = len(answer.relations)
    found += [len(sentence.relations & answer.relations), said_pairs, said_pairs * (not positive), int(not positive)]
    asked, telling = answer.telling is not None, bool(answer.telling)
    return found + [int(asked and positive is one and telling is two) for one in (True, False) for two in (True, False)]


def figures(table: Floats, labels: Sequence[str], weights: Floats) -> dict[str, Floats]:
    """Each figure for each row of `weights` (R, G)."""
    sums = weights @ table
    spans = {f"{label.lower()}_f1": _f1(*sums[:, 3 * at : 3 * at + 3].T) for at, label in enumerate(labels)}
    known_hits, known, gold, hits, said, outside, silent = sums[:, 3 * len(labels) : 3 * len(labels) + 7].T
    return {
        "macro_f1": np.mean(list(spans.values()), axis=0),
        **spans,
        "relation_f1": _f1(known_hits, known, gold),
        "natural_relation_f1": _f1(hits, said, gold),
        "false_pairs_per_1000": 1000 * outside / np.maximum(silent, 1),
        "sentence_kappa": kappa(sums[:, -4:]),
    }


def estimated(names: Sequence[str], table: Floats, labels: Sequence[str]) -> Mapping[str, Estimate]:
    """Figures with intervals of 95 % by bootstrap over groups."""
    value = figures(table, labels, np.ones((1, len(names))))
    drawn = figures(table, labels, draws(names, RESAMPLES))
    return {name: _around(float(value[name][0]), drawn[name]) for name in value}


def _around(value: float, drawn: Floats) -> Estimate:
    if np.isnan(value):
        return Estimate(value, value, value)
    low, high = np.nanpercentile(drawn - np.nanmean(drawn), [2.5, 97.5])
    return Estimate(value, value + float(low), value + float(high))


def _f1(hits: Floats, said: Floats, gold: Floats) -> Floats:
    found: Floats = 2 * hits / np.maximum(said + gold, 1)
    return found


def kappa(table: Floats) -> Floats:
    """Cohen's, of (R, 4): positive said yes and no, negative said yes and no; nan where nobody was asked."""
    every = table.sum(1)
    asked = np.maximum(every, 1)
    agreed = (table[:, 0] + table[:, 3]) / asked
    yes = (table[:, 0] + table[:, 1]) * (table[:, 0] + table[:, 2])
    no = (table[:, 2] + table[:, 3]) * (table[:, 1] + table[:, 3])
    chance = (yes + no) / asked**2
    found: Floats = np.where(every > 0, (agreed - chance) / np.maximum(1 - chance, 1e-9), np.nan)
    return found
