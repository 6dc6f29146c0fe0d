"""A random survival forest (scikit-survival): trees split by log rank on the first cause, leaves with all hazards."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eval.survival import Floats, Kinds
from outcomes.features.matrix import Features
from outcomes.survival.discrete import DiscreteSurvival, Member, crossed, loaded
from outcomes.survival.outcome import Outcome
from outcomes.survival.periods import PersonPeriods
from outcomes.survival.screening import screened
from outcomes.survival.table import Table, opened

PRIOR = 1.0  # persons of the average that each leaf is given


@dataclass(frozen=True)
class Tree:
    """Nodes in the order of scikit-learn; -1 as a child: a leaf."""

    left: Kinds
    right: Kinds
    column: Kinds
    threshold: Floats

    def leaf(self, x: npt.NDArray[np.float32]) -> Kinds:
        """(m,)"""
        node = np.zeros(len(x), np.int64)
        rows = np.flatnonzero(self.left[node] >= 0)
        while len(rows):
            at = node[rows]
            below = x[rows, self.column[at]] <= self.threshold[at]
            node[rows] = np.where(below, self.left[at], self.right[at])
            rows = rows[self.left[node[rows]] >= 0]
        return node


@dataclass(frozen=True)
class Leaves:
    table: Table
    trees: tuple[Tree, ...]
    chances: tuple[npt.NDArray[np.float32], ...]  # of each tree (nodes, p, k) hazards

    def hazards(self, features: Features) -> Floats:
        x = self.table.read(features).astype(np.float32)
        found = np.zeros((len(x), *self.chances[0].shape[1:]))
        for tree, chance in zip(self.trees, self.chances, strict=True):
            found += chance[tree.leaf(x)]
        return found / len(self.trees)

    def shap(self, features: Features) -> None:  # noqa: ARG002
        return None

    def save(self, folder: Path) -> None:
        self.table.save(folder / "table.json")
        sizes = np.array([len(tree.left) for tree in self.trees])
        names = ("left", "right", "column", "threshold")
        nodes: dict[str, Any] = {n: np.concatenate([getattr(t, n) for t in self.trees]) for n in names}
        np.savez_compressed(folder / "trees.npz", sizes=sizes, chances=np.concatenate(self.chances), **nodes)


def opened_leaves(folder: Path) -> Leaves:
    with np.load(folder / "trees.npz", allow_pickle=False) as held:
        cut = np.cumsum(held["sizes"])[:-1]
        parts = {name: np.split(held[name], cut) for name in ("left", "right", "column", "threshold", "chances")}
    nodes = zip(parts["left"], parts["right"], parts["column"], parts["threshold"], strict=True)
    return Leaves(opened(folder / "table.json"), tuple(Tree(*each) for each in nodes), tuple(parts["chances"]))


@dataclass(frozen=True)
class Forest:
    trees: int = 60  # a fold
    least: int = 20  # persons in a leaf
    periods: int = 12
    folds: int = 3
    most: int = 200  # columns, of each cause
    name: str = "forest"

    def fit(self, features: Features, outcome: Outcome, seed: int) -> DiscreteSurvival:
        causes = len(outcome.causes)

        def one(mine: Features, rows: PersonPeriods, others: Features, held: PersonPeriods) -> Member:  # noqa: ARG001
            return self._grown(mine, rows, causes, seed)

        return crossed(features, outcome, self.folds, self.periods, one, seed)

    def _grown(self, features: Features, rows: PersonPeriods, causes: int, seed: int) -> Leaves:
        from sksurv.ensemble import RandomSurvivalForest
        from sksurv.util import Surv

        table = screened(features, rows, causes, self.most)
        x = table.read(features).astype(np.float32)
        final = np.r_[np.flatnonzero(np.diff(rows.person)), len(rows.person) - 1]
        seen = Surv.from_arrays(rows.kind[final] == 1, rows.period[final] + 1.0)
        grown = RandomSurvivalForest(
            self.trees, min_samples_leaf=self.least, max_features="sqrt", low_memory=True, random_state=seed, n_jobs=1
        ).fit(x, seen)
        trees = tuple(_tree(each.tree_) for each in grown.estimators_)
        return Leaves(table, trees, tuple(_chances(tree, x, rows, causes) for tree in trees))

    def load(self, folder: Path) -> DiscreteSurvival:
        return loaded(folder, opened_leaves)


def _tree(tree: Any) -> Tree:
    left, right = np.asarray(tree.children_left, np.int64), np.asarray(tree.children_right, np.int64)
    return Tree(left, right, np.asarray(tree.feature, np.int64), np.asarray(tree.threshold, np.float64))


def _chances(tree: Tree, x: npt.NDArray[np.float32], rows: PersonPeriods, causes: int) -> npt.NDArray[np.float32]:
    """Of the persons in each leaf, events of each cause in a period by those who began it."""
    nodes, periods = len(tree.left), rows.periods
    cell = tree.leaf(x)[rows.person] * periods + rows.period
    begun = np.bincount(cell, rows.weight, nodes * periods).reshape(nodes, periods)
    events = [np.bincount(cell, rows.kind == cause, nodes * periods) for cause in range(1, causes + 1)]
    each = np.stack(events, 1).reshape(nodes, periods, causes)
    average = each.sum(0) / np.maximum(begun.sum(0), 1e-9)[:, None]
    return np.asarray((each + PRIOR * average) / (begun + PRIOR)[:, :, None], np.float32)
