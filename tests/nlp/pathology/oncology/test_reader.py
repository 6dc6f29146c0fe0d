"""Reports to fields: what is said of the patient now, once a code, with site and side; both languages."""

from collections.abc import Sequence

import pytest

from eval.corpora.marked import Marked
from nlp.pathology.field import Field
from nlp.pathology.oncology.coding import ranked
from nlp.pathology.oncology.dictionary import Dictionary, of_mentions
from nlp.pathology.oncology.finder import Finder
from nlp.pathology.oncology.normaliser import Normaliser
from nlp.pathology.oncology.reader import OncologyReader
from nlp.pathology.oncology.spans import Sure

SPANISH = (
    "ANATOMÍA PATOLÓGICA\nBiopsia de mama izquierda: carcinoma ductal infiltrante de mama izquierda. "
    "No se observa melanoma. Antecedentes familiares: madre con adenocarcinoma de colon.\n"
    "El carcinoma ductal infiltrante se extiende hasta el margen. Ganglios con metástasis.\n"
)


class LookUp:
    """Finds spans without training."""

    def __init__(self, *names: str) -> None:
        self.names = Dictionary.of(names)

    def find(self, texts: Sequence[str]) -> list[tuple[list[Sure], list[Sure]]]:
        return [([(start, end, 0.9) for start, end, _ in self.names.find(text)], []) for text in texts]


@pytest.fixture(scope="module")
def reader(normaliser: Normaliser) -> OncologyReader:
    tagger = LookUp("carcinoma ductal infiltrante", "melanoma", "adenocarcinoma", "metástasis", "tumor")
    return OncologyReader(Finder(tagger, normaliser), "oncology-test")


def by_name(fields: Sequence[Field]) -> dict[str, list[Field]]:
    return {name: [each for each in fields if each.name == name] for name in {each.name for each in fields}}


def test_negated_and_family_are_left_out_and_a_code_comes_once(reader: OncologyReader) -> None:
    (fields,) = reader.read([SPANISH])
    found = by_name(fields)
    (morphology,) = found["morphology"]
    assert (morphology.code, morphology.system, morphology.value) == (
        "8500/3",
        "ICD-O-3",
        "carcinoma ductal infiltrante",
    )
    assert len(morphology.spans) == 2
    assert morphology.spans[0].weight == 1.0
    assert [each.code for each in found["topography"]] == ["C50.9"]
    assert [each.value for each in found["laterality"]] == ["left"]


def test_without_anything_specific_the_unspecific_is_said(reader: OncologyReader) -> None:
    (fields,) = reader.read(["El paciente presenta una masa en el riñón que corresponde a un tumor de gran tamaño."])
    assert [each.code for each in fields if each.name == "morphology"] == ["8000/1"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("The right breast was found to have an invasive ductal carcinoma, grade 2.", ["8500/32"]),
        ("The liver was biopsied and it is a metastatic adenocarcinoma of the colon.", ["8140/6"]),
        ("The biopsy of the lung was negative for malignancy, with no adenocarcinoma.", []),
        ("All of the margins are free and the patient was discharged on the same day.", []),
    ],
)
def test_english_by_names(reader: OncologyReader, text: str, codes: list[str]) -> None:
    (fields,) = reader.read([text])
    assert [each.code for each in fields if each.name == "morphology"] == codes


@pytest.mark.parametrize("text", ["", " \n", "|" * 5000, "tumor " * 5000, "这是肿瘤"])
def test_odd_texts_are_read(reader: OncologyReader, text: str) -> None:
    assert len(reader.read([text])) == 1


def test_codes_of_a_document_by_the_chance_that_any_mention_has_them() -> None:
    said = ranked([(0.9, [("8140/3", 0.5), ("8000/6", 0.2)]), (0.8, [("8140/3", 0.5)])])
    assert [code for code, _ in said] == ["8140/3", "8000/6"]
    assert said[0][1] == pytest.approx(1 - 0.55 * 0.6)


def test_a_dictionary_keeps_words_that_are_mostly_marked() -> None:
    text = "tumor y masa; masa, masa. Tumor"
    document = Marked("d", text, ((0, 5, "M"), (8, 12, "M"), (26, 31, "M")))
    found = of_mentions([document]).find("Masa y TUMOR")
    assert found == [(7, 12, "tumor")]
