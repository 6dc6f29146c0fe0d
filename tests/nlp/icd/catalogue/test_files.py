"""Code tables of a site: every layout is read, and what is wrong in a file is said with its line."""

import gzip
from pathlib import Path

import pytest

from contract.errors import InputError
from nlp.icd.catalogue.catalogue import Catalogue
from nlp.icd.catalogue.files import dotted


def order(number: int, code: str, billable: int, title: str) -> str:
    return f"{number:05d} {code:<7} {billable} {title[:60]:<60} {title}"


ORDER = [
    order(1, "A00", 0, "Cholera"),
    order(2, "A000", 1, "Cholera, classical"),
    order(3, "A001", 1, "Cholera, El Tor"),
]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(ORDER) + "\n",
        'code,billable,short,long\nA00,0,c,Cholera\nA000,1,c,"Cholera, classical"\nA001,1,c,"Cholera, El Tor"\n',
        "code;title;billable\nA00;Cholera;0\nA00.0;Cholera, classical;1\nA00.1;Cholera, El Tor;1\n",
    ],
)
def test_layouts_say_the_same(tmp_path: Path, text: str) -> None:
    file = tmp_path / "codes.txt"
    file.write_text(text, encoding="utf-8")
    table = Catalogue.file(file, "ICD-10-CM", "2026")
    assert list(table) == ["A00", "A00.0", "A00.1"]
    assert (table.billable("A00"), table.billable("A00.1"), table.parent("A00.1")) == (False, True, "A00")
    assert table.title("A00.0") == "Cholera, classical"


def test_titles_of_icd_9_in_cp1252_and_gzip(tmp_path: Path) -> None:
    file = tmp_path / "dx.txt.gz"
    file.write_bytes(gzip.compress("38600 Ménière's disease\n25000 Diabetes\nE8500 Heroin\n".encode("cp1252")))
    table = Catalogue.file(file, "ICD-9-CM")
    assert list(table) == ["386.00", "250.00", "E850.0"]
    assert table.title("386.00") == "Ménière's disease"
    assert table.billable_below("250") == ("250.00",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no code"),
        ("\n".join([*ORDER, "rubbish"]), "line 4"),
        ("\n".join([*ORDER, ORDER[0]]), "line 4: the code A00 stands twice"),
        ("code,title\nA00\n", "line 2 has 1 cells"),
        ("code,title,billable\nA00,x,yes\n", "line 2: `billable`"),
        ("code,colour\nA00,red\n", "none of long"),
        ("PK\x03\x04", "line 1"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "codes.txt"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        Catalogue.file(file, "ICD-10-CM")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.txt cannot be read"):
        Catalogue.file(tmp_path / "gone.txt", "ICD-10-CM")


@pytest.mark.parametrize(
    ("written", "system", "code"),
    [
        ("e119", "ICD-10-CM", "E11.9"),
        ("E11.9", "ICD-10-CM", "E11.9"),
        ("A00", "ICD-10-CM", "A00"),
        ("4019", "ICD-9-CM", "401.9"),
        ("E8500", "ICD-9-CM", "E850.0"),
        ("V5867", "ICD-9-CM", "V58.67"),
        ("0001", "ICD-9-PCS", "00.01"),
        ("0dtj4zz", "ICD-10-PCS", "0DTJ4ZZ"),
    ],
)
def test_dots(written: str, system: str, code: str) -> None:
    assert dotted(written, system) == code
