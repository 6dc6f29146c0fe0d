"""What the heads say of studies: probabilities, the bands they fall in, and the findings that are stated."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from imaging.finding import Finding
from imaging.heads.coded import ASPECTS

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
SAID = {
    "side": 0.5,
    "severity": 0.4,
    "position": 0.5,
}  # what is less probable is left unsaid: a wrong side misleads most
GOOD, BAD = "good", ASPECTS["position"].index("bad")
MISPLACED = (
    0.1  # the chance of a bad position from which no device is said to lie well: most do, whatever the film shows
)


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

    @classmethod
    def joined(cls, parts: Sequence["Readings"]) -> "Readings":
        """Of the same heads."""
        return replace(
            parts[0],
            presence=np.concatenate([part.presence for part in parts]),
            side=np.concatenate([part.side for part in parts]),
            severity=np.concatenate([part.severity for part in parts]),
            position=np.concatenate([part.position for part in parts]),
            strange=np.concatenate([part.strange for part in parts]),
        )

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
        words = {name: word(name, getattr(self, name)[study, column]) for name in ASPECTS}
        return Finding(self.findings[column], **words, score=float(self.presence[study, column]))

    def present(self) -> list[list[Finding]]:
        """The stated findings of each study, the most probable first: the classifier's own answer."""
        order = np.argsort(-self.presence, axis=1, kind="stable")
        stated = self.stated
        return [
            [self.finding(study, int(column)) for column in columns if stated[study, column]]
            for study, columns in enumerate(order)
        ]


def word(aspect: str, chances: Floats) -> str:
    """The most probable word, nothing among them; nothing too where no word is probable enough."""
    best = int(np.argmax(chances))
    said = ASPECTS[aspect][best] if chances[best] >= SAID[aspect] else ""
    return "" if said == GOOD and chances[BAD] > MISPLACED * (chances[best] + chances[BAD]) else said
