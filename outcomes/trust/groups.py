"""How good predictions are in each group of persons. Groups that are too small are named, and told no numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from eval.resampling import Estimate, draws
from eval.risk import Floats, auroc, ece, estimate
from outcomes.cohort import Texts
from outcomes.timeline import Bools, Ints
from outcomes.trust.membership import rules


@dataclass(frozen=True)
class Judged:
    """Predictions of one target whose outcome is known; rows of one person are drawn together."""

    labels: Floats  # (m,) 1 or 0
    scores: Floats  # (m,)
    persons: Ints  # (m,)


@dataclass(frozen=True)
class Group:
    """None: too small to be told, or (auroc) not to be had."""

    kind: str
    name: str
    rows: int | None = None
    persons: int | None = None
    events: int | None = None
    observed: float | None = None  # share
    expected: float | None = None  # mean probability
    ratio: Estimate | None = None  # observed / expected, exact
    ece: Estimate | None = None  # of few rows it is never 0, however good the model is
    auroc: Estimate | None = None
    rounded: bool = False  # counts to tens, since another group of the kind is too small

    @property
    def too_small(self) -> bool:
        return self.persons is None


def by_group(judged: Judged, columns: Mapping[str, Texts], resamples: int = 200, seed: int = 1) -> list[Group]:
    """columns: kind -> (m,), as membership.columns reads them. Groups of a kind in the order of their names."""
    judged, columns = _known(judged, columns)
    out: list[Group] = []
    if not len(judged.labels):
        return out
    for kind, column in columns.items():
        names = sorted(set(column.tolist()), key=_order)
        masks = [np.asarray(column == name, bool) for name in names]
        told = [_large(_sizes(judged, mask)) for mask in masks]
        given_away = not _large(_sizes(judged, _rest(masks, told))) and not all(told)
        for name, mask, shown in zip(names, masks, told, strict=True):
            group = _group(judged, mask, (kind, name), (resamples, seed)) if shown else Group(kind, name)
            out.append(_rounded(group) if shown and given_away else group)
    return out


def _order(name: str) -> tuple[int, str]:
    """Age bands as numbers."""
    head = name.rstrip("+").split("-")[0]
    return (int(head), "") if head.isdigit() else (10**9, name)


def _known(judged: Judged, columns: Mapping[str, Texts]) -> tuple[Judged, dict[str, Texts]]:
    held = ~np.isnan(judged.labels) & ~np.isnan(judged.scores)
    kept = Judged(judged.labels[held], judged.scores[held].astype(np.float64), judged.persons[held])
    return kept, {kind: column[held] for kind, column in columns.items()}


def _rest(masks: Sequence[Bools], told: Sequence[bool]) -> Bools:
    """The rows of the groups that are not told."""
    hidden = [mask for mask, shown in zip(masks, told, strict=True) if not shown]
    return np.logical_or.reduce(hidden) if hidden else np.zeros(len(masks[0]), bool)


def _rounded(group: Group) -> Group:
    """Counts to tens, shares to hundredths: what all groups lack of the total shall not tell of a small one."""
    counts = {name: round(getattr(group, name), -1) for name in ("rows", "persons", "events")}
    shares = {name: round(getattr(group, name), 2) for name in ("observed", "expected")}
    ratio = group.ratio and Estimate(*(round(v, 2) for v in (group.ratio.value, group.ratio.low, group.ratio.high)))
    return replace(group, **counts, **shares, ratio=ratio, rounded=True)


def _sizes(judged: Judged, mask: Bools) -> tuple[int, int, int]:
    """Persons, persons with an event, persons without."""
    persons, labels = judged.persons[mask], judged.labels[mask]
    return len(np.unique(persons)), len(np.unique(persons[labels == 1])), len(np.unique(persons[labels == 0]))


def _large(sizes: tuple[int, int, int]) -> bool:
    least = rules()["smallest"]
    return bool(sizes[0] >= least["persons"] and min(sizes[1:]) >= least["events"])


def _group(judged: Judged, mask: Bools, named: tuple[str, str], drawing: tuple[int, int]) -> Group:
    labels, scores, persons = judged.labels[mask], judged.scores[mask], judged.persons[mask]
    weights = draws(persons.tolist(), *drawing)
    return Group(
        *named, len(labels), len(np.unique(persons)), int(labels.sum()), float(labels.mean()), float(scores.mean()),
        ratio(int(labels.sum()), float(scores.sum())), estimate(ece, labels, scores, weights),
        estimate(auroc, labels, scores, weights),
    )  # fmt: skip


def ratio(observed: int, expected: float) -> Estimate:
    """Observed / expected with the exact interval of a Poisson count (Garwood 1936): wide for common events."""
    from scipy.stats import chi2

    low = float(chi2.ppf(0.025, 2 * observed)) / 2 if observed else 0.0
    high = float(chi2.ppf(0.975, 2 * observed + 2)) / 2
    held = max(expected, 1e-12)
    return Estimate(observed / held, low / held, high / held)
