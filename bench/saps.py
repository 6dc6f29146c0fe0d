"""SAPS-I counted from the first day of a timeline: what clinicians had before models, as a peer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from outcomes.cohort import Cohort
from outcomes.features import vocabulary, windows
from outcomes.features.plan import Plan
from outcomes.features.vocabulary import Vocabulary
from outcomes.learning.learner import Contribution, Scores
from outcomes.timeline import Timeline

ITEMS: Mapping[str, Mapping[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("saps.yaml").read_text(encoding="utf-8")
)
DAY = "stay24h"
PLAN = Plan(values={DAY: ("min", "max", "sum")}, counts={DAY: ("count",)})
MOST = 4 * len(ITEMS)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Saps:
    """A Learner that learns nothing: points, as a share of the most. What is not measured counts nothing."""

    name: str = "saps-i"

    def fit(self, timeline: Timeline, cohort: Cohort, seed: int) -> "SapsModel":  # noqa: ARG002
        return SapsModel(vocabulary.learn(timeline, cohort, PLAN))

    def load(self, folder: Path) -> "SapsModel":
        raise NotImplementedError("a peer of the bench is not kept")


@dataclass(frozen=True)
class SapsModel:
    vocabulary: Vocabulary

    @property
    def out_of_fold(self) -> None:
        return None

    def points(self, timeline: Timeline, cohort: Cohort) -> Floats:
        features = windows.features(timeline, cohort, self.vocabulary)
        held = dict(zip(features.names, features.dense().T.astype(np.float64), strict=True))
        return np.asarray(sum(_points(item, held, len(cohort)) for item in ITEMS.values()), np.float64)

    def scores(self, timeline: Timeline, cohort: Cohort) -> Scores:
        return np.asarray(self.points(timeline, cohort)[:, None] / MOST)

    def explain(self, timeline: Timeline, cohort: Cohort, most: int) -> list[list[Sequence[Contribution]]]:  # noqa: ARG002
        return [[[]] for _ in range(len(cohort))]

    def save(self, folder: Path) -> None:
        raise NotImplementedError("a peer of the bench is not kept")


def _points(item: Mapping[str, Any], held: Mapping[str, Floats], rows: int) -> Floats:
    """The worse of the lowest and the highest value."""
    ends = ("sum",) if item.get("sum") else ("min", "max")
    nothing = np.full(rows, np.nan)
    names = [name for code in item["of"] for name in ([code] if code == "age" else [f"{DAY}/{code}/{e}" for e in ends])]
    worst = np.nanmax([_counted(item["points"], held.get(name, nothing)) for name in names], 0)
    for code, points in item.get("instead", {}).items():
        given = ~np.isnan(held.get(f"{DAY}/{code}/max", nothing)) | (held.get(f"{DAY}/{code}/count", nothing) > 0)
        worst = np.where(given, points, worst)
    return np.asarray(worst)


def _counted(table: Sequence[tuple[float, float]], value: Floats) -> Floats:
    starts, points = np.array(table, float).T
    place = np.maximum(np.searchsorted(starts, value, "right") - 1, 0)
    return np.asarray(np.where(np.isnan(value), 0, points[place]))
