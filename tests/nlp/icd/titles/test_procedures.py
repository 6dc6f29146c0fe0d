"""Procedures are made of axes: what is done, and to which part."""

import re

import pytest

from nlp.icd.titles.lexicon import Lexicon
from nlp.icd.titles.procedures import procedures
from nlp.icd.titles.titles import Titles


@pytest.fixture(scope="module")
def titles() -> Titles:
    return Titles.of("ICD-10-PCS", lexicon=Lexicon())


def test_codes_are_the_beginning_of_a_procedure() -> None:
    assert {entry.code for entry in procedures() if not re.fullmatch(r"[0-9A-HJ-NP-Z]{4,7}", entry.code)} == set()


@pytest.mark.parametrize(
    ("phrase", "language", "code"),
    [
        ("ecografía renal bilateral", "es", "BT43"),
        ("TAC abdominopélvico", "es", "BW21"),
        ("nefrectomía derecha", "es", "0TT0"),
        ("resonancia magnética cerebral", "es", "B030"),
        ("radiografía de tórax", "es", "BW03ZZZ"),
        ("amputación del tercer dedo del pie derecho", "es", "0Y6T"),
        ("biopsy of the left breast", "en", "0HBU"),
        ("chest x-ray", "en", "BW03"),
    ],
)
def test_procedures_that_nobody_used(titles: Titles, phrase: str, language: str, code: str) -> None:
    assert code in [found for found, _ in titles.near(phrase, language, 5)]
