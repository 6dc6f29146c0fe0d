"""Suggestions held against rules: what is flagged, what is no longer accepted beforehand, what is hidden."""

import pytest

from nlp.icd.chart import HIDDEN, PRE_ACCEPT, REVIEW, Chart, Evidence, Note, Suggestion
from nlp.icd.encounter import Encounter, Visit
from nlp.icd.ruled import Rules

SURE = "The patient has pneumonia of the left lung."
UNKNOWN = Visit()
DOUBT = "Final diagnosis: probable pneumonia."


def held(text: str, code: str, words: str, visit: Visit = UNKNOWN, country: str = "US", **note: str) -> Suggestion:
    at = text.index(words)
    chart = Chart("e", (Note("n", text, "en", **note),))
    said = Suggestion(code, 0.99, PRE_ACCEPT, (Evidence("n", at, at + len(words), "words"),))
    (found,) = Rules(country).ruled(Encounter(1, chart, 1, {}, visit), "ICD-10-CM", [said])
    return found


def test_what_is_established_stays_as_it_is() -> None:
    assert held(SURE, "J18.9", "pneumonia", Visit("inpatient", "female", 40)) == held(SURE, "J18.9", "pneumonia")
    assert held(SURE, "J18.9", "pneumonia").band == PRE_ACCEPT and held(SURE, "J18.9", "pneumonia").flags == ()


@pytest.mark.parametrize(
    ("setting", "band", "flag"),
    [("inpatient", PRE_ACCEPT, "uncertain-inpatient"), ("outpatient", HIDDEN, "uncertain-outpatient"),
     ("", REVIEW, "uncertain-setting")],
)  # fmt: skip
def test_a_doubt_counts_by_setting(setting: str, band: str, flag: str) -> None:
    found = held(DOUBT, "J18.9", "pneumonia", Visit(setting), kind="discharge")
    assert (found.band, found.flags) == (band, (flag,))


def test_rules_of_the_us_are_not_those_of_spain() -> None:
    found = held(DOUBT, "J18.9", "pneumonia", Visit("outpatient"), "ES")
    assert (found.band, found.flags) == (PRE_ACCEPT, ())


def test_a_denied_diagnosis_is_hidden_and_keeps_its_place() -> None:
    text = "The patient denies pneumonia. She has fever."
    encounter = Encounter(1, Chart("e", (Note("n", text, "en"),)), 1, {})
    spans = {"J18.9": (19, 28), "R50.9": (38, 43)}
    said = [Suggestion(code, 0.9, REVIEW, (Evidence("n", *at, "index"),)) for code, at in spans.items()]
    found = Rules().ruled(encounter, "ICD-10-CM", said)
    assert [(each.code, each.band) for each in found] == [("J18.9", HIDDEN), ("R50.9", REVIEW)]
    assert found[0].flags == ("negated",)
    assert Rules("ES").ruled(encounter, "ICD-10-CM", said) == said


@pytest.mark.parametrize(("source", "band"), [("similar", HIDDEN), ("index", REVIEW)])
def test_a_part_elsewhere_does_not_establish_what_was_denied(source: str, band: str) -> None:
    text = "The patient denies chest pain. She has pain in the left foot."
    spans = (Evidence("n", 19, 29, "dictionary"), Evidence("n", 39, 43, source))
    encounter = Encounter(1, Chart("e", (Note("n", text, "en"),)), 1, {})
    (found,) = Rules().ruled(encounter, "ICD-10-CM", [Suggestion("R07.9", 0.9, REVIEW, spans)])
    assert found.band == band


def test_what_the_person_denies_and_a_relative_has_is_told_as_the_relatives() -> None:
    text = "He denies asthma. His mother has asthma."
    spans = tuple(Evidence("n", at, at + 6, "index") for at in (10, text.rindex("asthma")))
    encounter = Encounter(1, Chart("e", (Note("n", text, "en"),)), 1, {})
    (found,) = Rules().ruled(encounter, "ICD-10-CM", [Suggestion("J45.909", 0.9, REVIEW, spans)])
    assert found.band == HIDDEN and "family-history" in found.flags


def test_a_code_that_does_not_exist_is_not_accepted_beforehand() -> None:
    found = held(SURE, "J18.999", "pneumonia")
    assert found.band == REVIEW and "exists" in found.flags
    assert held(SURE, "J18.999", "pneumonia", country="ES").band == PRE_ACCEPT


def test_one_mention_that_establishes_is_enough() -> None:
    text = f"No pneumonia on admission. {SURE}"
    spans = tuple(Evidence("n", at, at + 9, "words") for at in (3, text.rindex("pneumonia")))
    said = Suggestion("J18.9", 0.99, PRE_ACCEPT, spans)
    encounter = Encounter(1, Chart("e", (Note("n", text, "en"),)), 1, {})
    assert Rules().ruled(encounter, "ICD-10-CM", [said]) == [said]


def test_sex_and_both_sides_of_a_pair() -> None:
    chart = Chart("e", (Note("n", "x", "en"),))
    said = [Suggestion(code, 0.9, REVIEW) for code in ("O80", "J44.1", "J44.9")]
    found = Rules().ruled(Encounter(1, chart, 1, {}, Visit("inpatient", "male", 40)), "ICD-10-CM", said)
    assert "sex-conflict" in found[0].flags and "unspecified" in found[1].flags and "unspecified" in found[2].flags


def test_hidden_codes_and_procedures_are_left_alone() -> None:
    said = [Suggestion("J18.999", 0.1, HIDDEN)]
    encounter = Encounter(1, Chart("e", (Note("n", "x", "en"),)), 1, {})
    assert Rules().ruled(encounter, "ICD-10-CM", said) == said
    assert Rules().ruled(encounter, "ICD-10-PCS", [Suggestion("0", 0.9)]) == [Suggestion("0", 0.9)]


def test_what_only_a_relative_has_is_hidden_and_its_family_history_is_not() -> None:
    text = "Family history: father with colon cancer."
    encounter = Encounter(1, Chart("e", (Note("n", text, "en"),)), 1, {})
    spans = {"C18.9": (28, 40), "Z80.0": (16, 40)}
    said = [Suggestion(code, 0.9, REVIEW, (Evidence("n", *at, "index"),)) for code, at in spans.items()]
    cancer, history = Rules().ruled(encounter, "ICD-10-CM", said)
    assert (cancer.band, cancer.flags) == (HIDDEN, ("family-history", "see Z80.0"))
    assert (history.band, history.flags) == (REVIEW, ())


def test_what_may_only_happen_is_hidden() -> None:
    text = "Return if she develops pneumonia."
    encounter = Encounter(1, Chart("e", (Note("n", text, "en"),)), 1, {})
    (found,) = Rules().ruled(
        encounter, "ICD-10-CM", [Suggestion("J18.9", 0.9, PRE_ACCEPT, (Evidence("n", 23, 32, "index"),))]
    )
    assert (found.band, found.flags) == (HIDDEN, ("not-happened",))
