"""A finding's head of a trained artifact as what a heat map explains: it is linear, so it is one direction."""

from dataclasses import dataclass
from math import exp
from pathlib import Path

import numpy as np
import numpy.typing as npt

from contract.errors import InputError
from imaging.reporter import load


@dataclass(frozen=True)
class Head:
    """`direction`: (width,). The score of a vector is its product with it."""

    finding: str
    direction: npt.NDArray[np.float64]
    shift: float

    def chance(self, score: float) -> float:
        """Calibrated for the mean of a study's images; of one image it is a hint."""
        return 1 / (1 + exp(-max(min(score + self.shift, 700.0), -700.0)))


def head(artifact: Path, finding: str, encoder: str) -> Head:
    """`encoder`: whose vectors will be scored; the head of another's says nothing of them."""
    reporter = load(artifact)
    if reporter.expected.encoder != encoder:
        raise InputError(
            f"{artifact} was trained on vectors of {reporter.expected.encoder}; this checkpoint is {encoder}. Name the "
            "checkpoint that made them, or train on vectors of this one (`chartloom train reports`)."
        )
    names = reporter.heads.names
    if finding not in names:
        raise InputError(f"{artifact} has no head for {finding!r}; it has {', '.join(names)}.")
    at = names.index(finding)
    return Head(finding, reporter.heads.learned.weights[:, at], float(reporter.heads.learned.shift[at]))
