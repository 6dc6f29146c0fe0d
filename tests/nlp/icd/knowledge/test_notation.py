"""The notation of phrases."""

import pytest

from contract.errors import ConfigError
from nlp.icd.knowledge.notation import expand


@pytest.mark.parametrize(
    ("notation", "phrases"),
    [
        ("dolor", ["dolor"]),
        ("dolor;cólico", ["dolor", "cólico"]),
        ("a|b", ["a", "b"]),
        ("(a|b) c", ["a c", "b c"]),
        ("a [b|c] d", ["a b d", "a c d", "a d"]),
        (
            "hiper(tensión|tenso) [arterial]",
            ["hipertensión arterial", "hipertensión", "hipertenso arterial", "hipertenso"],
        ),
        ("(a [b|c]|d) e", ["a b e", "a c e", "a e", "d e"]),
        ("a;a", ["a"]),
    ],
)
def test_expands(notation: str, phrases: list[str]) -> None:
    assert expand(notation, "x.csv line 2") == phrases


@pytest.mark.parametrize("notation", ["(a", "a)", "[a", "a]", "(a]", "[a|b", "a;", "[a]", ""])
def test_bad_notation_names_the_place(notation: str) -> None:
    with pytest.raises(ConfigError, match=r"x\.csv line 2"):
        expand(notation, "x.csv line 2")


def test_a_line_has_a_limit() -> None:
    with pytest.raises(ConfigError, match="more than 8 phrases"):
        expand("(a|b)(a|b)(a|b)(a|b)", "x.csv line 2", most=8)
