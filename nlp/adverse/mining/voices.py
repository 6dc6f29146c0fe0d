"""The first readers of a line: networks and fields of features, each with its beliefs about every word."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from eval.corpora.marked import Marked
from models.window import Window, same_width
from nlp.adverse.mining.features import lexical
from nlp.adverse.mining.field import Field, FieldPlan, fitted
from nlp.adverse.mining.likeness import Likeness
from nlp.adverse.mining.page import LABELS, Floats, Line
from nlp.tagging.learning import Plan, Tell
from nlp.tagging.tagger import SpanTagger, taught
from nlp.tagging.windows import tags_of

if TYPE_CHECKING:
    from models.tagging import TagNetwork

TOGETHER = 8192  # words read at once
RICH = ("c", "d")  # how the names of these features begin
BELIEFS = 4  # columns of each voice: first and later word of a drug, first and later word of an effect


@dataclass(frozen=True)
class Fields:
    """One field for each label: a drug inside an effect ("lithium toxicity") is found by its own."""

    of: Sequence[Field] = field(repr=False)

    def beliefs(self, features: Sequence[Sequence[list[str]]]) -> list[Floats]:
        return [np.concatenate([each.beliefs(line) for each in self.of], 1) for line in features]


def fields_taught(lines: Sequence[Line], features: Sequence[Sequence[list[str]]], plan: FieldPlan) -> Fields:
    found = []
    for label in LABELS:
        tags = [tags_of(line.tokens, line.spans, (label,)) for line in lines]
        found.append(fitted(zip(features, tags, strict=True), plan))
    return Fields(found)


def features_of(lines: Sequence[Line], likeness: Likeness) -> list[list[list[str]]]:
    return [lexical(line.tokens.words, likeness) for line in lines]


def slim(features: Sequence[Sequence[list[str]]]) -> list[list[list[str]]]:
    """Without pairs of words and parts of words: what learns from all lines, most of them unmarked, must be quick."""
    return [[[name for name in word if name[0] not in RICH] for word in line] for line in features]


def tagger_taught(lines: Sequence[Line], plan: Plan, tell: Tell) -> SpanTagger:
    """One network, its last epoch: nothing is held out."""
    return taught([Marked("", line.text, tuple(sorted(line.spans))) for line in lines], [], plan, 1, tell)


def network_beliefs(networks: "Sequence[TagNetwork]", lines: Sequence[Line]) -> list[Floats]:
    """Mean over the networks of what each believes."""
    import torch

    tokens = [line.tokens for line in lines]
    windows = [Window(each.words, each.gaps, 0, len(each)) for each in tokens]
    found: list[Floats] = [np.zeros((len(each), BELIEFS), np.float32) for each in tokens]
    full = [at for at, each in enumerate(tokens) if len(each)]
    with torch.inference_mode():
        for batch in same_width([windows[at] for at in full], TOGETHER):
            chosen = [windows[full[at]] for at in batch]
            values = np.mean([_marginals(network, chosen) for network in networks], axis=0)
            for row, at in enumerate(batch):
                found[full[at]] = values[row, : len(tokens[full[at]]), 1:].astype(np.float32)
    return found


def _marginals(network: "TagNetwork", windows: Sequence[Window]) -> Floats:
    import torch

    scores = network.emissions(windows)
    sizes = torch.tensor([len(window) for window in windows])
    mask = torch.arange(scores.shape[1]) < sizes[:, None]
    found: Floats = network.crf.marginals(scores.float(), mask).numpy()
    return found
