"""A report taken apart: parts, specimens, numbers, hours of the clock."""

import pytest

from nlp.pathology.breast import numbers
from nlp.pathology.breast.candidates import candidates
from nlp.pathology.breast.knowledge import specs
from nlp.pathology.breast.parts import take_apart
from nlp.pathology.breast.quadrants import quadrant
from nlp.pathology.breast.reading import Reading

TWO = """HISTORY: right breast cancer 2011
DIAGNOSIS
A. Left breast, core biopsy: invasive ductal carcinoma.
B. Right breast, core biopsy: fibroadenoma.
C. Sentinel node, left axilla: 0/2.
D. Skin, back: nevus.
ADDENDUM: ER revised.
"""


def test_parts_and_the_specimens_they_are_of() -> None:
    taken = take_apart(TWO)
    assert taken.labels == {"A": "left", "B": "right"} and taken.foreign == {"D"}
    places = {word: taken.at(TWO.index(word)) for word in ("2011", "invasive", "fibro", "0/2", "nevus", "revised")}
    said = {word: (part.kind, part.label) for word, part in places.items()}
    assert said["2011"] == ("clinical", "") and said["revised"][0] == "addendum"
    assert [said[word][1] for word in ("invasive", "fibro", "0/2", "nevus")] == ["A", "B", "A", "D"]


def test_one_specimen_has_no_label() -> None:
    assert take_apart("1) Left breast, core biopsy: DCIS.\n2) See note").labels == {}
    assert take_apart("").labels == {} and take_apart("\n\n").parts


@pytest.mark.parametrize(
    ("text", "mm"),
    [("1.8 cm", "18"), ("2.1 x 1.5 x 1.0 cm", "21"), ("12mm", "12"), ("SIZE MM    14\n", "14"), ("1,5 cm", "15")],
)
def test_sizes_in_millimetres(text: str, mm: str) -> None:
    assert [value for _, _, value in numbers.sizes(text)] == [mm]


@pytest.mark.parametrize(
    ("text", "pair"),
    [("2/14 nodes", "2/14"), ("0 of 3 nodes", "0/3"), ("two of eleven lymph nodes", "2/11"),
     ("Nodes examined: 4\nNodes positive: 1", "1/4"), ("No metastasis in three lymph nodes", "0/3"),
     ("Of nine nodes, three contain tumour", "3/9")],
)  # fmt: skip
def test_nodes_positive_of_examined(text: str, pair: str) -> None:
    assert pair in {value for _, _, value, _ in numbers.nodes(text)}


@pytest.mark.parametrize(
    ("text", "stage"),
    [("pT1cN0", "T1cN0"), ("pT2, pN1a", "T2N1"), ("ypT1mi pN0(sn)", "T1miN0"), ("pTis", "Tis"), ("pT3", "T3"),
     ("pT Category: pT2\n  pN Category: pN1", "T2N1")],
)  # fmt: skip
def test_stages(text: str, stage: str) -> None:
    assert [value for _, _, value, _ in numbers.stages(text)] == [stage]


@pytest.mark.parametrize(
    ("hour", "side", "code"),
    [("@10", "right", "C50.4"), ("@10", "left", "C50.2"), ("@4", "left", "C50.5"), ("@4", "right", "C50.3"),
     ("@12", "left", "C50.8"), ("@2", "", "C50.8"), ("C50.1", "left", "C50.1")],
)  # fmt: skip
def test_hours_are_quadrants_by_side(hour: str, side: str, code: str) -> None:
    assert quadrant(hour, side) == code


@pytest.mark.parametrize("text", ["", "ER", "x " * 40_000, "| | | |\n" * 3000, "A. " * 500, "0/0 " * 500, "é" * 99])
def test_odd_texts_are_read(text: str) -> None:
    reading = Reading.of(text[:60_000])
    for spec in specs().values():
        for each in candidates(reading, spec):
            assert 0 <= each.span[0] < each.span[1] <= len(text)
