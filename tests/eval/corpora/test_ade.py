"""Sentences of the ADE corpus: offsets of documents become offsets of sentences, and bad lines are named."""

import os
from pathlib import Path

import pytest

from contract.errors import InputError
from eval.corpora.ade import DRUG, EFFECT, read_ade
from eval.corpora.related import read_related

DATA = Path(os.environ.get("CHARTLOOM_DATA", "/nowhere")) / "ade_corpus_v2"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="CHARTLOOM_DATA names no folder of open corpora")
TEXT = "Rash and fever began after tulipril; rash went when tulipril ended."
ROWS = [f"11|{TEXT}|Rash|100|104|tulipril|127|135", f"11|{TEXT}|fever|109|114|tulipril|127|135"]
NEGATIVE = ["11 NEG The skin was examined.", "12 NEG Nobody took part."]


def corpus(folder: Path, rows: list[str] = ROWS, negative: list[str] = NEGATIVE) -> Path:
    (folder / "DRUG-AE.rel").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "ADE-NEG.txt").write_text("\n".join(negative) + "\n", encoding="utf-8")
    return folder


def test_rows_of_one_sentence_are_one_sentence(tmp_path: Path) -> None:
    found = read_ade(corpus(tmp_path))
    (sentence,) = found.positive
    assert sentence.spans == ((0, 4, EFFECT), (9, 14, EFFECT), (27, 35, DRUG))
    assert sorted(sentence.relations) == [(2, 0), (2, 1)]
    assert [each.group for each in found.negative] == ["11", "12"]
    assert (found.mended, found.dropped, found.repeated) == (0, 0, 0)


def test_a_wrong_offset_is_mended_and_a_missing_word_dropped(tmp_path: Path) -> None:
    rows = [*ROWS, f"11|{TEXT}|rash|131|135|tulipril|152|160", f"11|{TEXT}|cough|109|114|tulipril|127|135"]
    found = read_ade(corpus(tmp_path, rows))
    (sentence,) = found.positive
    assert (37, 41, EFFECT) in sentence.spans
    assert (found.mended, found.dropped) == (1, 1)
    assert len(sentence.relations) == 3


def test_repeated_lines_count_once(tmp_path: Path) -> None:
    found = read_ade(corpus(tmp_path, [*ROWS, ROWS[0]], [*NEGATIVE, NEGATIVE[0], f"13 NEG {TEXT}"]))
    assert (len(found.positive[0].relations), len(found.negative), found.repeated) == (2, 2, 3)


def test_a_bar_in_a_sentence_is_part_of_it(tmp_path: Path) -> None:
    text = "Rash | after tulipril."
    found = read_ade(corpus(tmp_path, [f"11|{text}|Rash|5|9|tulipril|18|26"]))
    assert found.positive[0].text == text


@pytest.mark.parametrize(
    ("rows", "negative", "said"),
    [
        ([*ROWS, "11|short"], NEGATIVE, r"DRUG-AE\.rel, line 3.*2 fields, expected 8"),
        ([ROWS[0].replace("100", "x")], NEGATIVE, r"DRUG-AE\.rel, line 1.*offset"),
        (ROWS, ["11 POS Something."], r"ADE-NEG\.txt, line 1.*PMID NEG sentence"),
        ([], NEGATIVE, "no relation"),
    ],
)
def test_bad_lines_are_named(tmp_path: Path, rows: list[str], negative: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_ade(corpus(tmp_path, rows, negative))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no DRUG-AE\.rel"):
        read_ade(tmp_path)


@needs_data
def test_the_corpus_is_aligned() -> None:
    found = read_ade(DATA)
    assert (found.mended, found.dropped) == (0, 0)
    assert len(found.positive) > 2900
    assert all(text.spans[drug][2] == DRUG for text in found.positive for drug, _ in text.relations)


def test_marks_of_a_site(tmp_path: Path) -> None:
    path = tmp_path / "marks.jsonl"
    path.write_text(
        '{"patient_id":"p","text":"Rash after tulipril","spans":[{"start":0,"end":4,"label":"EFFECT"},'
        '{"start":11,"end":19,"label":"DRUG"}],"relations":[[1,0]]}\n'
    )
    (found,) = read_related(path)
    assert (found.group, found.relations) == ("p", ((1, 0),))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{}", "line 1: KeyError"),
        ('{"text":"ab","spans":[{"start":0,"end":9,"label":"DRUG"}]}', "outside the text"),
        ('{"text":"ab","spans":[],"relations":[[0,1]]}', "names a span that is not there"),
    ],
)
def test_bad_marks_are_named(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "marks.jsonl"
    path.write_text(line)
    with pytest.raises(InputError, match=said):
        read_related(path)
