"""Notes of other languages are told from those the coder knows."""

import pytest

from nlp.icd.language import language

TOLD = {
    "en": "A 65-year-old patient was admitted for chest pain. He has a history of hypertension and type 2 diabetes. "
    "On examination there was oedema of the legs and dyspnoea on exertion, with a cough for three days.",
    "es": "Paciente de 65 años que ingresa por dolor torácico. Tiene antecedentes de hipertensión y diabetes tipo 2. "
    "A la exploración presenta edemas de las piernas y disnea de esfuerzo, con tos desde hace tres días.",
}
OTHERS = {
    "fr": "Patient de 65 ans admis pour une douleur thoracique depuis trois jours. Il est connu pour une hypertension "
    "et un diabète de type 2. L'examen montre un oedème des jambes. On note une dyspnée à l'effort et une toux.",
    "de": "Der Patient wurde wegen Brustschmerzen aufgenommen. Bekannt sind eine arterielle Hypertonie und ein "
    "Diabetes mellitus Typ 2. Die Untersuchung zeigte Ödeme an beiden Beinen und eine Dyspnoe seit drei Tagen.",
    "pt": "Paciente de 65 anos internado por dor torácica há três dias. Tem antecedentes de hipertensão arterial e "
    "diabetes tipo 2. Ao exame apresenta edema dos membros inferiores e dispneia aos esforços com uma tosse seca.",
    "it": "Paziente di 65 anni ricoverato per dolore toracico da tre giorni. Ha una storia di ipertensione arteriosa "
    "e diabete di tipo 2. All'esame si nota edema degli arti inferiori e dispnea da sforzo con una tosse secca.",
    "ru": "Пациент поступил с болью в груди в течение трех дней, известна гипертония и диабет.",
    "zh": "患者因胸痛三天入院，有高血压和糖尿病史，查体双下肢水肿。",
}
TERSE = "HTN, DM2, COPD, CHF. BP 120/80, Na 140. furosemide 40"


@pytest.mark.parametrize("name", TOLD)
@pytest.mark.parametrize("declared", ["", "en-US", "es"])
def test_what_the_text_shows_goes_before_what_is_declared(name: str, declared: str) -> None:
    assert language(TOLD[name], declared, ("es", "en"), "en") == name


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("declared", ["", "en"])
def test_another_language_is_left_alone(name: str, declared: str) -> None:
    assert language(OTHERS[name], declared, ("es", "en"), "en") == ""


def test_a_text_that_shows_nothing_is_what_is_declared_or_assumed() -> None:
    assert language(TERSE, "", ("es", "en"), "en") == "en"
    assert language(TERSE, "es-ES", ("es", "en"), "en") == "es"
    assert language(TERSE, "fr", ("es", "en"), "en") == ""
