"""What every way of predicting keeps to, simple or deep: learn from a cohort, give probabilities, explain, be saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from outcomes.cohort import Cohort
from outcomes.timeline import Timeline

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Contribution:
    """One feature's part in one prediction, in logits (SHAP: the parts and the base sum to the logit)."""

    feature: str
    value: float
    shap: float


class Model(Protocol):
    """What was learned. It reads nothing of a cohort's labels."""

    def scores(self, timeline: Timeline, cohort: Cohort) -> Scores:
        """(m, t) probabilities, not yet recalibrated."""

    def explain(self, timeline: Timeline, cohort: Cohort, most: int) -> list[list[Sequence[Contribution]]]:
        """(m, t) the strongest contributions first; none where a model has no such parts."""

    def save(self, folder: Path) -> None:
        """Files without code in them; `Learner.load` reads them."""


class Learner(Protocol):
    """A recipe with its parameters as fields."""

    @property
    def name(self) -> str: ...
    def fit(self, timeline: Timeline, cohort: Cohort, seed: int) -> Model:
        """Rows whose label is NaN teach nothing. Splits inside it are by person."""

    def load(self, folder: Path) -> Model: ...
