"""CANTEMIST's layout, read; what is wrong in it, told."""

from pathlib import Path

import pytest

from contract.errors import InputError
from eval.corpora.cantemist import MORPHOLOGY, Mention, read_cantemist

TEXT = "Paciente con seminoma.\nSin metástasis."
MARKS = (
    f"T1\t{MORPHOLOGY} 13 21\tseminoma\n#1\tAnnotatorNotes T1\t9061/3\n"
    f"T2\t{MORPHOLOGY} 27 37\tmetástasis\n#2\tAnnotatorNotes T2\t8000/6\n"
)


def corpus(folder: Path, marks: str = MARKS, codes: str = "") -> Path:
    (folder / "norm").mkdir(exist_ok=True)
    (folder / "norm" / "caso1.txt").write_text(TEXT, encoding="utf-8")
    (folder / "norm" / "caso1.ann").write_text(marks, encoding="utf-8")
    if codes:
        (folder / "coding").mkdir()
        (folder / "coding" / "x.tsv").write_text(codes, encoding="utf-8")
    return folder


def test_mentions_and_codes(tmp_path: Path) -> None:
    (case,) = read_cantemist(corpus(tmp_path, codes="file\tcode\ncaso1\t8000/6\n"))
    assert case.mentions == (Mention(13, 21, "9061/3"), Mention(27, 37, "8000/6"))
    assert case.codes == ("8000/6",)
    assert case.marked.spans[0] == (13, 21, MORPHOLOGY)


def test_codes_follow_from_the_mentions_where_there_is_no_list(tmp_path: Path) -> None:
    assert read_cantemist(corpus(tmp_path))[0].codes == ("9061/3", "8000/6")


@pytest.mark.parametrize(
    ("marks", "told"),
    [
        (f"T1\t{MORPHOLOGY} 13 21\tseminoma\n", "no line"),
        (MARKS.replace("9061/3", "9061"), "9061/3|8140/3"),
        (MARKS.replace("13 21", "13"), "line 1"),
        (MARKS.replace("27 37", "27 370"), "beyond the end"),
        (MARKS.replace("AnnotatorNotes T1", "AnnotatorNotes"), "line 2"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, marks: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_cantemist(corpus(tmp_path, marks))


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="CANTEMIST's layout"):
        read_cantemist(tmp_path)
