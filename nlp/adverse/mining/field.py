"""A linear-chain conditional random field over sparse features (CRFsuite): one label, trained in seconds."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from nlp.adverse.mining.page import Floats

Features = Sequence[str] | Mapping[str, float]
FEATURES_AT, HEAD = slice(28, 32), 12  # where the file says that its features begin; bytes before the first of them
FEATURE = np.dtype([("kind", "<u4"), ("from", "<u4"), ("to", "<u4"), ("weight", "<f8")])
TAGS = ("0", "1", "2")  # outside, first word of a span, a later one


@dataclass(frozen=True)
class FieldPlan:
    """`sparse` and `even` are the weights of the first and the second norm."""

    sparse: float = 0.03
    even: float = 0.1
    rounds: int = 80
    least: int = 1  # how often a feature must stand in the lines


@dataclass(frozen=True)
class Field:
    """`weights` as CRFsuite writes them."""

    weights: bytes = field(repr=False)

    @cached_property
    def _tagger(self) -> Any:
        import pycrfsuite

        tagger = pycrfsuite.Tagger()
        tagger.open_inmemory(self.weights)
        return tagger

    def beliefs(self, line: Sequence[Features]) -> Floats:
        """Probabilities that a word is the first, and a later one, of a span (T, 2)."""
        found = np.zeros((len(line), 2), np.float32)
        if line:
            self._tagger.set(line)
            known = set(self._tagger.labels())
            for column, tag in enumerate(TAGS[1:]):
                if tag in known:
                    found[:, column] = [self._tagger.marginal(tag, at) for at in range(len(line))]
        return found

    def tags(self, line: Sequence[Features]) -> list[int]:
        return [int(tag) for tag in self._tagger.tag(line)] if line else []


def halved(weights: bytes) -> bytes:
    """Weights of CRFsuite (its file format, version 100) rounded to half precision where they stand: they pack well."""
    start = int.from_bytes(weights[FEATURES_AT], "little")
    count = int.from_bytes(weights[start + 8 : start + HEAD], "little")
    features = np.frombuffer(weights, FEATURE, count, start + HEAD).copy()
    features["weight"] = features["weight"].astype(np.float16)
    return weights[: start + HEAD] + features.tobytes() + weights[start + HEAD + features.nbytes :]


def fitted(lines: Iterable[tuple[Sequence[Features], Sequence[int]]], plan: FieldPlan) -> Field:
    """Of lines of features, and tags 0, 1, 2."""
    import pycrfsuite

    trainer = pycrfsuite.Trainer(verbose=False)
    trainer.set_params(
        {"c1": plan.sparse, "c2": plan.even, "max_iterations": plan.rounds, "feature.minfreq": plan.least}
    )
    for features, tags in lines:
        if len(features):
            trainer.append(features, [TAGS[tag] for tag in tags])
    with tempfile.TemporaryDirectory(prefix="field-") as folder:
        path = Path(folder) / "weights"
        trainer.train(str(path))
        return Field(halved(path.read_bytes()))
