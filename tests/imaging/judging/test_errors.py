"""Errors between two reports: each of six kinds, and none where the same is said otherwise."""

from pathlib import Path

import pytest
import yaml

from imaging.judging.errors import KINDS, Judge

CASES = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8"))
JUDGE = Judge()


@pytest.mark.parametrize("case", CASES["errors"], ids=lambda case: case["draft"])
def test_errors_are_found(case: dict[str, str]) -> None:
    found = JUDGE.errors(case["reference"], case["draft"])
    assert [f"{e.kind} {e.finding or '-'} {e.said} {e.expected}" for e in found] == case["says"]


@pytest.mark.parametrize("case", [*CASES["same"], *CASES["errors"]], ids=lambda case: case["reference"])
def test_the_same_is_no_error(case: dict[str, str]) -> None:
    assert JUDGE.errors(case["reference"], case["reference"]) == []
    if "says" not in case:
        assert JUDGE.errors(case["reference"], case["draft"]) == JUDGE.errors(case["draft"], case["reference"]) == []


def test_every_kind_has_a_case() -> None:
    assert {said.split()[0] for case in CASES["errors"] for said in case["says"]} == set(KINDS)


def test_errors_point_at_the_words() -> None:
    reference, draft = "Heart is normal. Small left effusion.", "Small right effusion. Heart is normal."
    (found,) = JUDGE.errors(reference, draft)
    assert [draft[slice(*place)] for place in found.draft] == ["effusion"]
    assert [reference[slice(*place)] for place in found.reference] == ["effusion"]
