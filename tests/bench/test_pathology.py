"""What bench.pathology counts on small cases, and that real cases are read as they are told."""

import os
from pathlib import Path

import pytest

from bench.pathology_literature import f1, label
from bench.pathology_oncology import by_dictionary, split
from eval.corpora.cantemist import Case, Mention


def case(name: str, text: str, *marks: tuple[str, str]) -> Case:
    mentions = tuple(Mention(text.index(words), text.index(words) + len(words), code) for words, code in marks)
    return Case(name, text, mentions, tuple(dict.fromkeys(code for _, code in marks)))


LEARN = [case("a", "Un seminoma con metástasis.", ("seminoma", "9061/3"), ("metástasis", "8000/6"))]


def test_the_dictionary_finds_what_it_learned() -> None:
    (one,) = by_dictionary(LEARN, [case("b", "Otro seminoma y un tumor.", ("seminoma", "9061/3"), ("tumor", "8000/1"))])
    assert one.spans == (1, 1, 2)
    assert one.norms == (1, 1, 2)
    assert one.precision == 0.5


def test_the_label_of_a_case_is_its_commonest_specific_histology() -> None:
    assert label(LEARN[0]) == "9061"
    assert label(case("c", "Un tumor.", ("tumor", "8000/1"))) is None


def test_micro_and_macro() -> None:
    assert f1(["a", "a", "b"], ["a", "a", "a"]) == pytest.approx((2 / 3, 0.4))


def test_folds_part_the_cases(tmp_path: Path) -> None:
    for at in range(5):
        (tmp_path / f"c{at}.txt").write_text("x", encoding="utf-8")
        (tmp_path / f"c{at}.ann").write_text("", encoding="utf-8")
    parts = list(split(tmp_path, None, 2))
    assert [len(judge) for _, judge in parts] == [3, 2]
    assert all(not {one.name for one in learn} & {one.name for one in judge} for learn, judge in parts)


def test_real_cases_agree_with_their_lists_of_codes() -> None:
    """The coding task's codes are those of the mentions: both readers must say the same."""
    folder = Path(os.environ.get("CHARTLOOM_DATA", "")) / "cantemist" / "dev1"
    if "CHARTLOOM_DATA" not in os.environ or not folder.is_dir():
        pytest.skip("CHARTLOOM_DATA names no folder with cantemist/dev1")
    ((cases, _),) = split(folder, folder, 1)
    assert len(cases) > 100
    assert all(set(one.codes) == {each.code for each in one.mentions} for one in cases)
