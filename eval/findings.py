"""How well findings of reports were found: F1 of each, with side and severity, over pure labels.

A finding counts once a report. Where a report gives it twice (two devices), the first counts.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contract.errors import ConfigError

Floats = NDArray[np.float64]
ASPECTS = ("finding", "side", "severity", "position", "all")


@dataclass(frozen=True, slots=True)
class Label:
    """One finding that is there. The rest is empty where nothing is said of it; `position` is a device's."""

    finding: str
    side: str = ""
    severity: str = ""
    position: str = ""

    def seen(self, aspect: str) -> tuple[str, ...]:
        """What must be equal: finding; with side, severity or position; with all of them."""
        every = ("side", "severity", "position")
        return (self.finding, *(getattr(self, name) for name in every if aspect in {name, "all"}))


@dataclass(frozen=True, slots=True)
class Counts:
    """Right, given and wanted labels: one row a report, one column a finding."""

    findings: tuple[str, ...]
    right: Floats
    given: Floats
    wanted: Floats

    def f1(self, weights: Floats | None = None) -> Floats:
        """Of each finding; one row a row of `weights` (a weight a report). NaN where it is neither given nor wanted."""
        rows = np.ones((1, len(self.right))) if weights is None else weights
        both = rows @ (self.given + self.wanted)
        scores: Floats = np.full(both.shape, np.nan)
        return np.divide(2 * (rows @ self.right), both, out=scores, where=both > 0)

    def mean_f1(self, weights: Floats | None = None) -> Floats:
        """The mean over findings that are given or wanted somewhere; 0 where none is."""
        scores = self.f1(weights)
        known = ~np.isnan(scores)
        mean: Floats = np.where(known, scores, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        return mean

    def micro_f1(self, weights: Floats | None = None) -> Floats:
        rows = np.ones((1, len(self.right))) if weights is None else weights
        both = (rows @ (self.given + self.wanted)).sum(axis=1)
        score: Floats = 2 * (rows @ self.right).sum(axis=1) / np.maximum(both, 1)
        return score


def counts(
    gold: Sequence[Iterable[Label]], found: Sequence[Iterable[Label]], findings: Sequence[str], aspect: str = "finding"
) -> Counts:
    """`aspect`: finding, side, severity, position or all: what must be equal for a label to be right."""
    check(aspect)
    place = {name: at for at, name in enumerate(findings)}
    right, given, wanted = (np.zeros((len(gold), len(place))) for _ in range(3))
    for row, (truth, answer) in enumerate(zip(gold, found, strict=True)):
        first, second = once(truth, place), once(answer, place)
        for name, label in first.items():
            wanted[row, place[name]] = 1
            right[row, place[name]] = name in second and label.seen(aspect) == second[name].seen(aspect)
        for name in second:
            given[row, place[name]] = 1
    return Counts(tuple(findings), right, given, wanted)


def agreement(gold: Sequence[Iterable[Label]], found: Sequence[Iterable[Label]], aspect: str) -> tuple[int, int]:
    """Of findings that both give and whose side (or severity) gold names: how many have the same, and of how many."""
    if aspect not in {"side", "severity"}:
        raise ConfigError(f"unknown aspect {aspect!r}: expected side or severity.")
    same = asked = 0
    for truth, answer in zip(gold, found, strict=True):
        answers = {label.finding: label for label in answer}
        for label in truth:
            said = getattr(label, aspect)
            if said and label.finding in answers:
                asked += 1
                same += said == getattr(answers[label.finding], aspect)
    return same, asked


def check(aspect: str) -> None:
    if aspect not in ASPECTS:
        raise ConfigError(f"unknown aspect {aspect!r}: expected one of {', '.join(ASPECTS)}.")


def once(labels: Iterable[Label], known: Container[str]) -> dict[str, Label]:
    """The first of each finding that is known."""
    found: dict[str, Label] = {}
    for label in labels:
        if label.finding in known:
            found.setdefault(label.finding, label)
    return found
