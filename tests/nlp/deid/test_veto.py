"""The veto finds what nothing explains, and leaves what something does."""

import pytest

from nlp.deid.note import Note
from nlp.deid.veto import Veto


def found(text: str, language: str = "en") -> list[str]:
    return [text[span.start : span.end] for span in Veto().find([Note(text, language)])[0]]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("We spoke with Okonkwo about it.", "Okonkwo"), ("chart 48291734 reviewed", "48291734"),
        ("see KX8829104 for details", "KX8829104"), ("Seen by Dr. Brown again.", "Brown"),
        ("she asked Jessica to come", "Jessica"), ("THE NURSE TOLD JESSICA TO COME", "JESSICA"),
    ],
)  # fmt: skip
def test_the_unexplained_is_found(text: str, word: str) -> None:
    assert word in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Patient with Type 2 Diabetes Mellitus and Crohn disease on Lipitor.", "WBC 12500, platelets 250000/mL",
        "PAST MEDICAL HISTORY: CORONARY ARTERY DISEASE", "Physical Exam\nLungs: clear\nHeart: regular",
        "Took 5-10 mg. BP 120/80. Code I50.9. pT2N0M0.", "The Emergency Department was full on arrival.",
        "They used a Zubrowski clamp, and Okonkwo's sign was absent.",
    ],
)  # fmt: skip
def test_the_explained_is_left(text: str) -> None:
    assert found(text) == []
