"""The finder that is shipped: it loads from where the step looks for it, and reads a report."""

import pytest

from nlp.pathology.field import Reader
from nlp.pathology.readers import place
from nlp.pathology.stage import ParsePathology

REPORT = (
    "ANATOMÍA PATOLÓGICA\nLa pieza de mastectomía izquierda muestra un carcinoma lobulillar infiltrante de mama "
    "izquierda. El hígado presenta metástasis. No se observa melanoma.\n"
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return place("oncology", "").load()


def test_a_report_that_nobody_wrote_before_is_read(reader: Reader) -> None:
    (fields,) = reader.read([REPORT])
    said = {(each.name, each.code or each.value) for each in fields}
    assert {("morphology", "8520/3"), ("topography", "C50.9"), ("laterality", "left")} <= said
    assert not any(code.startswith("8720") for _, code in said)
    (morphology,) = [each for each in fields if each.code == "8520/3"]
    start, end = morphology.spans[0].start, morphology.spans[0].end
    assert REPORT[start:end].startswith("carcinoma lobulillar") and 0.5 < morphology.score <= 1
    assert reader.artifact.startswith("oncology-") and reader.artifact in ParsePathology().version


@pytest.mark.parametrize("text", ["", "|" * 2000, "Sin hallazgos."])
def test_nothing_is_made_of_nothing(text: str, reader: Reader) -> None:
    assert reader.read([text]) == [[]]
