"""Proportional hazards as a learner: Fine-Gray for each cause, or Cox for each cause put together."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from contract.errors import ConfigError
from eval.survival import Curve, Floats
from outcomes.features.matrix import Features
from outcomes.learning.learner import Contribution
from outcomes.survival.fine_gray import FineGray, hazards
from outcomes.survival.outcome import Incidence, Outcome, asked, learnable
from outcomes.survival.screening import Places, strongest
from outcomes.survival.table import Table, learned, opened

Kind = Literal["fine_gray", "cox"]
CELLS = 2_000_000  # numbers held at once
STEPS = 500  # of time in which causes are put together; between two of them their ratio is taken as constant


@dataclass(frozen=True)
class Line:
    coefficients: Floats  # (c,)
    centre: Floats  # (c,)
    hazard: Curve  # cumulative, at the centre


@dataclass(frozen=True)
class ProportionalSurvival:
    """lines[k] is the model of cause k + 1; None where nobody had it."""

    kind: Kind
    causes: tuple[str, ...]
    last: float
    table: Table
    columns: tuple[Places, ...]  # (k,) places in the table that each cause reads
    lines: tuple[Line | None, ...]

    def incidence(self, features: Features, horizons: Sequence[float]) -> Incidence:
        when, x = asked(horizons, self.last), self.table.read(features)
        relative = [
            np.exp((x[:, columns] - line.centre) @ line.coefficients) if line else np.zeros(len(x))
            for columns, line in zip(self.columns, self.lines, strict=True)
        ]
        return self._subdistribution(relative, when) if self.kind == "fine_gray" else self._together(relative, when)

    def _subdistribution(self, relative: list[Floats], when: Floats) -> Incidence:
        """Models of their own may say more than 1 in sum: the others then share what the first leaves at last."""
        first, *rest = self._alone(relative, when)
        sure, *others = self._alone(relative, np.array([self.last]))
        room = np.minimum(1.0, (1 - sure) / np.maximum(sum(others, np.zeros_like(sure)), 1e-300))
        return np.stack([first, *(each * room for each in rest)], 1)

    def _alone(self, relative: list[Floats], when: Floats) -> list[Floats]:
        return [
            -np.expm1(-np.outer(each, line.hazard.at(when))) if line else np.zeros((len(each), len(when)))
            for each, line in zip(relative, self.lines, strict=True)
        ]

    def _together(self, relative: list[Floats], when: Floats) -> Incidence:
        """Cause-specific hazards: what is still there before a time, times the step of the cause at it."""
        held = [line.hazard.times for line in self.lines if line]
        fine = np.quantile(np.concatenate(held), np.linspace(0, 1, STEPS), method="lower")
        grid = np.unique(np.r_[fine, when])
        levels = [line.hazard.at(grid) if line else np.zeros(len(grid)) for line in self.lines]
        steps = np.diff(np.array(levels), prepend=0.0)
        place = np.searchsorted(grid, when, side="right")
        rows = max(1, CELLS // (len(grid) * len(steps)))
        parts = [
            _incidence(np.array(relative)[:, at : at + rows], steps, place) for at in range(0, len(relative[0]), rows)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, len(steps), len(when)))

    def explain(self, features: Features, horizon: float, cause: int, most: int) -> list[Sequence[Contribution]]:  # noqa: ARG002
        return [() for _ in range(len(features))]

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.table.save(folder / "table.json")
        arrays: dict[str, Any] = {f"columns{at}": columns for at, columns in enumerate(self.columns)}
        for at, line in enumerate(self.lines):
            if line:
                arrays |= {f"beta{at}": line.coefficients, f"centre{at}": line.centre}
                arrays |= {f"times{at}": line.hazard.times, f"hazard{at}": line.hazard.values}
        np.savez(folder / "hazards.npz", **arrays)
        said = {"kind": self.kind, "causes": self.causes, "last": self.last}
        (folder / "model.json").write_text(json.dumps(said) + "\n", encoding="utf-8")


def _incidence(relative: Floats, steps: Floats, place: Places) -> Incidence:
    """relative (k, m), steps (k, t), place (h,) -> (m, k, h)"""
    each = relative[:, :, None] * steps[:, None, :]
    total = each.sum(0)
    before = np.exp(-np.cumsum(total, 1) + total)
    leaving = before * -np.expm1(-total) / np.maximum(total, 1e-300)
    summed = np.cumsum(each * leaving, 2)
    return np.moveaxis(np.concatenate([np.zeros((*summed.shape[:2], 1)), summed], 2)[:, :, place], 0, 1)


@dataclass(frozen=True)
class Proportional:
    """ridge: see fine_gray. most: columns a cause reads, those that go most with it on their own."""

    kind: Kind = "fine_gray"
    ridge: float = 0.02
    most: int = 200

    @property
    def name(self) -> str:
        return self.kind

    def fit(self, features: Features, outcome: Outcome, seed: int) -> ProportionalSurvival:  # noqa: ARG002
        seen, table = learnable(outcome), learned(features)
        x = table.read(features)
        columns, lines = [], []
        for cause in range(1, len(seen.causes) + 1):
            has = bool((seen.kinds == cause).any())
            columns.append(strongest(x, seen, cause, self.most) if has else np.zeros(0, np.int64))
            lines.append(self._line(x[:, columns[-1]], seen, cause) if has else None)
        last = float(seen.times.max())
        return ProportionalSurvival(self.kind, seen.causes, last, table, tuple(columns), tuple(lines))

    def _line(self, x: Floats, seen: Outcome, cause: int) -> Line:
        stay = self.kind == "fine_gray"
        found: FineGray = hazards(x, seen.times, seen.kinds, cause, stay=stay, ridge=self.ridge)
        if not found.converged:
            raise ConfigError(
                f"{self.kind} for {seen.causes[cause - 1]} did not settle with ridge {self.ridge:g}: some covariate "
                "tells the event apart without fault. Give a higher ridge, and look for a leak."
            )
        return Line(found.coefficients, found.centre, found.hazard)

    def load(self, folder: Path) -> ProportionalSurvival:
        said = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        with np.load(folder / "hazards.npz", allow_pickle=False) as held:
            every = range(len(said["causes"]))
            columns = tuple(held[f"columns{at}"] for at in every)
            lines = tuple(_line(dict(held), at, said["last"]) for at in every)
        table = opened(folder / "table.json")
        return ProportionalSurvival(said["kind"], tuple(said["causes"]), said["last"], table, columns, lines)


def _line(held: dict[str, Any], at: int, last: float) -> Line | None:
    if f"beta{at}" not in held:
        return None
    hazard = held[f"hazard{at}"]
    curve = Curve(held[f"times{at}"], hazard, np.zeros_like(hazard), 0.0, last)
    return Line(held[f"beta{at}"], held[f"centre{at}"], curve)
