"""What a suggestion may come to that rests on terms alone: never pre-accept; on terms in shadow alone, not shown."""

from dataclasses import replace

from nlp.icd.chart import HIDDEN, PRE_ACCEPT, REVIEW, Suggestion
from nlp.icd.learning.terms import LEARNED, SHADOW


def stood(said: Suggestion) -> Suggestion:
    """`learned` and `shadow` are the layers of evidence that terms give; any other one is support."""
    layers = {each.source for each in said.evidence}
    if layers == {SHADOW}:
        return replace(said, band=HIDDEN, flags=(*said.flags, SHADOW))
    if layers and layers <= {LEARNED, SHADOW}:
        band = REVIEW if said.band == PRE_ACCEPT else said.band
        return replace(said, band=band, flags=(*said.flags, LEARNED))
    return said
