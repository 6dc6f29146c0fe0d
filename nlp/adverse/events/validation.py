"""How well systems answer notes that were held out: cross-validation of one event on labelled notes."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eval import agreement
from eval.resampling import Estimate, draws
from nlp.adverse.events.calibration import folds
from nlp.adverse.events.event import Event
from nlp.adverse.events.note import EventNote
from nlp.adverse.events.systems import named

FOLDS = 5


@dataclass(frozen=True)
class Validated:
    """`kappa` with its interval over notes; `right`: share of labels; `cpu_s` of one training."""

    kappa: Estimate
    right: float
    cpu_s: float


def validated(
    systems: Sequence[str],
    event: Event,
    notes: Sequence[EventNote],
    labels: Sequence[str],
    *,
    seed: int = 1,
    tell: Callable[[str], None] = lambda _: None,
) -> Mapping[str, Validated]:
    """Each system on the same folds."""
    found: dict[str, Validated] = {}
    for name in systems:
        found[name] = _one(name, event, notes, labels, seed)
        said = found[name]
        tell(f"{name}: {told(said)}")
    return found


def told(one: Validated) -> str:
    """For a line of progress or of a card."""
    return (
        f"kappa {one.kappa.value:.3f} [{one.kappa.low:.3f}, {one.kappa.high:.3f}], {one.right:.1%} of labels right, "
        f"{one.cpu_s:.1f} CPU-seconds to train"
    )


def _one(name: str, event: Event, notes: Sequence[EventNote], labels: Sequence[str], seed: int) -> Validated:
    gold = [event.labels.index(label) for label in labels]
    said = np.zeros(len(gold), np.int64)
    spent: list[float] = []
    for ask in folds(gold, FOLDS, seed):
        learn = np.setdiff1d(np.arange(len(gold)), ask)
        system = named.make(name, event, seed)
        began = time.process_time()
        system.fit([notes[at] for at in learn], [labels[at] for at in learn])
        spent.append(time.process_time() - began)
        said[ask] = system.scores([notes[at] for at in ask]).argmax(1)
    answers: list[Any] = said.tolist()
    weights = draws([str(at) for at in range(len(gold))], seed=seed)
    right = float((said == np.array(gold)).mean())
    return Validated(agreement.estimate(gold, answers, weights), right, sum(spent) / len(spent))
