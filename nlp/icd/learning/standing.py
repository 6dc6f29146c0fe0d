"""What terms do to suggestions: two coders' word is shown, never pre-accepted alone; what is in shadow is not shown.

A ranker was trained before a term was known, and gives it nothing. Until it is trained again, a code whose active term
stands in the chart as present is as likely right as not, times the term's weight.
"""

from collections.abc import Sequence
from dataclasses import replace

from nlp.icd.chart import HIDDEN, PRE_ACCEPT, REVIEW, Chart, Suggestion
from nlp.icd.learning.terms import LEARNED, SHADOW
from nlp.text.assertion import Asserter

TAUGHT = 0.5
PRESENT = "present"


def taken_up(chart: Chart, said: Sequence[Suggestion]) -> list[Suggestion]:
    """The same suggestions, best first again, those of active terms raised to what coders said."""
    found = [_raised(chart, each) for each in said]
    return sorted(found, key=lambda each: -each.score) if found != list(said) else found


def _raised(chart: Chart, said: Suggestion) -> Suggestion:
    taught = [each for each in said.evidence if each.source == LEARNED]
    score = TAUGHT * max((each.weight for each in taught), default=0.0)
    if score <= said.score:
        return said
    texts = {note.note_id: note for note in chart.notes}
    for each in taught:
        note = texts[each.note_id]
        asserter = Asserter(note.language[:2])
        if asserter.assertions(note.text, [(each.start, each.end)])[0].kind == PRESENT:
            return replace(said, score=score, band=REVIEW)
    return said


def stood(said: Suggestion) -> Suggestion:
    """`learned` and `shadow` are the layers of evidence that terms give; any other one is support."""
    layers = {each.source for each in said.evidence}
    if layers == {SHADOW}:
        return replace(said, band=HIDDEN, flags=(*said.flags, SHADOW))
    if layers and layers <= {LEARNED, SHADOW}:
        band = REVIEW if said.band == PRE_ACCEPT else said.band
        return replace(said, band=band, flags=(*said.flags, LEARNED))
    return said
