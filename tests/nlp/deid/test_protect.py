"""Eponyms, drugs and laboratory words are protected; persons who are called so are not."""

import pytest

from nlp.deid.note import Note
from nlp.deid.protect import Protect

SAFE = [
    ("He has Parkinson disease.", "Parkinson"), ("Murphy's sign negative", "Murphy"), ("Homans negative", "Homans"),
    ("a Foley was placed", "Foley"), ("Glasgow Coma Scale 15", "Glasgow"), ("on Lipitor 40 mg", "Lipitor"),
    ("Guillain-Barré syndrome", "Guillain-Barré"), ("Wells score 3", "Wells"), ("enfermedad de Crohn", "Crohn"),
    ("hx raynaud's, esrd", "raynaud"), ("Kell typing requested", "Kell"),
    ("farmer with Wegener's diagnosed", "Wegener"),
    ("ABG 7.24/52/93/22", "7.24/52/93/22"), ("Vent AC 14/468", "14/468"), ("Apgar 8/9", "8/9"), ("VA 20/21", "20/21"),
    ("0521 c/o pain", "0521"), ("07:54\t149/57\t78\t7\tup", "149/57"), ("PAGES: 11", "11"), ("Bip, M.D., 2", "M.D"),
    ("toxoid, 0.7 mL. Lot 154615.", "154615"), ("Factor V Leiden", "Factor V Leiden"),
    ("oob w hoyer lift x2", "hoyer lift x2"),
    ("started on Zanubrutinib", "Zanubrutinib"), ("Kerley B lines", "Kerley"),
]  # fmt: skip
CALLED = [
    ("Dr. Parkinson agrees", "Parkinson"), ("Mr. Wells came", "Wells"), ("Nancy Crohn, MD", "Crohn"),
    ("Crohn, Nancy", "Crohn"), ("Bell called today", "Bell"), ("Name: Foley", "Foley"), ("Clement came in", "Clement"),
    ("1445 Oak St", "1445"), ("on 3/12/2019", "3/12/2019"), ("Foley 12/9", "12/9"), ("spoke with Crohn", "Crohn"),
]  # fmt: skip


def kept(text: str) -> set[str]:
    return {text[span.start : span.end] for span in Protect().safe(Note(text))}


@pytest.mark.parametrize(("text", "word"), SAFE)
def test_medical_words_are_protected(text: str, word: str) -> None:
    assert word in kept(text)


@pytest.mark.parametrize(("text", "word"), CALLED)
def test_persons_are_not(text: str, word: str) -> None:
    assert word not in kept(text)
