"""Sentences: offsets, abbreviations, lists, tables, wrapped lines."""

import pytest

from nlp.text.sentences import sentences

EXAMPLES = [
    ("Dr. Smith saw her. She was well.", ["Dr. Smith saw her.", "She was well."]),
    ("Fiebre de 40 C. Ingresa por p.ej. tos.", ["Fiebre de 40 C.", "Ingresa por p.ej. tos."]),
    ("pneumonia vs. edema of 3.5 cm. next one", ["pneumonia vs. edema of 3.5 cm. next one"]),
    ("E. coli grew. Hepatitis C. She left.", ["E. coli grew.", "Hepatitis C.", "She left."]),
    ("1. Asthma\n2. Gout\n- cough", ["1. Asthma", "2. Gout", "- cough"]),
    (
        "Denies fever, chills,\r\nor vomiting.\r\nPlan:\r\nrest",
        ["Denies fever, chills,\r\nor vomiting.", "Plan:", "rest"],
    ),
    ("fever: no\ncough: yes\n\n", ["fever: no", "cough: yes"]),
    ("no fever. abdomen soft.", ["no fever.", "abdomen soft."]),
    ("Tos y fiebre.Se ingresa.", ["Tos y fiebre.", "Se ingresa."]),
    ("TA 110/60, F.C. 100. Afebril.", ["TA 110/60, F.C. 100.", "Afebril."]),
    ("Pregnant? No\nFever? Since Monday.", ["Pregnant? No", "Fever?", "Since Monday."]),
    (
        "WILL WATCH THIS LADY CLOSELY FOR\nFLUSHING ON ARIMIDEX.",
        ["WILL WATCH THIS LADY CLOSELY FOR\nFLUSHING ON ARIMIDEX."],
    ),
    (
        "Se le advierte del riesgo de\nAngioedema por ramipril.",
        ["Se le advierte del riesgo de\nAngioedema por ramipril."],
    ),
    ("Meds he is on\nAspirin", ["Meds he is on", "Aspirin"]),
    (
        "SHE WAS LAST HERE IN SPRING, SLEEPS AND EATS WELL, AND DENIES COUGH\nNAUSEA AND PAIN. WELL.",
        ["SHE WAS LAST HERE IN SPRING, SLEEPS AND EATS WELL, AND DENIES COUGH\nNAUSEA AND PAIN.", "WELL."],
    ),
    (
        "SHE WAS LAST HERE IN SPRING, SLEEPS AND EATS WELL, AND DENIES COUGH\nPHYSICAL EXAM\nWELL.",
        ["SHE WAS LAST HERE IN SPRING, SLEEPS AND EATS WELL, AND DENIES COUGH", "PHYSICAL EXAM", "WELL."],
    ),
    ("  \n \t ", []),
    ("half a sentence", ["half a sentence"]),
]


@pytest.mark.parametrize(("text", "expected"), EXAMPLES)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


def test_a_sentence_of_five_thousand_words_is_one() -> None:
    text = "word " * 5000
    assert sentences(text) == [(0, len(text) - 1)]
