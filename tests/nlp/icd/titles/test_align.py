"""Words that stand beside each other in several sentences mean the same."""

from pathlib import Path

import pytest

from contract.errors import InputError
from nlp.icd.titles.build import main
from nlp.icd.titles.lexicon import Lexicon, aligned, learn
from nlp.icd.titles.parallel import beside

PAIRS = [
    (["quist", "riñon"], ["cist", "kidnei"]),
    (["quist", "higad"], ["cist", "liver"]),
    (["higad", "dolor"], ["liver", "pain"]),
    (["riñon", "dolor"], ["kidnei", "pain"]),
]


def test_best_translation_is_the_one_that_explains_all_sentences() -> None:
    meanings = aligned(PAIRS).meanings
    assert {word: held[0][0] for word, held in meanings.items()} == {
        "quist": "cist",
        "riñon": "kidnei",
        "higad": "liver",
        "dolor": "pain",
    }


def test_no_pairs() -> None:
    assert aligned([]) == Lexicon()


def test_sentences_left_out_in_one_language() -> None:
    one = [["a1", "b1", "c1"], ["x1", "x2", "x3", "x4"], ["d1", "e1", "f1", "g1"]]
    other = [["a1", "b1", "c1"], ["d1", "e1", "f1", "g1"]]
    pairs = list(beside(one, other))
    assert any("c1" in left and "c1" in right and "d1" not in right for left, right in pairs)
    assert any("d1" in left and "d1" in right and "c1" not in left for left, right in pairs)


def test_saved_and_loaded(tmp_path: Path) -> None:
    lexicon = Lexicon({"quist": (("cist", 0.75),)})
    lexicon.save(tmp_path / "words.json.gz")
    assert Lexicon.load(tmp_path / "words.json.gz") == lexicon


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("text_files", "El quiste duele.\n"), ("text_files_en", "The cyst hurts.\n")):
        (tmp_path / name).mkdir()
        for number in range(5):
            (tmp_path / name / f"{number}.txt").write_text(text, encoding="utf-8")
    return tmp_path


def test_learned_from_a_folder(folder: Path) -> None:
    assert {other for other, _ in learn([folder]).meanings["cist"]} == {"cist", "hurt"}


def test_a_folder_without_texts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="text_files"):
        learn([tmp_path])


def test_the_program_that_makes_a_lexicon(folder: Path) -> None:
    main([str(folder), "--out", str(folder / "words.json.gz")])
    assert Lexicon.load(folder / "words.json.gz") == learn([folder])
