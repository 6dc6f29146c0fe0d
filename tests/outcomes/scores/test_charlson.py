"""Comorbidity by code: systems, suffixes, the graver of two, and what is not a diagnosis."""

import numpy as np
import pytest

from outcomes.scores.charlson import comorbidity
from outcomes.scores.scored import knowledge
from tests.outcomes import timelines


def index(*codes: str, weights: str = "charlson") -> float:
    events: list[timelines.Event] = [(1, "2024-01-01", code, None, None, None) for code in codes]
    made = timelines.timeline(events)
    return float(comorbidity(made, timelines.cohort(made, [(1, "2024-06-01", None)]), weights)[0])


@pytest.mark.parametrize(("codes", "expected", "in_lace"), [
    (["ICD10CM//I21.4"], 1, 1),
    (["ICD10CM//I21.4", "ICD9CM//410.71"], 1, 1),  # the same twice
    (["ICD10//I50.0", "ICD10CM//J44.9"], 2, 4),
    (["ICD9CM//428.0", "ICD9CM//250.40"], 3, 4),
    (["ICD10CM//E11.9", "ICD10CM//E11.22"], 2, 2),  # the graver counts
    (["ICD10CM//K74.60", "ICD10CM//K76.6"], 3, 4),
    (["ICD10CM//C50.911", "ICD10CM//C78.00"], 6, 6),
    (["ICD10CM//C44.91"], 0, 0),  # skin cancer that is no melanoma
    (["ICD10CM//K25.9", "ICD10CM//G81.90"], 3, 0),
    (["ICD10CM//N18.6", "ICD10CM//B20"], 8, 6),
    (["SNOMED//44054006", "SNOMED//22298006//REASON", "SNOMED//433144002//BILLED"], 4, 4),
    (["ICD10CM//Z00.0", "SNOMED//22298006//CAREPLAN", "SNOMED//22298006//ALLERGY"], 0, 0),
    (["ICD9CM//V42.0", "ICD10CM//V42.0"], 2, 2),  # a kidney transplant; ICD-10's V42.0 is a crash
])  # fmt: skip
def test_codes(codes: list[str], expected: float, in_lace: float) -> None:
    assert index(*codes) == expected
    assert index(*codes, weights="lace") == in_lace


def test_without_any_diagnosis_nothing_is_known() -> None:
    assert np.isnan(index("LOINC//8867-4", "SNOMED//1"))


def test_groups_are_the_seventeen_with_the_weights_of_1987() -> None:
    rows = knowledge("charlson")
    assert len(rows) == 17
    assert sum(row["charlson"] for row in rows) == 10 * 1 + 4 * 2 + 3 + 2 * 6
    names = {row["name"] for row in rows}
    assert {row["graver"] for row in rows if "graver" in row} <= names
