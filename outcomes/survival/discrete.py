"""Hazards by period, learned on rows of persons and periods: boosted trees or a multinomial logistic regression.

Crossed over folds of persons: each member stops and is recalibrated on those it did not see, and all are averaged.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from contract.errors import InputError
from eval.survival import Floats
from outcomes.features.matrix import Features
from outcomes.learning.learner import Contribution
from outcomes.survival import hazard_scale
from outcomes.survival.hazard_scale import HazardScale, log_odds
from outcomes.survival.outcome import Incidence, Outcome, asked, learnable
from outcomes.survival.periods import PersonPeriods, cuts, incidence, rows
from outcomes.timeline import Bools, Ints

ROWS = 1024  # persons whose hazards are held at once


class Member(Protocol):
    """One learner's model of the hazards."""

    def hazards(self, features: Features) -> Floats:
        """(m, p, k)"""

    def shap(self, features: Features) -> Floats | None:
        """(m, p, k, f + 1) parts of the log odds of each cause against none, the base last."""

    def save(self, folder: Path) -> None: ...


@dataclass(frozen=True)
class DiscreteSurvival:
    causes: tuple[str, ...]
    edges: Floats  # (p + 1,)
    scale: HazardScale
    members: tuple[Member, ...]
    apart: Floats | None = field(default=None, compare=False, repr=False)  # (m, p, k) out of fold, of those who taught

    @property
    def last(self) -> float:
        return float(self.edges[-1])

    def hazards(self, features: Features) -> Floats:
        """(m, p, k) recalibrated"""
        return self.scale(averaged([member.hazards(features) for member in self.members]))

    def incidence(self, features: Features, horizons: Sequence[float]) -> Incidence:
        when = asked(horizons, self.last)
        parts = [incidence(self.hazards(part), self.edges, when) for part in _parts(features)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.causes), len(when)))

    def contributions(self, features: Features, horizon: float, cause: int) -> Floats:
        """(m, f + 1) parts, the base last, of the log odds of the hazard of a cause (1, 2, ...) up to a horizon.

        Their sum is the mean of the log odds over the periods, each weighed by its part of the incidence.
        """
        when = asked([horizon], self.last)
        ends = np.minimum(self.edges[1:], when[0])
        by_end = incidence(self.hazards(features), self.edges, np.maximum(ends, 1e-12))[:, cause - 1]
        weight = np.diff(by_end, prepend=0.0, axis=1)
        weight = weight / np.maximum(weight.sum(1, keepdims=True), 1e-300)
        shaps = [shap for member in self.members if (shap := member.shap(features)) is not None]
        if not shaps:
            return np.zeros((len(features), 0))
        mean = np.mean([shap[:, :, cause - 1] for shap in shaps], 0)
        found = np.einsum("mp,mpf->mf", weight, mean) * self.scale.slope[cause - 1]
        found[:, -1] += self.scale.start[cause - 1]
        return np.asarray(found, np.float64)

    def explain(self, features: Features, horizon: float, cause: int, most: int) -> list[Sequence[Contribution]]:
        found: list[Sequence[Contribution]] = []
        for part in _parts(features, ROWS // 16):
            shap, value = self.contributions(part, horizon, cause), part.dense()
            best = np.argsort(-np.abs(shap[:, :-1]), axis=1, kind="stable")[:, :most]
            found += [
                tuple(Contribution(part.names[at], float(value[row, at]), float(shap[row, at])) for at in places)
                for row, places in enumerate(best)
            ]
        return found

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        said = {
            "causes": self.causes, "edges": self.edges.tolist(), "members": len(self.members),
            "start": self.scale.start.tolist(), "slope": self.scale.slope.tolist(),
        }  # fmt: skip
        (folder / "model.json").write_text(json.dumps(said) + "\n", encoding="utf-8")
        for at, member in enumerate(self.members):
            (folder / str(at)).mkdir(exist_ok=True)
            member.save(folder / str(at))


def loaded(folder: Path, member: Callable[[Path], Member]) -> DiscreteSurvival:
    said = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    scale = HazardScale(np.array(said["start"]), np.array(said["slope"]))
    members = tuple(member(folder / str(at)) for at in range(said["members"]))
    return DiscreteSurvival(tuple(said["causes"]), np.array(said["edges"]), scale, members)


Fitter = Callable[[Features, PersonPeriods, Features, PersonPeriods], Member]
"""(features and rows to learn from, features and rows held out) -> what was learned"""


def crossed(
    features: Features, outcome: Outcome, folds: int, periods: int | Floats, fit: Fitter, seed: int
) -> DiscreteSurvival:
    """Each fold's learner, and one recalibration on what each of them did not see. periods: how many, or edges."""
    seen = learnable(outcome)
    edges = cuts(seen, periods) if isinstance(periods, int) else periods
    said, held_rows, members = [], [], []
    apart = np.empty((len(seen), len(edges) - 1, len(seen.causes)))
    for held in parted(seen, folds, seed):
        train, rest = np.flatnonzero(~held), np.flatnonzero(held)
        mine, others = rows(seen.take(train), edges), rows(seen.take(rest), edges)
        member = fit(taken(features, train), mine, taken(features, rest), others)
        hazards = member.hazards(taken(features, rest))
        apart[rest] = hazards
        said.append(hazards[others.person, others.period])
        held_rows.append(others)
        members.append(member)
    scale = hazard_scale.learned(np.concatenate(said), joined(held_rows), len(seen.causes))
    return DiscreteSurvival(seen.causes, edges, scale, tuple(members), scale(apart))


def averaged(hazards: Sequence[Floats]) -> Floats:
    """Of the log odds, as contributions are averaged too."""
    odds = np.exp(np.mean([log_odds(each) for each in hazards], 0))
    return np.asarray(odds / (1 + odds.sum(-1, keepdims=True)), np.float64)


def taken(features: Features, places: Ints) -> Features:
    return Features(features.names, features.counted, features.rows[places])


def joined(parts: Sequence[PersonPeriods]) -> PersonPeriods:
    """One after another; persons are not told apart any more."""
    person, period, kind = (np.concatenate([getattr(p, n) for p in parts]) for n in ("person", "period", "kind"))
    return PersonPeriods(person, period, kind, np.concatenate([part.weight for part in parts]), parts[0].periods)


def parted(outcome: Outcome, folds: int, seed: int) -> list[Bools]:
    """(m,) of each fold who is held out. Persons stay whole, and those with the event are dealt out evenly."""
    names, place = np.unique(outcome.persons, return_inverse=True)
    has = np.bincount(place, outcome.kinds == 1, len(names)) > 0
    if has.sum() < 2:
        raise InputError(
            f"{int(has.sum())} of {len(names)} persons has {outcome.causes[0]}: expected at least 2, one to "
            "learn from and one to see when to stop. Follow longer, or take a model that is not crossed (marginal)."
        )
    order = np.random.default_rng(seed).permutation(len(names))
    fold = np.empty(len(names), np.int64)
    fold[np.r_[order[has[order]], order[~has[order]]]] = np.arange(len(names)) % min(folds, int(has.sum()))
    return [fold[place] == each for each in range(int(fold.max()) + 1)]


def _parts(features: Features, size: int = ROWS) -> list[Features]:
    every = np.arange(len(features))
    return [taken(features, every[at : at + size]) for at in range(0, len(features), size)]
