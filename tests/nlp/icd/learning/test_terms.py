"""Terms."""

from nlp.icd.learning.terms import normal


def test_normal_folds_case_accents_and_space() -> None:
    assert normal("  Infección\n urinaria. ") == "infeccion urinaria"
    assert normal("«COPD»") == "copd"
    assert normal(" .,; ") == ""
