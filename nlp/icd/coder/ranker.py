"""Boosted trees over candidates, in two steps: each candidate by itself, then beside the chart's others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from contract.errors import InputError
from nlp.icd.coder.calibration import Calibration, logit
from nlp.icd.coder.company import AMONG, Company
from nlp.icd.coder.features import NAMES, Candidates
from nlp.icd.coder.packed import read_json, read_text, write_json, write_text

FOLDS = 5
TREES = 250
SETTINGS: dict[str, Any] = {
    "objective": "binary", "learning_rate": 0.05, "num_leaves": 15, "min_data_in_leaf": 40, "feature_fraction": 0.3,
    "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5.0, "verbose": -1, "num_threads": 1,
    "deterministic": True, "force_row_wise": True, "max_bin": 63,
}  # fmt: skip
AT = NAMES.index("charts")


@dataclass
class Ranker:
    """`first`, `second`: boosters; None before `fit`."""

    seed: int = 1
    trees: int = TREES
    first: Any = field(default=None, repr=False)
    second: Any = field(default=None, repr=False)
    company: Company = field(default_factory=Company)
    calibration: Calibration = field(default_factory=Calibration)

    def fit(self, held: Sequence[Candidates], gold: Sequence[frozenset[str]]) -> None:
        truth = [np.array([code in codes for code in each.codes], bool) for each, codes in zip(held, gold, strict=True)]
        folds = np.random.default_rng(self.seed).permutation(len(held)) % min(FOLDS, max(len(held), 1))
        alone = _held_out([each.rows for each in held], truth, folds, self._train)
        beside = self._beside_held_out(held, alone, gold, folds)
        final = _held_out(beside, truth, folds, self._train)
        self.first = self._train(np.concatenate([each.rows for each in held]), np.concatenate(truth))
        self.second = self._train(np.concatenate(beside), np.concatenate(truth))
        self.company = Company.of(gold)
        charts = np.concatenate([each.rows[:, AT] for each in held])
        self.calibration = Calibration.fit(
            np.concatenate(final), charts, np.concatenate(truth), sum(len(codes) for codes in gold)
        )

    def scores(self, each: Candidates) -> np.ndarray:
        """Calibrated probability of every candidate."""
        return self.scores_of([each])[0]

    def scores_of(self, charts: Sequence[Candidates]) -> list[np.ndarray]:
        """`scores` of many charts, quicker than one by one."""
        sizes = np.array([len(each.codes) for each in charts], np.int64)
        if not sizes.sum():
            return [np.zeros(0) for _ in charts]
        rows, cuts = np.concatenate([each.rows for each in charts]), np.cumsum(sizes)[:-1]
        alone = np.split(self.first.predict(rows, num_threads=1), cuts)
        beside = [self._beside(*each) for each in zip(charts, alone, strict=True)]
        final = self.second.predict(np.concatenate(beside), num_threads=1)
        return np.split(self.calibration.probabilities(final, rows[:, AT]), cuts)

    def save(self, folder: Path) -> None:
        for name, model in (("first", self.first), ("second", self.second)):
            write_text(folder / f"{name}.txt.gz", model.model_to_string())
        pairs = [[*pair, count] for pair, count in self.company.double.items()]
        said = {
            "features": [*NAMES, *AMONG], "seed": self.seed, "calibration": self.calibration.as_json(),
            "company": [self.company.charts, self.company.single, pairs],
        }  # fmt: skip
        write_json(folder / "ranker.json.gz", said)

    @staticmethod
    def load(folder: Path) -> "Ranker":
        import lightgbm

        said = read_json(folder / "ranker.json.gz")
        if said["features"] != [*NAMES, *AMONG]:
            raise InputError(f"{folder} was trained on other features than this version has; train it anew.")
        charts, single, pairs = said["company"]
        first, second = (
            lightgbm.Booster(model_str=read_text(folder / f"{name}.txt.gz")) for name in ("first", "second")
        )
        company = Company(charts, single, {(one, two): count for one, two, count in pairs})
        return Ranker(said["seed"], TREES, first, second, company, Calibration.from_json(said["calibration"]))

    def _beside(self, each: Candidates, alone: np.ndarray, company: Company | None = None) -> np.ndarray:
        columns = (company or self.company).columns(each, alone)
        return np.column_stack([each.rows, logit(alone), *columns]).astype(np.float32)

    def _beside_held_out(
        self,
        held: Sequence[Candidates],
        alone: Sequence[np.ndarray],
        gold: Sequence[frozenset[str]],
        folds: np.ndarray,
    ) -> list[np.ndarray]:
        """Each chart beside what the charts of the other folds say of who comes with whom."""
        met = {
            fold: Company.of([gold[at] for at in np.flatnonzero(folds != fold).tolist()]) for fold in np.unique(folds)
        }
        return [self._beside(each, alone[at], met[folds[at]]) for at, each in enumerate(held)]

    def _train(self, rows: np.ndarray, truth: np.ndarray) -> Any:
        import lightgbm

        data = lightgbm.Dataset(rows, truth.astype(np.int8))
        return lightgbm.train({**SETTINGS, "seed": self.seed}, data, self.trees)


def _held_out(
    rows: Sequence[np.ndarray],
    truth: Sequence[np.ndarray],
    folds: np.ndarray,
    train: Callable[[np.ndarray, np.ndarray], Any],
) -> list[np.ndarray]:
    """Scores of every chart by a model that was trained on the charts of the other folds."""
    made: list[np.ndarray] = [np.zeros(len(each)) for each in rows]
    for fold in np.unique(folds):
        inside = np.flatnonzero(folds != fold).tolist()
        if not inside:
            continue
        model = train(np.concatenate([rows[at] for at in inside]), np.concatenate([truth[at] for at in inside]))
        for at in np.flatnonzero(folds == fold).tolist():
            if len(rows[at]):
                made[at] = model.predict(rows[at], num_threads=1)
    return made
