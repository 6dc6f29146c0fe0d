"""Ours: words near the event's words, each with what is said of it, and a linear model. It serves from 50 labels."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from nlp.adverse.events.calibration import Calibration, fitted, held_out
from nlp.adverse.events.event import Event
from nlp.adverse.events.linear import Fitting, Linear, fit
from nlp.adverse.events.note import EventNote, Evidence, Floats
from nlp.adverse.events.reading import Read, read
from nlp.adverse.events.terms import Terms
from nlp.text.language import guess

STRENGTHS = (1.0, 4.0)
EXAMPLE = 0.5  # what an example of the event's file counts beside a labelled note
SHOWN = 5  # spans of evidence at most


@dataclass
class Windowed:
    event: Event
    seed: int = 1
    model: Linear | None = None
    calibration: Calibration = field(default_factory=Calibration)

    def __post_init__(self) -> None:
        self.terms = Terms(self.event)

    def fit(self, notes: Sequence[EventNote], labels: Sequence[str]) -> None:
        """The strength is the one that answers held-out notes best; the calibration is of the same answers."""
        order = self.event.labels
        bags = [read(note, self.terms).features for note in notes]
        gold = [order.index(label) for label in labels]
        shown = [
            read(EventNote(one.text, language=guess(one.text)), self.terms).features for one in self.event.examples
        ]
        told = [order.index(one.label) for one in self.event.examples]

        def learned(places: Sequence[int], strength: float) -> Linear:
            mine, answers = [bags[at] for at in places], [gold[at] for at in places]
            weights = [1.0] * len(mine) + [EXAMPLE] * len(shown)
            return fit(mine + shown, answers + told, weights, len(order), Fitting(strength))

        tried = {
            strength: held_out(
                gold,
                len(order),
                lambda learn, ask, strength=strength: learned(learn, strength).scores([bags[at] for at in ask]),  # type: ignore[misc]
                seed=self.seed,
            )
            for strength in STRENGTHS
        }
        best = min(tried, key=lambda strength: (round(_loss(tried[strength], gold), 3), strength))
        self.model = learned(range(len(bags)), best)
        self.calibration = fitted(tried[best], gold)

    def scores(self, notes: Sequence[EventNote]) -> Floats:
        return self.judged([read(note, self.terms) for note in notes])

    def judged(self, found: Sequence[Read]) -> Floats:
        if not found:
            return np.zeros((0, len(self.event.labels)))
        return self.calibration(self._learned.scores([one.features for one in found]))

    def evidence(self, notes: Sequence[EventNote]) -> list[list[Evidence]]:
        found = [read(note, self.terms) for note in notes]
        return [self.speaks(one, int(row.argmax())) for one, row in zip(found, self.judged(found), strict=True)]

    def speaks(self, found: Read, label: int) -> list[Evidence]:
        """What its words add to a label: mentions whole, other words for themselves."""
        sums: dict[tuple[int, int], float] = {}
        for name, places in found.places.items():
            weight = self._learned.adds(name, found.features.get(name, 0.0), label)
            for place in places:
                whole = _whole(place, found)
                sums[whole] = sums.get(whole, 0.0) + weight / len(places)
        strong = sorted((-weight, place) for place, weight in sums.items() if weight > 0)
        return _apart([Evidence(start, end, round(-weight, 4)) for weight, (start, end) in strong])

    @property
    def _learned(self) -> Linear:
        if self.model is None:
            raise ValueError("fit the system before it is asked")
        return self.model


def _whole(place: tuple[int, int], found: Read) -> tuple[int, int]:
    """The mention that the words are of, or the words."""
    return next(((m.start, m.end) for m in found.mentions if m.start <= place[0] and place[1] <= m.end), place)


def _loss(scores: Floats, gold: Sequence[int]) -> float:
    return float(-np.log(np.clip(scores[np.arange(len(gold)), list(gold)], 1e-6, 1)).mean())


def _apart(found: Sequence[Evidence]) -> list[Evidence]:
    """The strongest that do not overlap."""
    kept: list[Evidence] = []
    for one in found:
        if len(kept) < SHOWN and not any(each.start < one.end and one.start < each.end for each in kept):
            kept.append(one)
    return kept
