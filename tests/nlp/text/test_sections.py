"""Sections: headings by words and place, in two languages; notes without them."""

import itertools

import pytest

from nlp.text.sections import sections

EXAMPLES = [
    ("en", "No headings here.", [""]),
    ("en", "", [""]),
    ("en", "PAST MEDICAL HISTORY:\nasthma\nAllergies: none", ["past_history", "allergies"]),
    ("en", "Seen today.\nFH: gout", ["", "family_history"]),
    ("en", "Plan\nrest", ["plan"]),
    ("en", "the plan: was made", [""]),
    ("en", "HISTORY OF PRESENT ILLNESS: pain. ALLERGIES: none.", ["history_present", "allergies"]),
    ("en", "Family History:\ngout\nPATIENT STATEMENT\nnone", ["family_history", "other"]),
    ("es", "ANTECEDENTES FAMILIARES: asma\r\nExploración física: soplo", ["family_history", "exam"]),
    ("es", "Exploracion fisica: soplo", ["exam"]),
    ("", "Alergias: no\nPlan: rest", ["allergies", "plan"]),
]


@pytest.mark.parametrize(("language", "text", "names"), EXAMPLES)
def test_sections(language: str, text: str, names: list[str]) -> None:
    found = sections(text, language)
    assert [section.name for section in found] == names
    assert [found[0].start, found[-1].end] == [0, len(text)]
    assert all(left.end == right.start for left, right in itertools.pairwise(found))
