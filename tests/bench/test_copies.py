"""Copies are other people: ids and identifiers differ between copies and agree between tables of one copy."""

import csv
from pathlib import Path

import pytest

from bench.copies import copy_folder
from contract.errors import InputError

TABLES = {
    "patients": "Id,SSN,DRIVERS,PASSPORT,LAST\np1,999-11-2222,S1,,Ash1\np2,999-33-4444,,X2X,Oak2\n",
    "encounters": "Id,PATIENT,ORGANIZATION\ne1,p1,o1\n",
    "observations": 'DATE,PATIENT,ENCOUNTER,VALUE\n2020-01-01T00:00:00Z,p1,e1,"a, b"\n2020-01-02T00:00:00Z,p2,,1.50\n',
    "organizations": "Id,NAME\no1,Clinic\n",
}  # fmt: skip


@pytest.fixture
def copied(tmp_path: Path) -> dict[str, list[dict[str, str]]]:
    source = tmp_path / "in"
    source.mkdir()
    for name, text in TABLES.items():
        (source / f"{name}.csv").write_text(text)
    written = copy_folder(source, tmp_path / "out", 3)
    assert written == {"patients": 6, "encounters": 3, "observations": 6, "organizations": 1}
    return {
        name: list(csv.DictReader((tmp_path / "out" / f"{name}.csv").open(newline="", encoding="utf-8")))
        for name in TABLES
    }


def test_every_person_is_another(copied: dict[str, list[dict[str, str]]]) -> None:
    for column in ("Id", "SSN"):
        assert len({row[column] for row in copied["patients"]}) == 6
    for column in ("DRIVERS", "PASSPORT"):  # an empty cell stays empty
        filled = [row[column] for row in copied["patients"] if row[column]]
        assert len(filled) == len(set(filled)) == 3


def test_ids_agree_between_tables(copied: dict[str, list[dict[str, str]]]) -> None:
    people = [row["Id"] for row in copied["patients"]]
    assert [row["PATIENT"] for row in copied["observations"]] == people
    assert [row["PATIENT"] for row in copied["encounters"]] == people[::2]
    encounters = [row["Id"] for row in copied["encounters"]]
    assert [row["ENCOUNTER"] for row in copied["observations"]] == [e for one in encounters for e in (one, "")]


def test_all_else_stands_as_it_was(copied: dict[str, list[dict[str, str]]]) -> None:
    assert [row["VALUE"] for row in copied["observations"]] == ["a, b", "1.50"] * 3
    assert {row["ORGANIZATION"] for row in copied["encounters"]} == {copied["organizations"][0]["Id"]} == {"o1"}


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no \*\.csv"):
        copy_folder(tmp_path, tmp_path / "out", 1)
