"""How well the best reader could tell each finding: it knows network, noise, prevalence and all other findings.

Nobody who must tell all findings at once does better on average; side and severity are its most probable ones.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import product

import numpy as np
import numpy.typing as npt

from bench.reports_given import GRADES, Given
from imaging.finding import Finding
from imaging.studies import Studies
from simulate.films import findings as simulated
from simulate.reader import Reader

SIDES = {"": (0.0, 0.0), "left": (1.0, 0.0), "right": (0.0, 1.0), "both": (1.0, 1.0)}
KINDS = list(product(SIDES, GRADES))  # how a finding may be: side and severity
VALUES = np.array([(0.0, 0.0, 0.0, 0.0), *((1.0, *SIDES[side], GRADES[grade]) for side, grade in KINDS)])
Floats = npt.NDArray[np.float64]


def ceiling(train: Given, test: Given, asked: Studies, noise: float) -> list[list[Finding]]:
    """Of each study of `test`; how frequent findings, sides and severities are is counted in `train`."""
    image = np.repeat(np.arange(len(asked)), asked.images)
    reader = Reader(test.inputs[image], asked.vectors.astype(np.float64), noise)
    found: list[list[Finding]] = [[] for _ in range(len(asked))]
    names = list(simulated())
    for place, name in enumerate(names):
        told = reader.states(np.arange(place, 4 * len(names), len(names)), VALUES)
        whole = np.add.reduceat(told, asked.first[:-1])  # images of one study are independent given what it shows
        present, kinds = _posterior(whole, _prior(train, name))
        for row in _best(present):
            side, severity = KINDS[int(kinds[row].argmax())]
            found[row].append(Finding(name, side, severity, score=float(present[row])))
    return found


def _prior(train: Given, name: str) -> Floats:
    """(1 + kinds,) of absence and of each kind; a kind that training does not show may still be."""
    said = Counter((label.side, label.severity) for labels in train.truth for label in labels if label.finding == name)
    many = np.array([said[kind] for kind in KINDS], float) + 0.01
    share = many / (len(train) + 0.01 * len(KINDS))
    return np.concatenate([[1 - share.sum()], share])


def _posterior(told: Floats, prior: Floats) -> tuple[Floats, Floats]:
    """(n,) that it is there; (n, kinds) how, up to a factor of the study."""
    logits = told + np.log(prior)
    logits -= logits.max(1, keepdims=True)
    chance = np.exp(logits)
    return 1 - chance[:, 0] / chance.sum(1), chance[:, 1:]


def _best(present: Floats) -> Sequence[int]:
    """Rows whose statement makes the expected F1 highest, the probabilities being right (Lewis 1995); none where most
    likely nothing is there.
    """
    if present.sum() < 0.5:
        return []
    order = np.argsort(-present, kind="stable")
    right = np.cumsum(present[order])
    f1 = 2 * right / (np.arange(1, len(order) + 1) + present.sum())
    return [int(row) for row in order[: int(f1.argmax()) + 1]]
