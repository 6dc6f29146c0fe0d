"""All pairs of drug and event of a hospital with enough cases: both designs, calibrated, with false discovery said."""

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np

from nlp.adverse.signals.discovery import q_values
from nlp.adverse.signals.records.calibration import Null, null
from nlp.adverse.signals.records.cohort import Arms, Compared, Starts, arms, compare, starts
from nlp.adverse.signals.records.population import Population
from nlp.adverse.signals.records.selfcontrolled import Estimate, series
from nlp.adverse.signals.records.windows import Windows

Pair = tuple[str, str]  # drug, event
BEFORE, REASON, AGAINST, RAW = "event-before-drug", "reason-for-drug", "cohort-against", "uncalibrated"
REASONED, OFTENER = 0.5, 2.0  # share of takers who have the event at some time, and times that of others: an illness


@dataclass(frozen=True)
class Rules:
    """least: cases in the risk window of a pair that is tested. most: kinds of event, the most frequent first.

    share: false discoveries among what is called a signal. comparators: drug -> the drugs that new users are compared
    with; where a drug is not named, all others.
    """

    least: int = 5
    most: int = 1000
    share: float = 0.05
    comparators: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Ratio:
    """A rate ratio on the logarithm with a 95 % interval; p is one-sided."""

    log: float
    lower: float
    upper: float
    p: float


@dataclass
class Found:
    """One pair. `ratio` and `cohort_ratio` are calibrated where controls suffice; `signal` comes with all judged."""

    drug: str
    event: str
    control: bool
    series: Estimate
    cohort: Compared | None
    ratio: Ratio | None = None
    cohort_ratio: Ratio | None = None
    q: float = float("nan")
    signal: bool = False
    flags: list[str] = field(default_factory=list)


def screen(people: Population, windows: Windows, rules: Rules, controls: Collection[Pair]) -> list[Found]:
    """Strongest first."""
    counted = np.bincount(people.event_kind, minlength=len(people.events))
    kinds = np.argsort(-counted, kind="stable")[: rules.most]
    begun, made = starts(people, windows), Cohorts(people, windows, rules)
    found = []
    for kind in kinds.tolist():
        if counted[kind] >= rules.least:
            for estimate in series(people, kind, windows, rules.least):
                pair = (people.drugs[estimate.drug], people.events[kind])
                compared = made.compared(begun, estimate.drug, kind)
                flags = [REASON] if reasoned(people, estimate.drug, kind) else []
                found.append(Found(*pair, pair in controls, estimate, compared, flags=flags))
    judge(found, rules.share)
    return sorted(found, key=lambda one: (one.ratio.p if one.ratio else 1.0, one.drug, one.event))


def reasoned(people: Population, drug: int, event: int) -> bool:
    """Most who take the drug have the event on record, whenever, and far more of them than of others: its reason."""
    mine = slice(*np.searchsorted(people.event_kind, [event, event + 1]))
    has, takes = np.zeros(people.persons, bool), np.zeros(people.persons, bool)
    has[people.event_who[mine]] = True
    takes[people.course_who[people.course_drug == drug]] = True
    share, others = (float(has[side].mean()) if side.any() else 0.0 for side in (takes, ~takes))
    return share > REASONED and share > OFTENER * others


@dataclass
class Cohorts:
    """Propensities are fitted once a drug."""

    people: Population
    windows: Windows
    rules: Rules
    arms: dict[int, Arms | None] = field(default_factory=dict)

    def compared(self, begun: Starts, drug: int, event: int) -> Compared | None:
        if drug not in self.arms:
            named = self.rules.comparators.get(self.people.drugs[drug])
            among = np.array([k for k, d in enumerate(self.people.drugs) if d in set(named)]) if named else None
            self.arms[drug] = arms(self.people, begun, drug, among)
        arm = self.arms[drug]
        return compare(self.people, begun, arm, event, self.windows) if arm else None


def judge(found: list[Found], share: float) -> None:
    """Calibrates, and says which pairs are signals. A control is judged by the other controls alone."""
    inside = [(one.series.log, one.series.se) if one.control else None for one in found]
    outside = [(one.cohort.log, one.cohort.se) if one.control and one.cohort else None for one in found]
    nulls, cohort_nulls = Nulls(inside), Nulls(outside)
    for k, one in enumerate(found):
        one.ratio = _ratio(one.series.log, one.series.se, nulls.without(k))
        if one.cohort:
            one.cohort_ratio = _ratio(one.cohort.log, one.cohort.se, cohort_nulls.without(k))
        if nulls.without(k) is None:
            one.flags.append(RAW)
        if one.series.before_lower > 0 and one.series.before >= one.series.log:  # Norén 2010: more before than after
            one.flags.append(BEFORE)
        if one.cohort_ratio and one.cohort_ratio.upper < 0:
            one.flags.append(AGAINST)
    for one, q in zip(found, q_values(np.array([one.ratio.p for one in found if one.ratio])), strict=True):
        one.q = float(q)
        above = bool(one.ratio and one.ratio.lower > 0)
        one.signal = bool(above and q <= share and not {BEFORE, REASON, AGAINST} & set(one.flags))


class Nulls:
    """The null of all controls, and of all but one."""

    def __init__(self, said: list[tuple[float, float] | None]) -> None:
        self.said = said
        self.whole = self._of(said)

    def without(self, k: int) -> Null | None:
        return self.whole if self.said[k] is None else self._of([*self.said[:k], *self.said[k + 1 :]])

    def _of(self, said: list[tuple[float, float] | None]) -> Null | None:
        kept = [one for one in said if one is not None]
        return null(np.array([log for log, _ in kept]), np.array([se for _, se in kept]))


def _ratio(log: float, se: float, known: Null | None) -> Ratio:
    from scipy.stats import norm

    if known is None:
        return Ratio(log, log - 1.96 * se, log + 1.96 * se, float(norm.sf(log / se)))
    return Ratio(*known.interval(log, se), known.p(log, se))
