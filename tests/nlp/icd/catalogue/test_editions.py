"""Which edition is in force on a day, and the tables of a site's folder."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from contract.errors import InputError
from nlp.icd.catalogue import tabular
from nlp.icd.catalogue.editions import edition, editions, in_force
from nlp.icd.catalogue.shelf import Shelf


@pytest.mark.parametrize("system", ["ICD-9-CM", "ICD-9-PCS", "ICD-10-CM", "ICD-10-PCS", "CIE-10-ES"])
def test_editions_follow_each_other_without_gap(system: str) -> None:
    listed = editions(system)
    assert all(one.begins <= one.ends for one in listed)
    assert all(later.begins - one.ends == timedelta(days=1) for one, later in pairwise(listed))


@pytest.mark.parametrize(
    ("country", "day", "found"),
    [
        ("US", date(2015, 9, 30), ("ICD-9-CM", "2015")),
        ("US", date(2015, 10, 1), ("ICD-10-CM", "2016")),
        ("US", date(2026, 4, 1), ("ICD-10-CM", "2026-april")),
        ("US", date(1999, 1, 1), None),
        ("ES", date(2019, 5, 5), ("CIE-10-ES", "2018")),
        ("FR", date(2019, 5, 5), None),
    ],
)
def test_what_a_country_codes_with(country: str, day: date, found: tuple[str, str] | None) -> None:
    said = in_force(country, day)
    assert (said and (said.system, said.name)) == found


def test_the_installed_table_is_an_edition_we_know() -> None:
    assert tabular.edition() in [each.name for each in editions("ICD-10-CM")]


def test_tables_of_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "ICD-10-CM"
    folder.mkdir()
    (folder / "2025.csv").write_text("code,title,billable\nE11,Diabetes,0\nE11.9,Diabetes,1\n")
    shelf = Shelf(tmp_path)
    in_2025, in_2024 = edition("ICD-10-CM", date(2024, 12, 1)), edition("ICD-10-CM", date(2023, 12, 1))
    assert in_2025 and in_2024
    table = shelf.at(in_2025)
    assert table is not None and list(table) == ["E11", "E11.9"] and table.excludes1("E11.9")
    assert shelf.at(in_2025) is table
    assert shelf.at(in_2024) is None


def test_a_file_that_is_no_edition_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ICD-10-CM").mkdir()
    (tmp_path / "ICD-10-CM" / "fy25.txt").write_text("x")
    with pytest.raises(InputError, match=r"fy25\.txt is no edition of ICD-10-CM"):
        Shelf(tmp_path)
    with pytest.raises(InputError, match="not there"):
        Shelf(tmp_path / "gone")
