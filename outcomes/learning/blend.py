"""The simple way of learning from features: an additive logistic regression and boosted trees, their logits mixed.

Both are learned on all persons but a fold, fold by fold, and the folds' models are averaged. So each training row also
has a score of models that never saw its person: on these the mixture is learned, and later the recalibration.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from contract.errors import ConfigError, InputError
from outcomes.features.matrix import Features, Matrix
from outcomes.learning import basis, trees
from outcomes.learning.blended import Blended
from outcomes.learning.evidence import scales, telling
from outcomes.learning.folds import folds
from outcomes.learning.logistic import logistic
from outcomes.learning.mixing import mixture
from outcomes.learning.trees import Trees
from outcomes.timeline import Bools, Ints

Floats = npt.NDArray[np.float64]
Member = Literal["logistic", "trees"]


@dataclass(frozen=True)
class Blend:
    bags: int = 4  # folds; each of the models is learned without one of them
    trees: Trees = field(default_factory=Trees)
    small: Trees = field(default_factory=lambda: Trees(30, 0.12, leaves=8, columns=0.08))  # for each of many targets
    many: int = 8  # targets: more of them get small trees
    penalty: float = 0.2  # of the logistic regression, times its columns by persons
    least: int = 20  # positives, and negatives, of a target; fewer, and no trees are grown for it
    members: tuple[Member, ...] = ("logistic", "trees")
    threads: int = 2  # change nothing but the time it takes

    def __post_init__(self) -> None:
        if self.bags < 2 or not self.members or set(self.members) - {"logistic", "trees"}:
            raise ConfigError("Blend: expected 2 bags or more, and members out of logistic and trees.")

    def fit(self, features: Features, labels: Matrix, persons: Ints, seed: int) -> Blended:
        """labels (m, t), NaN teaches nothing; persons (m,) ids."""
        known = _checked(features, labels, persons)
        values, label, whose = features.dense()[known], labels[known], persons[known]
        learned = basis.learn(values)
        fold = folds(whose, (label == 1).any(1), min(self.bags, len(np.unique(whose))), seed)
        columns = learned.columns(values)
        work = _Work(self, values, columns, label, whose, fold, seed, telling(columns), _taught(values))
        with ThreadPoolExecutor(self.threads) as pool:
            bags = list(pool.map(work.bag, range(int(fold.max()) + 1)))
        apart = np.full((len(labels), *bags[0].apart.shape[1:]), np.nan)
        apart[known] = np.nansum([bag.apart for bag in bags], 0)
        grown = tuple(tuple(bag.texts[at] for bag in bags if bag.texts[at]) for at in range(labels.shape[1]))
        slope, intercept = (np.mean([getattr(bag, name) for bag in bags], 0) for name in ("slope", "intercept"))
        share = np.array([self._share(apart[:, at], labels[:, at], grown[at]) for at in range(labels.shape[1])])
        mixed = share[:, 0] + (apart * share[:, 1:]).sum(2)
        return Blended(
            features.names, learned, slope, intercept, work.columns.mean(0, dtype=np.float64), grown, share, mixed
        )

    def _share(self, apart: Floats, label: Matrix, texts: tuple[str, ...]) -> Floats:
        """(3,) intercept, share of the logistic regression, share of the trees."""
        if "logistic" in self.members and "trees" in self.members and texts:
            told = ~np.isnan(label)
            return mixture(apart[told], label[told].astype(np.float64))
        return np.array([0.0, 0.0, 1.0] if texts and "logistic" not in self.members else [0.0, 1.0, 0.0])


@dataclass(frozen=True)
class _Bag:
    slope: Floats  # (c, t)
    intercept: Floats  # (t,)
    texts: list[str]  # (t,) "": no trees
    apart: Floats  # (m, t, 2) logits of the rows it was not shown; NaN elsewhere


@dataclass(frozen=True)
class _Work:
    """What every bag sees."""

    blend: Blend
    values: Matrix  # (m, f)
    columns: Matrix  # (m, c)
    label: Matrix  # (m, t)
    persons: Ints
    fold: Ints
    seed: int
    telling: Ints  # columns of the logistic regression
    taught: Matrix  # (m, f) values for the trees: features that tell nothing of their own are unknown throughout

    def bag(self, at: int) -> _Bag:
        out = self.fold == at
        shown = ~out
        both = _classes(self.label[shown]).min(0)
        slope, intercept = self._linear(shown, both)
        enough = (_classes(self.label).min(0) >= self.blend.least) & (both > 0)
        texts = self._trees(shown, enough, self.seed + at)
        apart = np.full((*self.label.shape, 2), np.nan)
        apart[out, :, 0] = self.columns[out] @ slope + intercept
        for target, text in enumerate(texts):
            apart[out, target, 1] = trees.logits([text], self.values[out]) if text else apart[out, target, 0]
        return _Bag(slope, intercept, texts, apart)

    def _linear(self, shown: Bools, both: Ints) -> tuple[Floats, Floats]:
        """A target of one class gets its rate alone, one row of each class added."""
        width, targets = self.columns.shape[1], self.label.shape[1]
        slope = np.zeros((width, targets))
        yes, no = _classes(self.label[shown]) + 0.5
        intercept = np.log(yes / no)
        wanted = "logistic" in self.blend.members or both.min() < self.blend.least
        fit = np.flatnonzero((both > 0) & wanted)
        if len(fit):
            told = self.telling
            penalty = self.blend.penalty * len(told) / len(np.unique(self.persons[shown]))
            columns, label = self.columns[np.ix_(np.flatnonzero(shown), told)], self.label[shown][:, fit]
            free = scales(columns, label, self.persons[shown])
            slope[np.ix_(told, fit)], intercept[fit] = logistic(columns, label, penalty, free)
        return slope, intercept

    def _trees(self, shown: Bools, enough: Bools, seed: int) -> list[str]:
        texts = [""] * self.label.shape[1]
        if "trees" not in self.blend.members or not enough.any():
            return texts
        recipe = self.blend.small if len(texts) > self.blend.many else self.blend.trees
        grown = recipe.grow(self.taught[shown], self.label[shown][:, enough], seed)
        for target, text in zip(np.flatnonzero(enough), grown, strict=True):
            texts[target] = text
        return texts


def _taught(values: Matrix) -> Matrix:
    out = np.full_like(values, np.nan)
    own = telling(values)
    out[:, own] = values[:, own]
    return out


def _classes(label: Matrix) -> Ints:
    """(2, t) how many positives and negatives."""
    return np.array([(label == 1).sum(0), (label == 0).sum(0)])


def _checked(features: Features, labels: Matrix, persons: Ints) -> Bools:
    """The rows that teach something; an error that says why nothing can be learned."""
    known: Bools = np.asarray(~np.isnan(labels).all(1))
    if not known.any():
        raise InputError(f"of {len(labels)} predictions none has a known label; learning needs some of either kind.")
    yes, no = _classes(labels[known])
    if not ((yes > 0) & (no > 0)).any():
        raise InputError(
            f"{int(yes.sum())} of {int(known.sum())} known labels are positive: learning needs both kinds in one "
            "target. See the cohort report for the step that left one kind only."
        )
    if not features.rows[np.flatnonzero(known)].nnz:
        raise InputError(f"all {len(features.names)} features are empty for all predictions; see task and plan.")
    if len(np.unique(persons[known])) < 2:
        raise InputError("all predictions are of one person; learning needs several, to be judged apart.")
    return known
