"""The language of a note is told from its text, or not at all."""

import pytest

from nlp.text.language import guess

TEXTS = {
    "en": "The patient is a man with pain in the left leg. He denies fever and was seen by the team.",
    "es": "Paciente que acude por dolor en la pierna izquierda, sin fiebre. Se realizó una ecografía.",
    "zh": "患者因左腿疼痛入院,无发热,血压120/80mmHg。",
    "": "Пациент жалуется на боль в левой ноге.",
}


@pytest.mark.parametrize(("language", "text"), TEXTS.items())
def test_the_language_is_told(language: str, text: str) -> None:
    assert guess(text) == language


@pytest.mark.parametrize(
    "text", ["", "12345 67", "Der Patient klagt über Schmerzen im linken Bein und hat kein Fieber."]
)
def test_what_cannot_be_told_is_no_language(text: str) -> None:
    assert guess(text) == ""
