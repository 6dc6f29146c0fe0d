"""The default learner shown the latent causes themselves: what so many stays allow, were nothing hidden."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from bench.known_risk_hospitals import Case
from bench.known_risk_truth import causes
from outcomes.cohort import Cohort
from outcomes.learning.blend import Blend
from outcomes.learning.blended import Blended
from outcomes.learning.folds import persons
from outcomes.learning.simple import probability
from outcomes.timeline import Timeline

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Seer:
    cases: Sequence[Case]
    blend: Blend = field(default_factory=Blend)
    name: str = "seer"

    def fit(self, timeline: Timeline, cohort: Cohort, seed: int) -> "SeerModel":
        features = causes(cohort, self.cases)
        return SeerModel(self.cases, self.blend.fit(features, cohort.label, persons(timeline, cohort), seed))


@dataclass(frozen=True)
class SeerModel:
    cases: Sequence[Case]
    blended: Blended

    @property
    def out_of_fold(self) -> Scores | None:
        logits = self.blended.out_of_fold
        return None if logits is None else probability(logits)

    def scores(self, _: Timeline, cohort: Cohort) -> Scores:
        return probability(self.blended.logits(causes(cohort, self.cases)))
