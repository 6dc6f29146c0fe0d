"""Rows of outcome_drift from the sums of months: measures, their limits, and which of them are an alarm."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from outcomes.trust.evidence import Period, evidence
from outcomes.trust.groups import ratio
from outcomes.trust.reference import Input
from outcomes.trust.tallies import TERMS

Row = dict[str, Any]
SMALL, LEAST, USUAL = 5, 20, 50  # a count that is not told; stays of a period; of a usual one
SETTLED = 0.95  # of a period's outcomes must be known: those who die are known of before those who live
PSI_MOVED, MISSING_MOVED, UNSEEN_MOVED = 0.25, 0.1, 0.05


@dataclass(frozen=True)
class Levels:
    """alpha: chance of a false alarm; of calibration ever, of inputs each time the table is made."""

    alpha: float = 0.01


def periods(months: Mapping[int, float]) -> Callable[[int], str]:
    """Months, or quarters, or years: the shortest that has, in the middle, the usual number of stays."""
    for name in (_month, _quarter):
        sums: dict[str, float] = defaultdict(float)
        for month, stays in months.items():
            sums[name(month)] += stays
        if np.median(list(sums.values())) >= USUAL:
            return name
    return _year


def _month(month: int) -> str:
    return f"{1970 + month // 12}-{month % 12 + 1:02}"


def _quarter(month: int) -> str:
    return f"{1970 + month // 12}-Q{month % 12 // 3 + 1}"


def _year(month: int) -> str:
    return f"{1970 + month // 12}"


def risks(
    by_period: Mapping[str, Mapping[str, float]], told: tuple[float, float] | None, levels: Levels
) -> Iterator[Row]:
    """Of one target. told: mean probability and share of outcomes at training."""
    enough = {period: sums for period, sums in sorted(by_period.items()) if sums["stays"] >= LEAST}
    settled = {period: s for period, s in enough.items() if s["known"] >= max(SETTLED * s["stays"], LEAST)}
    for period, sums in _and_all(enough):
        yield _row("probability", period, sums["stays"], sums["probability"] / sums["stays"],
                   reference=told[0] if told else None)  # fmt: skip
    for period, sums in _and_all(settled):
        if _large(sums["observed"], sums["known"]):
            yield from _observed(period, sums, told)
    yield from _calibration(settled, levels)


def _observed(period: str, sums: Mapping[str, float], told: tuple[float, float] | None) -> Iterator[Row]:
    found = ratio(int(sums["observed"]), sums["expected"])
    share = sums["observed"] / sums["known"]
    yield _row("observed", period, sums["known"], share, reference=told[1] if told else None)
    yield _row(
        "observed_expected", period, sums["known"], found.value, reference=1.0, lower=found.low, upper=found.high
    )


def _calibration(settled: Mapping[str, Mapping[str, float]], levels: Levels) -> Iterator[Row]:
    held = [Period(sums["observed"], [sums[name] for name in TERMS]) for sums in settled.values()]
    said = {"reference": 1.0, "limit": 1 / levels.alpha}
    found, most = evidence(held), 0.0
    for (period, sums), value in zip(settled.items(), found, strict=True):
        most = max(most, value)
        yield _row("calibration", period, sums["known"], value, **said)
    if held:
        yield _row("calibration", "", sum(sums["known"] for sums in settled.values()), most, **said)


def inputs(one: Input, by_period: Mapping[str, Sequence[float]], trained: int, tests: int) -> Iterator[Row]:
    """psi and missing. trained: stays at training; a limit is passed by chance once in `tests` rows."""
    counted = {period: np.asarray(counts) for period, counts in sorted(by_period.items()) if sum(counts) >= LEAST}
    if counted:
        counted[""] = np.sum(list(counted.values()), axis=0)
    was = np.asarray(one.shares)
    for period, counts in counted.items():
        stays = float(counts.sum())
        chance = 1 / stays + 1 / max(trained, 1)
        limit = max(PSI_MOVED, _chi2(1 - 1 / tests, len(was) - 1) * chance)
        yield _row(
            "psi", period, stays, psi(counts / stays, was, 0.5 / stays), input=one.code, reference=0.0, limit=limit
        )
        if _large(counts[-1], stays):
            margin = max(MISSING_MOVED, _z(1 - 0.5 / tests) * math.sqrt(max(was[-1] * (1 - was[-1]), 1e-4) * chance))
            share = counts[-1] / stays
            limit = was[-1] + (margin if share > was[-1] else -margin)
            yield _row("missing", period, stays, share, input=one.code, reference=was[-1], limit=limit)


def codes(by_period: Mapping[str, Mapping[str, float]], stays: Mapping[str, float], was: float) -> Iterator[Row]:
    limit = max(UNSEEN_MOVED, 3 * was)
    held = {p: {**sums, "stays": stays[p]} for p, sums in sorted(by_period.items()) if stays.get(p, 0) >= LEAST}
    for period, sums in _and_all(held):
        share = sums["unseen"] / max(sums["events"], 1)
        yield _row("unseen_codes", period, sums["stays"], share, reference=was, limit=limit)


def psi(now: np.ndarray, was: np.ndarray, least: float) -> float:
    """Population stability index: sum of (now - was) log(now / was); an empty bin counts as `least`."""
    held, before = np.maximum(now, least), np.maximum(was, least)
    return float(((held - before) * np.log(held / before)).sum())


def _and_all(sums: Mapping[str, Mapping[str, float]]) -> Iterator[tuple[str, Mapping[str, float]]]:
    """The periods, then all of them together, as the period "". Only of what is told: else it would tell the rest."""
    yield from sums.items()
    if sums:
        names = next(iter(sums.values()))
        yield "", {name: sum(one[name] for one in sums.values()) for name in names}


def _large(some: float, of: float) -> bool:
    return not (0 < some < SMALL or 0 < of - some < SMALL)


def _row(measure: str, period: str, stays: float, value: float, **said: Any) -> Row:
    """The alarm is told by the limit, on the side of the reference where it lies."""
    limit, reference = said.get("limit"), said.get("reference")
    beyond = limit is not None and (value >= limit if limit >= (reference or 0) else value <= limit)
    held = {"input": "", "lower": None, "upper": None, "reference": None, "limit": None, **said}
    return {"measure": measure, "period": period, "predictions": round(stays), "value": value, "alarm": beyond, **held}


def _chi2(level: float, freedom: int) -> float:
    from scipy.stats import chi2

    return float(chi2.ppf(level, max(freedom, 1)))


def _z(level: float) -> float:
    from scipy.stats import norm

    return float(norm.ppf(level))
