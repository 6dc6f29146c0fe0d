"""Words of two languages that are one word have one root, and others do not."""

import pytest

from nlp.icd.titles.roots import root

ONE = """pyelonephritis pielonefritis; hemorrhage hemorragia; infection infección; infections infecciones;
stenosis estenosis; hypertension hipertensión; nephropathy nefropatía; chronic crónica; cardiac cardíacos;
pneumothorax neumotórax; obesity obesidad; ischemic isquémica; hypothyroidism hipotiroidismo; ataxic atáxica;
staphylococcus estafilococo; paraplegia paraplejia; urethra uretra; metastatic metastático"""
OTHER = "gastritis gástrico; nephritis nefrosis; hypertension hipotensión; hypoglycemia hiperglucemia"


@pytest.mark.parametrize("pair", ONE.split(";"))
def test_cognates(pair: str) -> None:
    english, spanish = pair.split()
    assert root(english) == root(spanish, "es")


@pytest.mark.parametrize("pair", OTHER.split(";"))
def test_different_words(pair: str) -> None:
    english, spanish = pair.split()
    assert root(english) != root(spanish, "es")


def test_short_words_and_numbers_stay() -> None:
    assert [root(word) for word in ("of", "HTA", "b12")] == ["of", "hta", "b12"]
