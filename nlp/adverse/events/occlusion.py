"""Evidence of a system that cannot say why: what its answer loses when a sentence is left out."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from nlp.adverse.events.note import EventNote, Evidence, Floats
from nlp.text.sentences import sentences

MOST = 60  # sentences that are left out, one after the other
SHOWN = 5


def occluded(scores: Callable[[Sequence[EventNote]], Floats], note: EventNote) -> list[Evidence]:
    spans = sentences(note.text, note.language)[:MOST]
    if not spans:
        return []
    text = note.text
    without = [replace(note, text=text[:start] + text[end:]) for start, end in spans]
    said = scores([note, *without])
    label = int(said[0].argmax())
    lost = said[0, label] - said[1:, label]
    order = np.argsort(-lost, kind="stable")[:SHOWN]
    return [Evidence(spans[at][0], spans[at][1], round(float(lost[at]), 4)) for at in order if lost[at] > 0]
