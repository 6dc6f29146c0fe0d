"""The final system on made-up charts: saved and loaded it is the same; what bad input gives."""

from pathlib import Path

import pytest

from nlp.icd.chart import Chart, Evidence, Note
from nlp.icd.coder.coder import Coder

SAID = [("neumonía", "J18.9"), ("hipertensión arterial", "I10"), ("fiebre alta", "R50.9"), ("tos seca", "R05")]


def chart(number: int) -> Chart:
    """Every second chart has two of the phrases, marked."""
    first, second = SAID[number % 4], SAID[(number + number // 4) % 4]
    text = f"Paciente de {40 + number} años que acude con {first[0]}. Refiere también {second[0]} desde ayer."
    gold = {
        code: (Evidence(f"n{number}", text.index(words), text.index(words) + len(words), "marked"),)
        for words, code in (first, second)
    }
    return Chart(f"e{number}", (Note(f"n{number}", text, "es"),), gold)


@pytest.fixture(scope="module")
def coder() -> Coder:
    made = Coder(seed=1)
    made.fit([chart(number) for number in range(12)])
    return made


def test_saved_and_loaded_it_says_the_same(coder: Coder, tmp_path: Path) -> None:
    coder.save(tmp_path / "coder")
    asked = [Chart(each.encounter_id, each.notes) for each in map(chart, range(12, 20))]
    assert Coder.load(tmp_path / "coder").suggest(asked) == coder.suggest(asked)
    coder.save(tmp_path / "again")
    for file in (tmp_path / "coder").rglob("*.gz"):
        assert file.read_bytes() == (tmp_path / "again" / file.relative_to(tmp_path / "coder")).read_bytes()


@pytest.mark.parametrize("text", ["", " \n", "...", "de la"])
def test_without_words_nothing_is_said(coder: Coder, text: str) -> None:
    assert coder.suggest([Chart("e", ()), Chart("f", (Note("n", text, "es"),))]) == [[], []]


@pytest.mark.parametrize("text", ["xyzzy", "123", "a" * 50_000])
def test_words_that_say_nothing(coder: Coder, text: str) -> None:
    (said,) = coder.suggest([Chart("e", (Note("n", text, "es"),))])
    assert all(each.score < coder.threshold and each.evidence for each in said)


def test_another_language(coder: Coder) -> None:
    assert coder.suggest([Chart("f", (Note("n", "Le patient souffre", "fr"),))]) == [[]]
