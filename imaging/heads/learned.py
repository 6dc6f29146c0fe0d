"""Heads learned from vectors and coded findings: out of fold what calibrates and decides, then once on all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imaging.heads.calibrated import Line, classes, line, logit, sharpness
from imaging.heads.coded import ASPECTS, Coded
from imaging.heads.decided import SILENT, Bands, bands, knows
from imaging.heads.explained import explained
from imaging.heads.folds import folds
from imaging.heads.forward import Forward, best_ridge, forward
from imaging.heads.states import States, design, states, trimmed
from imaging.heads.together import Together, together

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
SURE = 30.0  # log odds that no calibration is asked about


@dataclass(frozen=True)
class Raw:
    """What explains the vectors, before calibration: log odds of presence, and of words given presence."""

    presence: Floats  # (n, f)
    words: dict[str, Floats]  # of each aspect (n, f, k): log of its probability over its prior


@dataclass(frozen=True)
class Learned:
    """f heads."""

    forward: Forward
    states: tuple[States, ...]
    pairs: Together
    lines: tuple[Line, ...]
    bands: tuple[Bands, ...]
    speaks: Bools  # (f,)
    sharp: dict[str, Floats]  # of each aspect (f,)

    def read(self, whitened: Floats, precision: Floats) -> tuple[Floats, dict[str, Floats]]:
        """Presence (n, f), and of each aspect (n, f, k): calibrated."""
        raw = _raw(whitened, precision, self.forward, self.states, self.pairs)
        presence = np.stack([each(raw.presence[:, j]) for j, each in enumerate(self.lines)], 1)
        return presence, {
            name: np.stack(
                [
                    classes(raw.words[name][:, j], prior(each, name), float(self.sharp[name][j]))
                    for j, each in enumerate(self.states)
                ],
                1,
            )
            for name in ASPECTS
        }


def learn(vectors: Floats, truth: Coded, groups: Ints, precision: Floats, seed: int = 1) -> Learned:
    """`vectors` (n, width): of studies; `groups`: their persons."""
    known, fold = trimmed(truth), folds(groups, seed=seed)
    given = design(known)
    ridge = best_ridge(vectors, given, fold)
    raw = _unseen(vectors, known, given, fold, ridge, precision)
    every, f = states(known), len(truth.names)
    speaks = np.array([knows(raw.presence[:, j], truth.present[:, j], groups, f) for j in range(f)], bool)
    lines = [line(raw.presence[:, j], truth.present[:, j]) for j in range(f)]
    decided = [bands(lines[j](raw.presence[:, j]), truth.present[:, j]) for j in range(f)]
    return Learned(
        forward(vectors, given, ridge),
        tuple(every),
        together(known.present),
        tuple(lines[j] if speaks[j] else _silent(truth.present[:, j]) for j in range(f)),
        tuple(decided[j] if speaks[j] else SILENT for j in range(f)),
        speaks,
        {name: np.array([_sharp(name, j, raw, known, every[j]) for j in range(f)]) * speaks for name in ASPECTS},
    )


def _silent(present: Bools) -> Line:
    return Line(0.0, logit((int(present.sum()) + 1) / (len(present) + 2)))


def _sharp(name: str, j: int, raw: Raw, truth: Coded, each: States) -> float:
    here = truth.present[:, j]
    return sharpness(raw.words[name][here, j], truth.aspects[name][here, j], prior(each, name))


def prior(each: States, name: str) -> Floats:
    """(k,) how often each word of an aspect is said of the finding, where it is there."""
    at = list(ASPECTS).index(name)
    many = np.bincount(each.said[1:, at], each.chance[1:], len(ASPECTS[name]))
    return np.asarray(many / many.sum(), np.float64)


def _unseen(vectors: Floats, truth: Coded, given: Floats, fold: Ints, ridge: float, precision: Floats) -> Raw:
    """By heads of the other folds."""
    n, f = truth.present.shape
    whole = Raw(np.zeros((n, f)), {name: np.zeros((n, f, len(values))) for name, values in ASPECTS.items()})
    for each in np.unique(fold):
        train, test = np.flatnonzero(fold != each), np.flatnonzero(fold == each)
        made, said = forward(vectors[train], given[train], ridge), truth.take(train)
        part = _raw(made.whitened(vectors[test]), precision[test], made, states(said), together(said.present))
        whole.presence[test] = part.presence
        for name in ASPECTS:
            whole.words[name][test] = part.words[name]
    return whole


def _raw(whitened: Floats, precision: Floats, made: Forward, every: Sequence[States], pairs: Together) -> Raw:
    found = explained(whitened, made.effects, precision, every, pairs)
    there = [np.maximum(each[:, 1:], 1e-30) for each in found]
    odds = [
        np.log(each.sum(1)) - np.log(np.maximum(chance[:, 0], 1e-30)) for each, chance in zip(there, found, strict=True)
    ]
    words = {
        name: np.stack([_words(name, each, state) for each, state in zip(there, every, strict=True)], 1)
        for name in ASPECTS
    }
    return Raw(np.clip(np.stack(odds, 1), -SURE, SURE), words)


def _words(name: str, there: Floats, each: States) -> Floats:
    """(n, k) 0 for a word that is never said."""
    at, k = list(ASPECTS).index(name), len(ASPECTS[name])
    told = there @ (each.said[1:, at][:, None] == np.arange(k))
    share = prior(each, name)
    chance = told / told.sum(1, keepdims=True)
    return np.where(share > 0, np.log(np.maximum(chance, 1e-12)) - np.log(np.maximum(share, 1e-12)), 0.0)
