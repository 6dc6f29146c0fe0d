"""Every template, in every combination, is read back by the labeller as exactly what it was made from."""

from itertools import product

import pytest

from imaging.drafting import written
from imaging.drafting.stated import changes, said
from imaging.drafting.words import SURGICAL, kinds, normal, templates
from imaging.finding import DEVICE, POSITIONS, SEVERITIES, SIDES, Finding
from imaging.labeller.knowledge import findings
from imaging.labeller.labeller import Labeller


def combinations(name: str) -> list[Finding]:
    template = templates()[name]
    sides = ("", *SIDES) if template.sided else ("",)
    grades = ("", *SEVERITIES) if template.grades else ("",)
    positions = ("", *POSITIONS) if template.positions else ("",)
    return [Finding(name, *words) for words in product(sides, grades, positions)]


@pytest.mark.parametrize("name", templates())
def test_present(name: str) -> None:
    for found in combinations(name):
        text = written.present(found)
        assert [(each.finding, each.state, each.tip) for each in said(text)] == [(found, "present", "")], text
        assert not changes(text), text
        assert text[0].isupper() and text.endswith(".") and "  " not in text and "{" not in text


@pytest.mark.parametrize("name", templates())
def test_absent_and_compared(name: str) -> None:
    text = written.absent(name)
    assert [(each.finding, each.state) for each in said(text)] == [(Finding(name), "negated")], text
    assert not changes(text), text
    for claim in ("new", "unchanged", "resolved"):
        text = written.against_prior(name, claim)
        state = "negated" if claim == "resolved" else "present"
        assert [(each.finding, each.state) for each in said(text)] == [(Finding(name), state)], text
        assert changes(text) - {"mentions"} == {claim}, text


def test_there_is_one_for_everything_the_labeller_knows() -> None:
    assert set(templates()) == {*findings(), *kinds(), SURGICAL, DEVICE}
    for name, known in findings().items():
        assert templates()[name].sided == known.sided, name


def test_nothing_is_said_that_has_no_words() -> None:
    found = written.sayable(Finding("cardiomegaly", "left", "mild", "bad", 0.7))
    assert found == Finding("cardiomegaly", "", "mild", "", 0.7)


def test_the_normal_sentence_denies_and_states_nothing() -> None:
    labels = Labeller().one(normal())
    assert len(labels) > 4 and {label.state for label in labels} == {"negated"}
