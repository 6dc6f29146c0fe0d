"""Columns that move with the label, or with what comes after the index time, and that the record does not explain."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from outcomes.leaks.candidates import FORMS, LEAST, PRESENCE, Candidates
from outcomes.leaks.facts import Fact
from outcomes.leaks.leak import Kind, Leak
from outcomes.leaks.limits import limits
from outcomes.leaks.strength import Numbers, Rest, Standing, auroc, auroc_error, binned, ranked, told
from outcomes.timeline import Bools, Floats, Ints

SCREENED = 20
"""Codes that are looked at closely, the strongest of each target."""
TWINNED = 0.65
"""AUROC from which on a code may have brought others with it, that must not explain it."""
REFERENCE = 5
"""Honest codes that must be tied to the rest of the record, for being tied to nothing to be odd."""


@dataclass(frozen=True)
class Looked:
    """A code's strongest column against the label."""

    column: int
    score: Numbers  # (m,)
    auroc: float
    low: float
    standing: Standing


class Moving:
    """design: the columns as ranks; fold: by person; persons: how many there are."""

    def __init__(self, candidates: Candidates, design: Floats, fold: Ints, persons: int) -> None:
        self.candidates, self.design, self.fold = candidates, design, fold
        self.chance = limits().fact_errors / np.sqrt(max(persons, 1))
        self.bins = np.stack([binned(column) for column in candidates.values.T]) if len(candidates) else None
        self.rest = Rest(design, candidates.what, fold)

    def of_label(self, label: Floats) -> Iterator[Leak]:
        """label: (m,) 0 or 1; NaN: not known."""
        known = ~np.isnan(label)
        y = label[known].astype(float)
        if self.bins is None or min(y.sum(), len(y) - y.sum()) < LEAST:
            return
        rest = self.rest if known.all() else Rest(self.design[known], self.candidates.what, self.fold[known])
        scores = [told(bins[known], y, self.fold[known]) for bins in self.bins]
        alone = np.array([auroc(score, y) for score in scores])
        looked = [self._look(rest, int(j), scores[j], alone[j], y) for j in self._strongest(alone)]
        compared = _compared(looked)
        for each in looked:
            if _moves(each, y, compared=compared):
                yield self._leak(each, y)
        yield from self._rare(rest, y, known, {self.candidates.what[each.column] for each in looked if each.low > 0.75})

    def of_fact(self, fact: Fact) -> Iterator[Leak]:
        target = ranked(fact.values)
        if not target.any():
            return
        related = np.abs(self.design.T @ target) / len(target)
        for j in self._strongest(related):
            what = self.candidates.what[j]
            if (
                what == fact.code
                or related[j] < max(limits().fact, fact.least, self.chance)
                or self.candidates.aspect[j] in ("count", "before")
            ):
                continue
            found = self.rest.standing(self.design[:, j].astype(float), target, what)
            if _foresees(found):
                related_to = {f"correlation with {fact.name}": found.alone}
                evidence = {"aspect": self.candidates.aspect[j], **related_to, "unexplained": found.unexplained}
                yield Leak(fact.kind, what, {**evidence, "within": found.within}, fact.severity)

    def _strongest(self, strength: Numbers) -> list[int]:
        """The strongest column of each code, the strongest codes first."""
        seen: dict[str, int] = {}
        for j in np.argsort(-strength, kind="stable"):
            seen.setdefault(self.candidates.what[j], int(j))
            if len(seen) == SCREENED:
                break
        return list(seen.values())

    def _look(self, rest: Rest, column: int, score: Numbers, alone: float, y: Numbers) -> Looked:
        what, low = self.candidates.what[column], alone - limits().errors * auroc_error(alone, y)
        found = Looked(column, score, alone, low, rest.standing(score, y, what))
        if low < TWINNED or _moves(found, y, compared=True):
            return found
        return replace(found, standing=rest.standing(score, y, what, twins=True))

    def _leak(self, each: Looked, y: Numbers) -> Leak:
        what, aspect = self.candidates.what[each.column], self.candidates.aspect[each.column]
        said = {"aspect": aspect, "AUROC alone": each.auroc, "AUROC of all others": auroc(each.standing.others, y)}
        evidence = {**said, "unexplained": each.standing.unexplained, "within": each.standing.within}
        return Leak(self._kind(each.column), what, evidence)

    def _kind(self, column: int) -> Kind:
        aspect = self.candidates.aspect[column]
        if aspect in FORMS:
            return "form"
        if aspect not in PRESENCE:
            return "copy"
        valued = (self.candidates.what == self.candidates.what[column]) & (self.candidates.aspect == "mean")
        return "missing" if valued.any() or aspect == "known" else "outcome_code"

    def _rare(self, rest: Rest, y: Numbers, known: Bools, but: set[str]) -> Iterator[Leak]:
        """Codes of few rows that are there for the positives, more than the rest of the record expects."""
        expected = np.clip(rest.predict(y[:, None], rest.block(""))[:, 0], 0.01, 0.99)
        there = (self.candidates.values[known] > 0) & np.isin(self.candidates.aspect, ["count", "value"])
        size, positive = there.sum(0), y @ there
        surprise = (positive - expected @ there) / np.sqrt((expected * (1 - expected)) @ there + 1e-9)
        for j in np.flatnonzero((size >= LEAST) & (size < len(y) / 4) & (surprise > limits().rare_errors / 3)):
            if self.candidates.what[j] not in but and (leak := self._surprising(rest, int(j), there[:, j], y)):
                yield leak

    def _surprising(self, rest: Rest, column: int, there: Bools, y: Numbers) -> Leak | None:
        standing = rest.standing(there.astype(float), y, self.candidates.what[column])
        share = y.mean() + standing.others * y.std()
        expected = np.clip(share[there], 0.01, 0.99)
        surprise = (y[there].sum() - expected.sum()) / np.sqrt((expected * (1 - expected)).sum())
        got = (y[there].sum() + 0.5) / (len(expected) - y[there].sum() + 0.5)
        odds = got / (expected.mean() / (1 - expected.mean()))
        told_by_others = abs(standing.within) > limits().alone_within
        if odds < limits().rare_odds or surprise < limits().rare_errors or told_by_others:
            return None
        evidence = {
            "rows": float(there.sum()),
            "share of positives": float(y[there].mean()),
            "odds over expected": odds,
        }
        return Leak(self._kind(column), self.candidates.what[column], {**evidence, "within": standing.within})


def _compared(looked: list[Looked]) -> bool:
    """Are other codes tied to the record, so that being tied to nothing is odd?"""
    tied = [each for each in looked if each.auroc > 0.54 and each.standing.within > 2 * limits().alone_within]
    return len(tied) >= REFERENCE


def _moves(each: Looked, y: Numbers, *, compared: bool) -> bool:
    said, standing = limits(), each.standing
    if each.low > said.ceiling and each.auroc > auroc(standing.others, y) + said.above:
        return True
    lonely = abs(standing.within) < said.alone_within and standing.unexplained > said.alone_unexplained
    unexplained = standing.unexplained > said.strong_unexplained
    floor = 0.0 if compared else said.silent
    return (lonely and each.low > max(said.alone, floor)) or (unexplained and each.low > max(said.strong, floor))


def _foresees(found: Standing) -> bool:
    said = limits()
    lonely = abs(found.alone) > said.fact and abs(found.within) < said.fact_within
    strong = abs(found.alone) > said.fact_strong
    return (lonely or strong) and found.unexplained > said.fact_unexplained
