"""The simple model and a sequence model together: their logits mixed by shares learned on persons neither had seen."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from contract.errors import InputError
from outcomes.cohort import Cohort
from outcomes.learning.learner import Contribution, Learner, Model, Scores
from outcomes.learning.mixing import mixture
from outcomes.timeline import Timeline

FILE = "mixture.json"
EDGE = 1e-7


@dataclass(frozen=True)
class Mixed:
    name: str
    parts: tuple[Learner, ...]  # each of them keeps scores out of fold

    def fit(self, timeline: Timeline, cohort: Cohort, seed: int) -> "MixedModel":
        models = tuple(part.fit(timeline, cohort, seed) for part in self.parts)
        apart = np.stack([logits(_apart(model, part.name)) for model, part in zip(models, self.parts, strict=True)], -1)
        shares = np.stack(
            [_share(apart[:, at], cohort.label[:, at].astype(np.float64)) for at in range(cohort.label.shape[1])]
        )
        return MixedModel(self, models, shares, mixed(apart, shares))

    def load(self, folder: Path) -> "MixedModel":
        path = folder / FILE
        if not path.is_file():
            raise InputError(f"{folder} holds no mixture: {FILE} is missing. `chartloom train outcomes` makes one.")
        said = json.loads(path.read_text(encoding="utf-8"))
        if said["parts"] != [part.name for part in self.parts]:
            raise InputError(
                f"{folder} mixes {', '.join(said['parts'])}, not what {self.name} does. Load it by its name."
            )
        models = tuple(part.load(folder / part.name) for part in self.parts)
        return MixedModel(self, models, np.array(said["shares"]))


@dataclass(frozen=True)
class MixedModel:
    learner: Mixed
    models: tuple[Model, ...]
    shares: Scores  # (t, 1 + k) intercept, then the share of each part's logit
    out_of_fold: Scores | None = None

    def scores(self, timeline: Timeline, cohort: Cohort) -> Scores:
        return mixed(np.stack([logits(model.scores(timeline, cohort)) for model in self.models], -1), self.shares)

    def explain(self, timeline: Timeline, cohort: Cohort, most: int) -> list[list[Sequence[Contribution]]]:
        """Parts of each model by its share: SHAP of the simple one, gradient x input of the other."""
        told = [model.explain(timeline, cohort, most) for model in self.models]
        return [
            [self._strongest([one[row][target] for one in told], target, most) for target in range(len(self.shares))]
            for row in range(len(cohort))
        ]

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for part, model in zip(self.learner.parts, self.models, strict=True):
            model.save(folder / part.name)
        said = {"parts": [part.name for part in self.learner.parts], "shares": self.shares.tolist()}
        (folder / FILE).write_text(json.dumps(said) + "\n", encoding="utf-8")

    def _strongest(self, told: Sequence[Sequence[Contribution]], target: int, most: int) -> list[Contribution]:
        every = [
            Contribution(one.feature, one.value, float(one.shap * share))
            for part, share in zip(told, self.shares[target, 1:], strict=True)
            for one in part
        ]
        return sorted(every, key=lambda one: -abs(one.shap))[:most]


def logits(chance: Scores) -> Scores:
    held = np.clip(chance, EDGE, 1 - EDGE)
    return np.asarray(np.log(held / (1 - held)))


def mixed(apart: Scores, shares: Scores) -> Scores:
    """Of logits (m, t, k) and shares (t, 1 + k): (m, t)."""
    return np.asarray(1 / (1 + np.exp(-(shares[:, 0] + (apart * shares[:, 1:]).sum(-1)))))


def _share(apart: Scores, label: Scores) -> Scores:
    known = ~np.isnan(label)
    return mixture(apart[known], label[known])


def _apart(model: Model, name: str) -> Scores:
    found: Scores | None = getattr(model, "out_of_fold", None)
    if found is None:
        raise InputError(f"{name} has no scores out of fold to mix by; give it as many members as folds.")
    return found
