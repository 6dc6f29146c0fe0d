"""Eponyms, drugs and laboratory words are protected; persons who are called so are not."""

import pytest

from nlp.deid.note import Note
from nlp.deid.protect import Protect

SAFE = [
    ("He has Parkinson disease.", "Parkinson"), ("Murphy's sign negative", "Murphy"), ("Homans negative", "Homans"),
    ("a Foley was placed", "Foley"), ("Glasgow Coma Scale 15", "Glasgow"), ("on Lipitor 40 mg", "Lipitor"),
    ("Guillain-Barré syndrome", "Guillain-Barré"), ("Wells score 3", "Wells"), ("enfermedad de Crohn", "Crohn"),
    ("started on Zanubrutinib", "Zanubrutinib"), ("Kerley B lines", "Kerley"),
]  # fmt: skip
CALLED = [
    ("Dr. Parkinson agrees", "Parkinson"), ("Mr. Wells came", "Wells"), ("Nancy Crohn, MD", "Crohn"),
    ("Crohn, Nancy", "Crohn"), ("Bell called today", "Bell"), ("Name: Foley", "Foley"), ("Clement came in", "Clement"),
]  # fmt: skip


def kept(text: str) -> set[str]:
    return {text[span.start : span.end] for span in Protect().safe(Note(text))}


@pytest.mark.parametrize(("text", "word"), SAFE)
def test_medical_words_are_protected(text: str, word: str) -> None:
    assert word in kept(text)


@pytest.mark.parametrize(("text", "word"), CALLED)
def test_persons_are_not(text: str, word: str) -> None:
    assert word not in kept(text)
