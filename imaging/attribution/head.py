"""What a finding's head says of one vector, and which way the vector would have to go for it to say more.

Heads are whatever imaging/heads makes of them, so the way is asked for: by small steps along every axis.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from contract.errors import InputError
from imaging.heads.heads import Heads
from imaging.reporter import load
from imaging.studies import NONE, Studies

Floats = npt.NDArray[np.float64]
STEP = 0.02  # of the usual size of a number in the vector
SURE = 1e-12  # a probability is no nearer to 0 or 1


@dataclass(frozen=True)
class Head:
    """`chance`: of the finding, by this image alone. `direction`: (width,), the gradient of its log odds."""

    finding: str
    chance: float
    direction: Floats


def head(artifact: Path, finding: str, encoder: str, vector: npt.NDArray[np.float32], view: str = "") -> Head:
    """`encoder`: whose vector it is; heads that were trained on another's say nothing of it."""
    reporter = load(artifact)
    if reporter.expected.encoder != encoder:
        raise InputError(
            f"{artifact} was trained on vectors of {reporter.expected.encoder}; this checkpoint is {encoder}. Name the "
            "checkpoint that made them, or train on vectors of this one (`chartloom train reports`)."
        )
    names = reporter.heads.names
    if finding not in names:
        raise InputError(f"{artifact} has no head for {finding!r}; it has {', '.join(names)}.")
    return asked(reporter.heads, finding, vector, view)


def asked(heads: Heads, finding: str, vector: npt.NDArray[np.float32], view: str = "") -> Head:
    """Central differences: 2 readings a number of the vector, all at once."""
    at, center = heads.names.index(finding), np.asarray(vector, np.float64)
    step = STEP * float(np.sqrt(np.mean(center**2)) or 1.0)
    moves = step * np.eye(len(center))
    readings = heads.read(_studies(np.concatenate([center[None], center + moves, center - moves]), view))
    if readings.strange[0]:
        raise InputError(
            f"the image is unlike all that the heads were trained on, so they say nothing of {finding} and no map "
            "explains it; leave out --finding for a map of the vector as a whole."
        )
    if not readings.speaks[at]:
        raise InputError(f"the head of {finding} saw too few to say anything; train on more studies that have it.")
    chances = np.clip(np.asarray(readings.presence[:, at], np.float64), SURE, 1 - SURE)
    odds = np.log(chances) - np.log1p(-chances)
    more, less = odds[1 : len(center) + 1], odds[len(center) + 1 :]
    return Head(finding, float(chances[0]), (more - less) / (2 * step))


def _studies(vectors: Floats, view: str) -> Studies:
    """Each vector as a study of its own."""
    many = len(vectors)
    ids = np.array([str(number) for number in range(many)], object)
    nothing = np.full(many, "", object)
    times = np.full(many, np.datetime64("NaT", "us"))
    views = np.full(many, view, object)
    return Studies(ids, np.arange(many), times, nothing, np.arange(many + 1), vectors.astype(np.float32), views,
                   np.full(many, NONE))  # fmt: skip
