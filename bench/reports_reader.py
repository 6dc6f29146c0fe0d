"""The best reader of images who must tell all findings at once: it knows network, noise, and how findings go together.

Gibbs sampling of what a film shows, given its images: finding after finding is drawn anew with the others as they were
drawn, and the probabilities on the way are averaged (Geman and Geman 1984; Gelfand and Smith 1990). Nobody does better
on average, and what it says is calibrated: the ceiling of bench.reports.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bench.reports_given import GRADES
from eval.findings import Label
from imaging.finding import Finding
from imaging.heads.together import Together, together
from imaging.studies import Studies
from simulate.embeddings import SCALE, network
from simulate.films import findings as simulated

SIDES = {"": (0.0, 0.0), "left": (1.0, 0.0), "right": (0.0, 1.0), "both": (1.0, 1.0)}
SWEEPS, FORGOTTEN = 32, 8  # of the sweeps those at the start that are not averaged
Floats = npt.NDArray[np.float32]
Kinds = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Choice:
    """One finding: absent, or of one of the `kinds` (side, severity) that training shows."""

    name: str
    kinds: Kinds
    adds: Floats  # (1 + kinds, hidden) to the hidden layer
    log_chance: Floats  # (kinds,) if it is there


def choices(train: Sequence[Sequence[Label]]) -> list[Choice]:
    """How frequent each is is counted in `train`; a finding that nobody has there is never there."""
    first, names = network()[0].astype(np.float32), list(simulated())
    found = []
    for place, name in enumerate(names):
        said = Counter((each.side, each.severity) for labels in train for each in labels if each.finding == name)
        kinds, many = list(said), np.array(list(said.values()), float)
        values = [(0.0, 0.0, 0.0, 0.0), *((1.0, *SIDES[side], GRADES[grade]) for side, grade in kinds)]
        rows = first[place : 4 * len(names) : len(names)]
        chance = np.log(many / max(many.sum(), 1)).astype(np.float32)
        found.append(Choice(name, kinds, np.array(values, np.float32) @ rows, chance))
    return found


def pairs(train: Sequence[Sequence[Label]], known: Sequence[Choice]) -> Together:
    said = [{each.finding for each in labels} for labels in train]
    return together(np.array([[each.name in row for each in known] for row in said]))


def posterior(asked: Studies, noise: float, known: Sequence[Choice], usual: Together, seed: int = 1) -> list[Floats]:
    """Of each choice (n, 1 + kinds) its probability given all images of the study."""
    second = network()[1].astype(np.float32)
    seen, gram = asked.pooled @ second.T, second @ second.T * np.float32(SCALE / 2)
    scale = (SCALE / noise**2 * asked.images).astype(np.float32)
    rng, n = np.random.default_rng(seed), len(asked)
    drawn = np.zeros((n, len(known)), np.int64)
    hidden = np.zeros((n, len(gram)), np.float32)
    sums = [np.zeros((n, len(each.adds)), np.float32) for each in known]
    for sweep in range(SWEEPS):
        for place in rng.permutation(len(known)):
            each = known[place]
            rest = hidden - each.adds[drawn[:, place]]
            told = np.empty_like(sums[place])
            for at, added in enumerate(each.adds):
                made = np.tanh(rest + added)
                told[:, at] = scale * (made * (seen - made @ gram)).sum(1)
            told[:, 1:] += each.log_chance + usual.odds(int(place), (drawn > 0).astype(np.float64))[:, None]
            chance = np.exp(told - told.max(1, keepdims=True))
            chance /= chance.sum(1, keepdims=True)
            sums[place] += chance * (sweep >= FORGOTTEN)
            drawn[:, place] = np.minimum((chance.cumsum(1) < rng.random((n, 1))).sum(1), len(each.kinds))
            hidden = rest + each.adds[drawn[:, place]]
    return [each / np.float32(SWEEPS - FORGOTTEN) for each in sums]


def read(train: Sequence[Sequence[Label]], asked: Studies, noise: float, seed: int = 1) -> list[list[Finding]]:
    """What it states of each study, so that the expected F1 of each finding is highest, in the likeliest way."""
    known = choices(train)
    found: list[list[Finding]] = [[] for _ in range(len(asked))]
    for each, chance in zip(known, posterior(asked, noise, known, pairs(train, known), seed), strict=True):
        present = 1 - chance[:, 0].astype(float)
        for row in stated(present) if each.kinds else ():
            side, severity = each.kinds[int(chance[row, 1:].argmax())]
            found[row].append(Finding(each.name, side, severity, score=float(present[row])))
    return found


def stated(present: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Rows whose statement makes the expected F1 highest, the probabilities being right (Lewis 1995)."""
    order = np.argsort(-present, kind="stable")
    right = np.cumsum(present[order])
    expected = 2 * right / (np.arange(1, len(order) + 1) + right[-1])
    return order[: int(expected.argmax()) + 1]
