"""Codes of mentions: as coded before, by name, by cues of behaviour and grade, by what a text abbreviates."""

from pathlib import Path

import pytest

from contract.errors import InputError
from nlp.pathology.oncology.icdo import Morphology
from nlp.pathology.oncology.kept import keep, kept
from nlp.pathology.oncology.names import names, usual
from nlp.pathology.oncology.normaliser import Normaliser
from nlp.pathology.oncology.short_forms import written_out
from nlp.pathology.oncology.words import said


def first(of: Normaliser, text: str, mention: str) -> str:
    start = text.index(mention)
    return of.codes(text, [(start, start + len(mention))])[0][0][0]


@pytest.mark.parametrize(
    ("mention", "code"),
    [
        ("Adenocarcinoma", "8140/3"),
        ("Leiomiosarcoma", "8890/3"),
        ("carcinoma lobulillar infiltrante", "8520/3"),
        ("melanoma uveal", "8720/3"),
        ("nevus displásico", "8727/0"),
        ("glioblastomas", "9440/3"),
    ],
)
def test_by_the_same_words_or_by_name(normaliser: Normaliser, mention: str, code: str) -> None:
    assert first(normaliser, f"Se observa {mention}.", mention) == code


def test_what_a_text_abbreviates_is_written_out(normaliser: Normaliser) -> None:
    text = "Biopsia: carcinoma de células de Merkel (CCM). Recidiva del CCM."
    assert written_out(text, "CCM") == "carcinoma de células de Merkel"
    assert normaliser.codes(text, [(60, 63)])[0][0][0] == "8247/3"
    assert written_out("Recidiva del CCM.", "CCM") == "CCM"


def test_probabilities_fall_and_none_is_above_one(normaliser: Normaliser) -> None:
    (codes,) = normaliser.codes("tumor raro de estirpe incierta", [(0, 30)])
    chances = [chance for _, chance in codes]
    assert chances == sorted(chances, reverse=True)
    assert all(0 < chance < 1 for chance in chances)


def test_kept_and_loaded_it_says_the_same(normaliser: Normaliser, tmp_path: Path) -> None:
    keep(normaliser, tmp_path)
    again = kept(tmp_path)
    words = [said(each) for each in ("adenocarcinoma G3 con metástasis", "carcinoma papilar de tiroides", "")]
    before, after = normaliser.guess(words), again.guess(words)
    assert [[code for code, _ in each] for each in before] == [[code for code, _ in each] for each in after]
    assert again.known == normaliser.known


def test_the_list_is_sound() -> None:
    """Codes are codes, and no name of one language has two."""
    found: dict[tuple[str, str], str] = {}
    for name in names():
        of = Morphology.of(name.code)
        assert of.code == name.code
        assert 8000 <= int(of.histology) <= 9993
        assert name.words
        assert found.setdefault((name.language, name.words), name.code) == name.code, name
    assert usual()["8140"] == "3"


def test_codes_are_taken_apart_and_put_together() -> None:
    assert Morphology.of("8500/33/H") == Morphology("8500", "3", "3", "H")
    assert Morphology.of("8500/33/H").plain == "8500/33"
    with pytest.raises(InputError, match="8140/3"):
        Morphology.of("8140")


def test_words_of_a_mention() -> None:
    assert said("Carcinoma  Grado III (pT3N0M1b)") == "carcinoma grado 3 pt 3 n 0 mone"
    assert said("cT2N0M0") == "ct 2 n 0 mzero"
