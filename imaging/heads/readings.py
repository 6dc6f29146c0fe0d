"""What the heads say of studies: probabilities, the bands they fall in, and the findings that are stated."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imaging.finding import Finding
from imaging.heads.coded import ASPECTS

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
SAID = 0.5  # a side, a severity or a position less probable than this is left unsaid


@dataclass(frozen=True)
class Readings:
    """Of n studies and f findings. A head that does not speak has the prevalence as its probability, and no bands."""

    findings: tuple[str, ...]
    presence: Floats  # (n, f) calibrated probability
    side: Floats  # (n, f, 4) over "", left, right, both, given that the finding is there
    severity: Floats  # (n, f, 4) over "", mild, moderate, severe
    position: Floats  # (n, f, 3) over "", good, bad
    threshold: Floats  # (f,) from which a finding is stated
    doubtful: Floats  # (f,) from which it is doubtful
    absent: Floats  # (f,) up to which it may be said to be absent
    speaks: Bools  # (f,) the head has shown on persons it did not see that it knows anything
    strange: Bools  # (n,) unlike what training saw: nothing can be said

    def __len__(self) -> int:
        return len(self.presence)

    @property
    def stated(self) -> Bools:
        """(n, f)"""
        return (self.presence >= self.threshold) & self.speaks & ~self.strange[:, None]

    @property
    def doubted(self) -> Bools:
        """(n, f) neither stated nor unlikely"""
        return (self.presence >= self.doubtful) & self.speaks & ~self.strange[:, None] & ~self.stated

    @property
    def denied(self) -> Bools:
        """(n, f) its absence may be said"""
        return (self.presence <= self.absent) & self.speaks & ~self.strange[:, None]

    def finding(self, study: int, column: int) -> Finding:
        """As if it were there, with what is probable enough to be said of it."""
        words = {name: word(getattr(self, name)[study, column], values) for name, values in ASPECTS.items()}
        return Finding(self.findings[column], **words, score=float(self.presence[study, column]))

    def present(self) -> list[list[Finding]]:
        """The stated findings of each study, the most probable first: the classifier's own answer."""
        order = np.argsort(-self.presence, axis=1, kind="stable")
        stated = self.stated
        return [
            [self.finding(study, int(column)) for column in columns if stated[study, column]]
            for study, columns in enumerate(order)
        ]


def word(chances: Floats, values: tuple[str, ...]) -> str:
    best = int(np.argmax(chances))
    return values[best] if chances[best] >= SAID else ""
