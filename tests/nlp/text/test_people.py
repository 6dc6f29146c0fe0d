"""Two patients in one note: what is another's is marked so; one patient's note is left alone."""

from pathlib import Path

import pytest
import yaml

from nlp.text.assertion import Asserter
from nlp.text.people import parts
from tests.nlp.text.test_assertion import marked

CASES = yaml.safe_load(Path(__file__).with_name("people.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("language", "written"), [(language, case) for language in CASES for case in CASES[language]])
def test_whose_a_mention_is(language: str, written: str) -> None:
    text, spans, expected = marked(written)
    assert [found.kind for found in Asserter(language).assertions(text, spans)] == [kind for kind, _ in expected]


def test_the_cue_is_the_label() -> None:
    text = "Twin A: well.\nTwin B: fever."
    (found,) = Asserter("en").assertions(text, [(22, 27)])
    assert found.cue is not None and text[slice(*found.cue)] == "Twin B:"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "No label at all.",
        "Patient: has a cough.",
        "Baby: well.",
        "Case 1: one case alone.",
        "Twin A: one twin alone.",
    ],
)
def test_one_patient_has_no_parts(text: str) -> None:
    assert parts(text) == []
