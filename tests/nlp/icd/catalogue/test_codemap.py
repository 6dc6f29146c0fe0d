"""Maps and groups of a site: GEMs, JSON, CCS, plain lists; what is wrong in them is said."""

from pathlib import Path

import pytest

from contract.errors import InputError
from nlp.icd.catalogue.codemap import CodeMap

CCS = "Appendix\n\n1    Tuberculosis\n     01000 01001\n     01002\n\n49   Diabetes\n     25000\n"


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_equivalence_maps(tmp_path: Path) -> None:
    text = '"icd9cm","icd10cm","flags"\n"25000","E119","10000"\n"25000","E118","10000"\n"36570","NoDx","11000"\n'
    found = CodeMap.file(written(tmp_path, "gem.csv", text), "ICD-9-CM", "ICD-10-CM")
    assert found["250.00"] == ("E11.9", "E11.8")
    assert found["365.70"] == () and "365.70" in found
    assert found["001.0"] == () and "001.0" not in found


def test_groups_of_ccs(tmp_path: Path) -> None:
    found = CodeMap.file(written(tmp_path, "ccs.txt", CCS), "ICD-9-CM")
    assert (found["010.02"], found["250.00"], found.titles["49"]) == (("1",), ("49",), "Diabetes")


def test_json_and_lists(tmp_path: Path) -> None:
    groups = CodeMap.file(written(tmp_path, "ccsr.json", '{"E119": ["END002", "END003"]}'), "ICD-10-CM")
    assert groups["E11.9"] == ("END002", "END003")
    exempt = CodeMap.file(written(tmp_path, "exempt.txt", "Z794\nI69354  Hemiplegia\n"), "ICD-10-CM")
    assert "I69.354" in exempt and "I10" not in exempt


def test_columns_are_named_where_they_have_other_names(tmp_path: Path) -> None:
    file = written(tmp_path, "mcc.csv", "diagnosis\trank\nI214\tMCC\n")
    assert CodeMap.file(file, "ICD-10-CM", columns=("diagnosis", "rank"))["I21.4"] == ("MCC",)
    with pytest.raises(InputError, match="not clear"):
        CodeMap.file(file, "ICD-10-CM")


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "maps no code"), ("{", "not JSON"), ("code,group\nA00\n", "line 2 has 1 cells"), ("Z794\n? ?\n", "line 2")],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        CodeMap.file(written(tmp_path, "x", text), "ICD-10-CM")
