"""What predictions were made from at training, frozen, to hold later ones to: bins of inputs, codes seen, risks.

An input is the last value of a code in the hours before the prediction, or whether the code was there at all; and age.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from contract.errors import InputError
from outcomes.cohort import Cohort
from outcomes.known import latest
from outcomes.timeline import HOUR, Bools, Floats, Ints, Timeline
from outcomes.trust.membership import ages

AGE = "age"
BINS, MOST, LEAST_SHARE = 10, 40, 0.05  # of a number; inputs that are watched; of rows that must have it
FEWEST = 5  # persons who have a code: what fewer have would point at them
SAMPLE = 4000  # rows by which inputs are chosen
SEED = 1


@dataclass(frozen=True)
class Input:
    """edges: inner bounds of its bins, rising; none: only whether it was there. shares: of bins, then of missing."""

    code: str
    edges: tuple[float, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Reference:
    task: str
    hours: float  # before the prediction
    stays: int
    inputs: tuple[Input, ...]
    codes: tuple[str, ...]  # that at least FEWEST of the persons it learned from have
    unseen: float  # share of events whose code fewer of the other half of the persons have
    targets: tuple[str, ...]
    probability: tuple[float, ...]  # mean of each target
    observed: tuple[float, ...]  # share of each target

    def written(self) -> str:
        return json.dumps(asdict(self)) + "\n"


def read(text: str) -> Reference:
    """As `Reference.written` wrote it."""
    try:
        said = json.loads(text)
        held: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in said.items()
        }
        held["inputs"] = tuple(Input(i["code"], tuple(i["edges"]), tuple(i["shares"])) for i in said["inputs"])
        return Reference(**held)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"drift.json of an artifact cannot be read ({type(error).__name__}); expected what training "
            "writes. Train the artifact again."
        ) from error


def freeze(timeline: Timeline, cohort: Cohort, scores: npt.NDArray[np.float64], hours: float = 48) -> Reference:
    """Of the training rows; scores (m, t) are out of fold or recalibrated, as later ones will be."""
    rows = first_of_stay(cohort)
    cohort, scores = cohort.take(rows), scores[rows]
    chosen = _chosen(timeline, cohort, hours)
    inputs = [_frozen(AGE, ages(timeline, cohort))]
    inputs += [_frozen(code, last_value(timeline, cohort, code, hours)) for code in chosen]
    return Reference(
        cohort.task, hours, len(cohort), tuple(inputs), tuple(sorted(_codes(timeline, cohort))),
        _unseen(timeline, cohort, hours), cohort.targets, tuple(_means(scores)), tuple(_means(cohort.label)),
    )  # fmt: skip


def first_of_stay(cohort: Cohort) -> Ints:
    """One row a stay, the earliest: later ones repeat it, and would count one fate many times."""
    names = np.array(["" if one is None else str(one) for one in cohort.encounter])
    order = np.lexsort((cohort.at, names, cohort.subject))
    new = (np.diff(cohort.subject[order], prepend=-1) != 0) | np.r_[True, names[order][1:] != names[order][:-1]][
        : len(order)
    ]
    return np.sort(order[new])


def last_value(timeline: Timeline, cohort: Cohort, code: str, hours: float) -> Floats:
    """(m,) NaN: not known in those hours; inf: known, without a number."""
    place = timeline.codes.index(code) if code in timeline.codes else -1
    found = latest(timeline, cohort, timeline.code == place)
    held = np.maximum(found, 0)
    there = (found >= 0) & (timeline.time[held] > cohort.at - int(hours * HOUR)) if len(timeline) else found >= 0
    value = timeline.value[held] if len(timeline) else np.zeros(len(cohort), np.float32)
    return np.where(there, np.where(np.isnan(value), np.inf, value), np.nan).astype(np.float32)


def binned(one: Input, values: Floats) -> Ints:
    """(m,) the bin of each value; the last one is missing. Of a number, an answer without one counts as missing."""
    missing = len(one.shares) - 1
    if not one.edges:
        return np.where(np.isnan(values), missing, 0)
    place = np.searchsorted(np.array(one.edges, np.float32), values, "right")
    return np.where(np.isfinite(values), place, missing)


def _frozen(code: str, values: Floats) -> Input:
    numbers = values[np.isfinite(values)]
    cuts = np.unique(np.quantile(numbers, np.linspace(0, 1, BINS + 1)[1:-1])) if len(numbers) else np.zeros(0)
    edges = tuple(float(np.float32(cut)) for cut in cuts)
    one = Input(code, edges, (0.0,) * (len(edges) + 2))
    counts = np.bincount(binned(one, values), minlength=len(one.shares))
    return Input(code, edges, tuple((counts / max(len(values), 1)).tolist()))


def _chosen(timeline: Timeline, cohort: Cohort, hours: float) -> list[str]:
    """The codes that most stays have in those hours."""
    if not len(timeline) or not len(cohort):
        return []
    often = np.argsort(-np.bincount(timeline.code, minlength=len(timeline.codes)), kind="stable")[: 3 * MOST]
    rows = np.random.default_rng(SEED).permutation(len(cohort))[:SAMPLE]
    few = cohort.take(np.sort(rows))
    shares = {
        timeline.codes[k]: float((~np.isnan(last_value(timeline, few, timeline.codes[k], hours))).mean()) for k in often
    }
    least = max(LEAST_SHARE, FEWEST / len(few))
    return sorted((c for c, s in shares.items() if s >= least), key=lambda c: (-shares[c], c))[:MOST]


def window(timeline: Timeline, cohort: Cohort, hours: float) -> tuple[Ints, Ints]:
    """Events known in the hours before a prediction, and the row they precede; a row of the cohort for each person.

    A person with several rows lends each event to the first row that comes after it in time.
    """
    order = np.lexsort((cohort.at, cohort.subject))
    subject, at = cohort.subject[order], cohort.at[order]
    question = np.repeat([0, 1], [len(order), len(timeline)])
    sorted_all = np.lexsort((1 - question, np.r_[at, timeline.recorded], np.r_[subject, timeline.subject]))
    rows_before = np.empty(len(question), np.int64)
    rows_before[sorted_all] = np.cumsum(question[sorted_all] == 0)
    nth = rows_before[len(order) :]
    held = np.minimum(nth, len(order) - 1)
    near = (nth < len(order)) & (subject[held] == timeline.subject) if len(order) else np.zeros(len(timeline), bool)
    near &= timeline.time > at[held] - int(hours * HOUR) if len(order) else False
    events = np.flatnonzero(near)
    return events, order[held[events]]


def _codes(timeline: Timeline, cohort: Cohort) -> set[str]:
    return {timeline.codes[k] for k in np.flatnonzero(_common(timeline, np.isin(timeline.subject, cohort.subject)))}


def _common(timeline: Timeline, of: Bools) -> Bools:
    """(codes,) which at least FEWEST persons have among the events `of` (n,)."""
    width = max(len(timeline.codes), 1)
    pairs = np.unique(timeline.subject[of] * width + timeline.code[of])
    return np.asarray(np.bincount(pairs % width, minlength=len(timeline.codes)) >= FEWEST)


def _unseen(timeline: Timeline, cohort: Cohort, hours: float) -> float:
    """Halves of the persons, by chance: what share of the one's events has codes that are not common in the other."""
    half: Bools = np.random.default_rng(SEED).random(len(timeline.subjects)) < 0.5
    first = half[timeline.subject]
    seen = _common(timeline, first & np.isin(timeline.subject, cohort.subject))
    events, _ = window(timeline, cohort, hours)
    asked = events[~first[events]]
    return float((~seen[timeline.code[asked]]).mean()) if len(asked) else 0.0


def _means(columns: npt.NDArray[np.floating]) -> Sequence[float]:
    """Of what is known."""
    known = ~np.isnan(columns)
    return [float(c[k].mean()) if k.any() else 0.0 for c, k in zip(columns.T, known.T, strict=True)]
