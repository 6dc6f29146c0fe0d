"""Which codes become features, and how: learned from training rows, from what was known at their predictions only."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from contract.errors import InputError
from outcomes.cohort import Cohort
from outcomes.features.asof import known
from outcomes.features.layers import LAYERS, columns
from outcomes.features.plan import Plan
from outcomes.features.tally import Tally, tally, unit_table, usual
from outcomes.timeline import Bools, Floats, Ints, Timeline

VERSION = 1
Entries = Mapping[str, "Entry"]


@dataclass(frozen=True)
class Entry:
    """A code, or what codes are taken together as."""

    kind: str  # value, count or answer
    persons: int  # of training, who have it
    unit: str | None = None  # of values; a value in another unit, or with none where this says one, is unknown
    low: float = -math.inf  # values below count as this
    high: float = math.inf
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    plan: Plan
    layers: Mapping[str, Entries] = field(default_factory=dict)  # by layer and name, both sorted
    persons: int = 0
    unseen: float = 0.0  # share of training events of codes that became nothing: what drift is compared with

    def names(self, layer: str, *kinds: str) -> tuple[str, ...]:
        return tuple(name for name, entry in self.layers.get(layer, {}).items() if entry.kind in kinds)

    def save(self, path: Path) -> None:
        path.write_bytes(orjson.dumps({"version": VERSION, **asdict(self)}, option=orjson.OPT_INDENT_2))


def load(path: Path) -> Vocabulary:
    said = orjson.loads(path.read_bytes())
    try:
        if said.pop("version") == VERSION:
            return _read(said)
    except (KeyError, TypeError, AttributeError):
        pass  # told below: it is not what this release writes
    raise InputError(f"{path.name}: expected a vocabulary of version {VERSION}. Train again with this release.")


def _read(said: dict[str, Any]) -> Vocabulary:
    plan = said.pop("plan")
    for kind in ("values", "counts"):
        plan[kind] = {window: tuple(aggregates) for window, aggregates in plan[kind].items()}
    plan |= {name: tuple(plan[name]) for name in ("without", "shifts")}
    layers = {layer: {name: _entry(one) for name, one in some.items()} for layer, some in said.pop("layers").items()}
    return Vocabulary(Plan(**plan), layers, **said)


def _entry(said: Mapping[str, object]) -> Entry:
    """JSON has no infinity: null is none."""
    no = {"low": -math.inf, "high": math.inf, "unit": None}
    known_ = {
        key: no[key] if one is None else tuple(one) if isinstance(one, list) else one for key, one in said.items()
    }
    return Entry(**known_)  # type: ignore[arg-type]


def learn(timeline: Timeline, cohort: Cohort, plan: Plan | None = None) -> Vocabulary:
    """Of each person what was known at the last prediction. Labels are not read."""
    plan = plan or Plan()
    last = _last_rows(cohort)
    numbers = unit_table(timeline, known(timeline, last))
    layers: dict[str, Entries] = {}
    for layer, above in LAYERS.items():
        codes = tuple("" if left_out(code, plan.without) else code for code in timeline.codes)
        names = sorted({name for code in codes if code and (name := above(code))})
        place = columns(layer, codes, names)
        found = tally(timeline, known(timeline, last), place, usual(numbers, place, len(names)))
        layers[layer] = _chosen(timeline, found, names, plan, len(last))
    layers["parent"] = {name: Entry("count", one.persons) for name, one in layers["parent"].items()}
    layers["concept"] = {name: one for name, one in layers["concept"].items() if _several(name, layers["code"])}
    learned = Vocabulary(plan, dict(sorted(layers.items())), len(last))
    missed = unseen(timeline, last, learned)
    return replace(learned, unseen=float(missed.mean()) if len(missed) else 0.0)


def _last_rows(cohort: Cohort) -> Cohort:
    by = np.lexsort((cohort.at, cohort.subject))
    subject = cohort.subject[by]
    return cohort.take(np.sort(by[np.r_[subject[1:] != subject[:-1], True]] if len(by) else by))


def left_out(code: str, without: Sequence[str]) -> bool:
    """One of them, or begins with one that ends in *."""
    return any(code.startswith(one[:-1]) if one.endswith("*") else code == one for one in without)


def _several(name: str, codes: Entries) -> bool:
    """A concept that one code alone measures here would say everything twice."""
    return sum(LAYERS["concept"](code) == name for code, one in codes.items() if one.kind == "value") > 1


def _chosen(timeline: Timeline, found: Tally, names: Sequence[str], plan: Plan, persons: int) -> Entries:
    least = max(plan.min_persons, math.ceil(plan.min_share * persons))
    common = np.argsort(-found.persons, kind="stable")[: plan.most]
    kept = sorted(int(column) for column in common if found.persons[column] >= least)
    return {names[column]: _described(timeline, found, column, plan, least) for column in kept}


def _described(timeline: Timeline, found: Tally, column: int, plan: Plan, least: int) -> Entry:
    persons = int(found.persons[column])
    valued, low, high = found.limits(column, plan.winsor)
    if valued >= max(plan.numeric_share * persons, 1):
        unit = timeline.units[found.unit[column]] if found.unit[column] >= 0 else None
        return Entry("value", persons, unit, low, high)
    answers = found.answers[column]
    if answers and len(answers) <= plan.most_answers:
        said = tuple(sorted(timeline.texts[text] for text, count in answers if count >= least))
        return Entry("answer", persons, answers=said)
    return Entry("count", persons)


def covered(timeline: Timeline, vocabulary: Vocabulary) -> Bools:
    """(codes,) which codes become something."""
    out = np.zeros(len(timeline.codes), bool)
    for layer, entries in vocabulary.layers.items():
        out |= columns(layer, timeline.codes, tuple(entries)) >= 0
    out |= np.array([left_out(code, vocabulary.plan.without) for code in timeline.codes], bool)
    return out


def unseen(timeline: Timeline, cohort: Cohort, vocabulary: Vocabulary) -> Floats:
    """(m,) the share of each prediction's known events that the vocabulary has no word for; 0 of no events."""
    missed = ~covered(timeline, vocabulary)
    parts = [share(missed[timeline.code[piece.event]], piece.starts) for piece in known(timeline, cohort)]
    return np.concatenate([np.zeros(0, np.float32), *parts])


def share(mask: Bools, starts: Ints) -> Floats:
    """(m,) of each row's pairs those that are meant; starts (m + 1,). 0 of none."""
    counts = np.diff(np.r_[0, np.cumsum(mask)][starts])
    return np.asarray(counts / np.maximum(np.diff(starts), 1), np.float32)
