"""Notes on several patients."""

import pytest

from nlp.adverse.chart.patients import several


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Patient 1: well.\nPatient 2: rash.", True),
        ("Bed 4: rash\nBed 5: well", True),
        ("MRN: 123\nwell\nMRN: 456\nrash", True),
        ("Paciente: Ana López\nbien\nPaciente: Eva Ruiz\nexantema", True),
        ("Patient: Ann Lee\nseen\nPatient: Ann Lee\nhome", False),
        ("Name: Ann Lee\nMRN: 123\nHistory: rash", False),
        ("The patient 2 days ago had a rash. Room air.", False),
        ("", False),
    ],
)
def test_several(text: str, expected: bool) -> None:
    assert several(text) is expected
