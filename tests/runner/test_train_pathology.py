"""`chartloom train pathology`: what each part asks for, and what is refused before anything is learned."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from runner.cli import app

TEXT = "Se observa un tumor de colon."


def train(*words: object) -> str:
    done = CliRunner().invoke(app, ["train", "pathology", *map(str, words)])
    return done.output + str(done.exception or "")


def test_an_encoder_that_is_not_there_is_refused_before_anything_is_learned(tmp_path: Path) -> None:
    (tmp_path / "c.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "c.ann").write_text("T1\tMORFOLOGIA_NEOPLASIA 14 19\ttumor\n#1\tAnnotatorNotes T1\t8000/1\n")
    told = train("--data", tmp_path, "--out", tmp_path / "oncology", "--encoder", tmp_path / "nowhere")
    assert "nowhere is no trained artifact" in told and "learned" not in told


def test_an_encoder_learns_from_texts(tmp_path: Path) -> None:
    assert "holds no texts" in train("--part", "encoder", "--data", tmp_path, "--out", tmp_path / "encoder")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--part", "breast", "--unmarked", "texts"], "are for oncology; --part is breast"),
        (["--part", "encoder", "--encoder", "none"], "are for oncology; --part is encoder"),
        (["--unmarked", "texts", "--encoder", "none"], "expected one of them, or neither"),
        (["--part", "lung"], "expected oncology, breast, encoder"),
    ],
)
def test_what_does_not_go_together_is_refused(words: list[str], told: str, tmp_path: Path) -> None:
    assert told in train("--data", tmp_path, "--out", tmp_path / "out", *words)
    assert not (tmp_path / "out").exists()
