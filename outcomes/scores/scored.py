"""A published score of each prediction, item by item, with the range that missing items leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

Doubles = npt.NDArray[np.float64]


@cache
def knowledge(name: str) -> Any:
    text = resources.files("outcomes.scores").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


@dataclass(frozen=True)
class Scored:
    """points (m, k) of each item; NaN: missing. least, most (k,): what an item can give."""

    name: str
    items: tuple[str, ...]
    points: Doubles
    least: Doubles
    most: Doubles

    @property
    def total(self) -> Doubles:
        """(m,) NaN where an item is missing."""
        return np.asarray(self.points.sum(1))

    @property
    def range(self) -> tuple[Doubles, Doubles]:
        """(m,) and (m,): the least and the most that the total can be, whatever the missing items are."""
        absent = np.isnan(self.points)
        known = np.nansum(self.points, 1)
        return known + (absent * self.least).sum(1), known + (absent * self.most).sum(1)

    @property
    def usual(self) -> Doubles:
        """(m,) missing items counted as normal, as at the bedside; NaN where more than half of them are missing."""
        few = np.isnan(self.points).sum(1) * 2 > len(self.items)
        return np.where(few, np.nan, self.range[0])

    @property
    def missing(self) -> dict[str, float]:
        """Share of the predictions that lack each item."""
        shares = np.isnan(self.points).mean(0) if len(self.points) else np.zeros(len(self.items))
        return dict(zip(self.items, shares.tolist(), strict=True))


def scored(name: str, values: Mapping[str, Doubles]) -> Scored:
    """By the bounds of its YAML; values (m,) of each item, NaN: missing."""
    items = knowledge(name)["items"]
    columns = [points(values[item], rule["points"], rule.get("digits")) for item, rule in items.items()]
    ends = [[p for _, p in rule["points"]] for rule in items.values()]
    return Scored(
        knowledge(name)["name"], tuple(items), np.stack(columns, 1),
        np.array([min(e) for e in ends], float), np.array([max(e) for e in ends], float),
    )  # fmt: skip


def points(values: Doubles, bounds: Sequence[tuple[float, float]], digits: int | None = None) -> Doubles:
    """The points of the first bound that the value, rounded as the score's own table is, does not exceed."""
    held = np.asarray(values, np.float64) if digits is None else np.round(np.asarray(values, np.float64), digits)
    ends, given = zip(*bounds, strict=True)
    place = np.minimum(np.searchsorted(np.array(ends, float), held - 1e-9), len(given) - 1)
    return np.where(np.isnan(held), np.nan, np.array(given, float)[place])
