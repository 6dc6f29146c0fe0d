"""The parser of breast reports, trained on a few simulated ones: fields, words, specimens, its artifact."""

from pathlib import Path

import pytest

from contract.errors import InputError
from nlp.pathology.breast import artifact
from nlp.pathology.breast.literature import Majority, NGrams, Template
from nlp.pathology.breast.parser import Parser, truth
from nlp.pathology.breast.reader import BreastReader
from nlp.pathology.breast.train import Known, Training, known, read, taught, train
from nlp.pathology.breast.trees import Grown
from nlp.pathology.field import Field
from simulate.notes.corpus import breast_reports

ONE = """CLINICAL HISTORY: Right breast DCIS 2011, ER negative.
FINAL DIAGNOSIS:
Left breast, upper outer quadrant, core needle biopsy: invasive ductal carcinoma.
MICROSCOPIC:
Nottingham grade 2 of 3. Tumor size: 1.4 cm. No lymphovascular invasion. Necrosis: present.
Estrogen receptor: positive (90%). PR: negative. Ki-67: 12%.
"""
TWO = """DIAGNOSIS:
A. Left breast, core biopsy: invasive lobular carcinoma.
B. Right breast, core biopsy: fibroadenoma.
"""
COLON = "FINAL DIAGNOSIS: Sigmoid colon, polypectomy: tubular adenoma. No high grade dysplasia."


@pytest.fixture(scope="module")
def reports() -> list[Known]:
    return [known(said) for said in breast_reports(90, 3)]


@pytest.fixture(scope="module")
def parser(reports: list[Known]) -> Parser:
    return taught(reports, Training(again=0, grown=Grown(rounds=30)))


def by_name(parser: Parser, text: str) -> dict[tuple[str | None, str], Field]:
    (fields,) = BreastReader(parser).read([text])
    return {(each.specimen, each.name): each for each in fields}


def test_fields_of_one_specimen(parser: Parser) -> None:
    said = {name: each.value for (_, name), each in by_name(parser, ONE).items()}
    expected = {"side": "left", "histology": "ductal", "malignant": "yes", "invasive": "yes", "morphology": "8500/3",
                "topography": "C50.4", "procedure": "biopsy", "lvi": "no", "pr": "negative", "ki67": "12"}  # fmt: skip
    assert {name: said.get(name) for name in expected} == expected
    assert not {"margin", "nodes_positive", "stage", "her2"} & said.keys()


def test_codes_and_the_words_that_decided(parser: Parser) -> None:
    found = by_name(parser, ONE)
    assert (found[None, "topography"].system, found[None, "topography"].code) == ("ICD-O-3", "C50.4")
    for each in found.values():
        assert each.spans and 0.5 <= each.score < 1
        assert [span.weight for span in each.spans] == sorted((span.weight for span in each.spans), reverse=True)
        assert all(0 <= span.start < span.end <= len(ONE) for span in each.spans)
    first = found[None, "ki67"].spans[0]
    assert ONE[first.start : first.end] == "Ki-67: 12%"


def test_specimens_are_told_apart(parser: Parser) -> None:
    found = by_name(parser, TWO)
    assert {specimen for specimen, _ in found} == {"A", "B"}
    assert (found["A", "side"].value, found["B", "side"].value) == ("left", "right")
    assert found["A", "histology"].value == "lobular"


@pytest.mark.parametrize("text", [COLON, "", "No text to speak of.", "x" * 5000])
def test_what_is_no_breast_report_has_no_fields(parser: Parser, text: str) -> None:
    assert BreastReader(parser).read([text]) == [[]]


def test_the_artifact_says_what_was_trained(parser: Parser, tmp_path: Path) -> None:
    digest = artifact.save(parser, tmp_path / "breast", "card", phi=False)
    loaded = BreastReader.load(tmp_path / "breast")
    assert loaded.artifact == f"breast-{digest[:12]}"
    assert loaded.read([ONE, TWO]) == BreastReader(parser).read([ONE, TWO])
    config = tmp_path / "breast" / "config.json"
    config.write_text(config.read_text().replace("0.5", "0.6"))
    with pytest.raises(InputError, match="not as it was saved"):
        artifact.load(tmp_path / "breast")
    with pytest.raises(InputError, match="no trained artifact"):
        artifact.load(tmp_path)


def test_training_from_json_lines_is_repeatable(tmp_path: Path) -> None:
    lines = ['{"text": "Left breast: er positive", "fields": {"side": "left", "er": "positive"}}'] * 20
    (tmp_path / "reports.jsonl").write_text("\n".join([*lines, '{"text": "Colon: adenoma"}']))
    assert read(tmp_path / "reports.jsonl")[0].specimens == (("", {"side": "left", "er": "positive"}),)
    few = Training(again=1, grown=Grown(rounds=3), phi=False)
    digests = [train(tmp_path / "reports.jsonl", tmp_path / name, few) for name in ("a", "b")]
    assert digests[0] == digests[1] and "21 reports" in (tmp_path / "a" / "card.md").read_text()


def test_reports_without_text_or_none_at_all_are_refused() -> None:
    with pytest.raises(InputError, match="a report has no text"):
        known({"fields": {}})
    with pytest.raises(InputError, match="0 of 0 reports have fields"):
        taught([], Training())


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("note_id,text", "line 2: no JSON"),
        ('{"text": "x", "fields": {"grad": "2"}}', "line 2: no field is called grad; fields are adh, "),
        ('{"text": "x", "fields": "2"}', "line 2: fields are not"),
        ('{"text": "x", "fields": {"grade": 2, "dcis": true}}', "2 of 2 reports have fields; expected 20"),
    ],
)
def test_lines_that_teach_nothing_are_refused(line: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "reports.jsonl"
    path.write_text('{"text": "x", "fields": {"grade": "1"}}\n' + line)
    with pytest.raises(InputError, match=told):
        train(path, tmp_path / "out", Training())


def test_numbers_and_truths_are_values() -> None:
    assert known({"text": "x", "fields": {"grade": 2, "dcis": True, "er": None}}).specimens == (
        ("", {"grade": "2", "dcis": "yes"}),
    )


def test_nodes_are_one_field_of_two_numbers() -> None:
    assert truth({"nodes_positive": "1", "nodes_examined": "3"}, "nodes") == "1/3"
    assert truth({"nodes_positive": "not stated", "nodes_examined": "3"}, "nodes") == ""


def test_plain_systems_read_whole_reports(reports: list[Known]) -> None:
    assert Template().read([ONE])[0] | {"dcis": ""} == {
        "side": "left", "procedure": "biopsy", "histology": "ductal", "topography": "C50.4", "dcis": "", "grade": "2",
        "er": "positive", "pr": "negative", "lvi": "no", "necrosis": "yes", "size_mm": "14", "ki67": "12",
        "nodes": "2/3",
    }  # fmt: skip
    for system in (Majority(), NGrams("logistic")):
        system.fit(reports[:12])
        (said,) = system.read([ONE])
        assert said["side"] in ("left", "right")
