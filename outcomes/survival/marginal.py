"""The same incidence for everybody: Aalen-Johansen without covariates. What every model has to beat."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.survival import Curve, aalen_johansen
from outcomes.features.matrix import Features
from outcomes.learning.learner import Contribution
from outcomes.survival.outcome import Incidence, Outcome, asked, learnable


@dataclass(frozen=True)
class MarginalSurvival:
    causes: tuple[str, ...]
    curves: tuple[Curve, ...]

    @property
    def last(self) -> float:
        return self.curves[0].last

    def incidence(self, features: Features, horizons: Sequence[float]) -> Incidence:
        when = asked(horizons, self.last)
        each = np.array([curve.at(when) for curve in self.curves])
        return np.broadcast_to(each, (len(features), *each.shape)).copy()

    def explain(self, features: Features, horizon: float, cause: int, most: int) -> list[Sequence[Contribution]]:  # noqa: ARG002
        return [() for _ in range(len(features))]

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        arrays = {f"{name}{at}": getattr(c, name) for at, c in enumerate(self.curves) for name in ("times", "values")}
        np.savez(folder / "curves.npz", **arrays)
        said = {"causes": self.causes, "last": self.last}
        (folder / "model.json").write_text(json.dumps(said) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class Marginal:
    name: str = "marginal"

    def fit(self, features: Features, outcome: Outcome, seed: int) -> MarginalSurvival:  # noqa: ARG002
        seen = learnable(outcome)
        found = (aalen_johansen(seen.times, seen.kinds, at + 1) for at in range(len(seen.causes)))
        return MarginalSurvival(seen.causes, tuple(found))

    def load(self, folder: Path) -> MarginalSurvival:
        said = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        with np.load(folder / "curves.npz", allow_pickle=False) as held:
            curves = tuple(
                Curve(held[f"times{at}"], held[f"values{at}"], np.zeros(len(held[f"times{at}"])), 0.0, said["last"])
                for at in range(len(said["causes"]))
            )
        return MarginalSurvival(tuple(said["causes"]), curves)
