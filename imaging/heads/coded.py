"""Findings of studies as columns: who has which, on which side, how severe, and how a device lies."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imaging.finding import POSITIONS, SEVERITIES, SIDES, Finding

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
ASPECTS: dict[str, tuple[str, ...]] = {
    "side": ("", *SIDES),
    "severity": ("", *SEVERITIES),
    "position": ("", *POSITIONS),
}
LEAST = 20  # persons with a finding, below which it is not learned


@dataclass(frozen=True)
class Coded:
    """n studies, f findings. `aspects`: of each aspect the place of what is said in ASPECTS (n, f); 0 where nothing."""

    names: tuple[str, ...]
    present: Bools  # (n, f)
    aspects: dict[str, Ints]

    def take(self, rows: npt.NDArray[np.int64] | Bools) -> "Coded":
        return Coded(self.names, self.present[rows], {name: said[rows] for name, said in self.aspects.items()})


def common(findings: Sequence[Sequence[Finding]], groups: Ints, least: int = LEAST) -> tuple[str, ...]:
    """Names that enough persons have, the most frequent first."""
    seen = {(finding.name, int(group)) for said, group in zip(findings, groups, strict=True) for finding in said}
    many = Counter(name for name, _ in seen)
    return tuple(name for name in sorted(many, key=lambda name: (-many[name], name)) if many[name] >= least)


def coded(findings: Sequence[Sequence[Finding]], names: Sequence[str]) -> Coded:
    """A finding that a study has twice counts once; the first that is said of it counts. Unknown words are unsaid."""
    place = {name: at for at, name in enumerate(names)}
    shape = (len(findings), len(place))
    present = np.zeros(shape, bool)
    aspects = {name: np.zeros(shape, np.int64) for name in ASPECTS}
    for row, said in enumerate(findings):
        for finding in said:
            column = place.get(finding.name, -1)
            if column < 0:
                continue
            present[row, column] = True
            for name, values in ASPECTS.items():
                word = getattr(finding, name)
                if word in values and not aspects[name][row, column]:
                    aspects[name][row, column] = values.index(word)
    return Coded(tuple(names), present, aspects)
