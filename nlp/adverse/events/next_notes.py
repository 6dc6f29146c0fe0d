"""Which notes to label next: those that the reader is least sure of, and that are unlike each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlp.adverse.events.note import EventNote, Floats
from nlp.adverse.events.reading import Bag, read
from nlp.adverse.events.systems.windowed import Windowed

SPOKEN = 0.3  # how much more a note is worth that speaks of the event


@dataclass(frozen=True)
class Chosen:
    """`at`: which of the notes; `doubt` from 0 (sure) to 1 (two labels are as likely)."""

    at: int
    doubt: float
    label: str


def choose(
    system: Windowed, notes: Sequence[EventNote], count: int, labelled: Sequence[EventNote] = ()
) -> list[Chosen]:
    """Greedy: doubt by margin, times how unlike a note is to what is labelled or chosen (cosine of its features)."""
    found = [read(note, system.terms) for note in notes]
    if not found:
        return []
    scores = system.judged(found)
    doubt = _doubt(scores)
    worth = doubt + SPOKEN * np.array([bool(one.mentions) for one in found])
    old = [read(note, system.terms).features for note in labelled]
    vectors = _vectors([one.features for one in found] + old)
    near = np.zeros(len(notes))
    for row in range(len(notes), vectors.shape[0]):
        near = np.maximum(near, _likeness(vectors, row, len(notes)))
    chosen: list[int] = []
    while len(chosen) < min(count, len(notes)):
        value = worth * (1 - near)
        value[chosen] = -1.0
        at = int(value.argmax())
        chosen.append(at)
        near = np.maximum(near, _likeness(vectors, at, len(notes)))
    return [Chosen(at, round(float(doubt[at]), 4), system.event.labels[int(scores[at].argmax())]) for at in chosen]


def first(system: Windowed, notes: Sequence[EventNote], count: int) -> list[int]:
    """Before anything is labelled: notes that speak of the event in unlike ways, a quarter that do not."""
    found = [read(note, system.terms) for note in notes]
    order = sorted(range(len(notes)), key=lambda at: not found[at].mentions)
    speaks = [at for at in order if found[at].mentions][: max(0, len(order))]
    silent = [at for at in order if not found[at].mentions]
    vectors = _vectors([one.features for one in found])
    wanted = (
        min(count - count // 4, len(speaks)) if len(silent) >= count // 4 else min(count - len(silent), len(speaks))
    )
    return _unlike(vectors, speaks, wanted) + _unlike(vectors, silent, min(count - wanted, len(silent)))


def _unlike(vectors: Any, among: Sequence[int], count: int) -> list[int]:
    chosen: list[int] = []
    near = np.zeros(vectors.shape[0])
    left = list(among)
    while left and len(chosen) < count:
        at = min(left, key=lambda one: (near[one], one))
        chosen.append(at)
        left.remove(at)
        near = np.maximum(near, _likeness(vectors, at, vectors.shape[0]))
    return chosen


def _doubt(scores: Floats) -> Floats:
    two = np.sort(scores, 1)[:, -2:]
    return 1.0 - (two[:, 1] - two[:, 0])


def _vectors(bags: Sequence[Bag]) -> Any:
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.preprocessing import normalize

    return normalize(DictVectorizer().fit_transform(bags))


def _likeness(vectors: Any, row: int, count: int) -> Floats:
    return (vectors[:count] @ vectors[row].T).toarray().ravel()  # type: ignore[no-any-return]
